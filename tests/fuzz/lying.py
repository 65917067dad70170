# SPDX-License-Identifier: GPL-2.0-or-later
"""A monitor that lies, truncates, floods, stalls and hangs up.

What it does in the place of a reply is a list of acts, done one after the other:

====================  ==========================================================
``["honest"]``        the reply that a QEMU would give
``["value", V]``      a reply that returns ``V``
``["error", V]``      a reply whose ``error`` is ``V``
``["row", V]``        any row of JSON; ``"$id"`` in it becomes the command's id
``["raw", T]``        these letters, as bytes of Latin-1, and no end of a row
``["cut", N]``        the first ``N`` bytes of the honest reply
``["events", N, V]``  a row ``N`` times
``["big", N]``        a reply that returns ``N`` letters
``["endless"]``       letters without an end of a row, until the other end has gone
``["stall"]``         nothing, until the other end has gone
``["close"]``         the end of the session
====================  ==========================================================
"""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from colorunbook.book.actions import Launch
from colorunbook.book.colo import PARENT, REPLICA
from colorunbook.engine.mimic import Mimic
from colorunbook.hosts import Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import Json, JsonObject
from colorunbook.shelf import runbook
from tests.fuzz.cases import Act
from tests.qmpserver import QmpServer, Session, threaded

_ROWS_AT_ONCE = 1000
_MOST = 2**26


class LyingServer(QmpServer):
    """A :class:`QmpServer` with acts of its own.

    :ivar lies: acts by the number of a command, as text; ``"-1"``: in the place of a greeting.
    :ivar replied: the honest reply to each command, in order.
    """

    def __init__(self, path: Path, qemu: Mimic, lies: Mapping[str, list[Act]]) -> None:
        super().__init__(path, qemu)
        self.lies = lies
        self.replied: list[JsonObject] = []
        self.defects: list[str] = []

    def finish_request(self, request: object, client_address: object) -> None:
        """Serve a client."""
        assert isinstance(request, socket.socket)
        try:
            _LyingSession(request, client_address, self)
        except OSError:  # the client has gone
            return

    def handle_error(self, request: object, client_address: object) -> None:
        """Note that the server itself has failed."""
        import traceback

        self.defects.append(traceback.format_exc())


class _LyingSession(Session):
    server: LyingServer

    def handle(self) -> None:
        greeting = json.dumps(json.loads(self.server.greeting or "null"))
        if not self._do(self.server.lies.get("-1"), greeting, None):
            return
        for command in self.commands():
            number = len(self.server.received)
            name = command.pop("exec-oob", command.get("execute"))
            self.server.received.append(str(name))
            reply = {**self.answer({**command, "execute": name}), "id": command.get("id")}
            self.server.replied.append(reply)
            honest = json.dumps(reply)
            if not self._do(self.server.lies.get(str(number)), honest, command.get("id")):
                return

    def _do(self, acts: list[Act] | None, honest: str, number: Json) -> bool:
        """Do them; tell whether the session goes on."""
        honestly: list[Act] = [["honest"]]
        return all(self._act(act, honest, number) for act in (honestly if acts is None else acts))

    def _act(self, act: Act, honest: str, number: Json) -> bool:
        match act:
            case ["honest"]:
                self.put(honest)
            case ["value", value]:
                self.put(json.dumps({"return": value, "id": number}))
            case ["error", value]:
                self.put(json.dumps({"error": value, "id": number}))
            case ["row", value]:
                self.put(json.dumps(value).replace('"$id"', json.dumps(number)))
            case ["raw", str(text)]:
                self.wfile.write(text.encode("latin-1"))
            case ["cut", int(count)]:
                self.wfile.write(honest.encode()[:count])
            case ["events", int(count), value]:
                row = json.dumps(value).encode() + b"\r\n"
                for _ in range(0, count, _ROWS_AT_ONCE):
                    self.wfile.write(row * min(count, _ROWS_AT_ONCE))
            case ["big", int(count)]:
                self.put(json.dumps({"return": "x" * count, "id": number}))
            case ["endless"]:
                for _ in range(_MOST // 2**16):
                    self.wfile.write(b"[" * 2**16)
            case ["stall"]:
                while self.request.recv(65536):
                    pass
                return False
            case _:
                return False
        return True

    def put(self, row: str) -> None:
        """Send a row; the session ends where nobody is there any more."""
        self.wfile.write(row.encode() + b"\r\n")


def survivor(name: str) -> Mimic:
    """One QEMU of a pair in COLO whose peer has died."""
    role = Role(name)
    steps = resolve(runbook(f"launch-{name}"), Site(), Dialect()).steps
    words = next(step.action.words for step in steps if isinstance(step.action, Launch))
    qemu = Mimic([word.text for word in words])
    qemu.mode, qemu.status = name, "running"
    if role is Role.PRIMARY:
        qemu.nodes.add(REPLICA)
        qemu.children["children.1"] = REPLICA
        qemu.migration = "colo"
    else:
        qemu.serving = True
        qemu.exports.append(PARENT)
    return qemu


@contextmanager
def lying(path: Path, name: str, lies: Mapping[str, list[Act]]) -> Iterator[LyingServer]:
    """Serve a survivor that does not always tell the truth."""
    with LyingServer(path, survivor(name), lies) as server, threaded(server):
        yield server
