# SPDX-License-Identifier: GPL-2.0-or-later
"""A QMP server on a unix socket: a made-up QEMU behind the real protocol."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from colorunbook.engine.mimic import Mimic
from colorunbook.engine.replies import NotSoError, reply
from colorunbook.qemu.payload import Json, JsonObject, Payload

GREETING: Json = {
    "QMP": {
        "version": {"qemu": {"major": 11, "minor": 1, "micro": 3}, "package": ""},
        "capabilities": ["oob"],
    }
}
ASKING = ("query-", "qom-", "x-debug-query-", "qmp_capabilities")


class QmpServer(socketserver.ThreadingUnixStreamServer):
    """One monitor; a client that stays on does not keep it from being shut down.

    :ivar greeting: the first row; ``None``: there is none.
    :ivar silent_on: commands that get no reply.
    :ivar held_on: commands whose reply waits for something.
    :ivar answers: commands that are answered so, and do nothing.
    :ivar closes_on: commands at which the session ends.
    :ivar received: the commands, in order.
    :ivar rows: further rows that are sent before the reply to a command.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, path: Path, qemu: Mimic) -> None:
        self.qemu = qemu
        self.greeting: str | None = json.dumps(GREETING)
        self.silent_on: set[str] = set()
        self.held_on: dict[str, threading.Event] = {}
        self.answers: dict[str, Json] = {}
        self.closes_on: set[str] = set()
        self.rows: dict[str, list[str]] = {}
        self.received: list[str] = []
        super().__init__(str(path), Session)

    def mutations(self) -> list[str]:
        """The commands that do more than ask."""
        return [name for name in self.received if not name.startswith(ASKING)]


class Session(socketserver.StreamRequestHandler):
    """One client's session."""

    server: QmpServer

    def handle(self) -> None:
        """Greet, and answer one command after the other."""
        if self.server.greeting is not None:
            self.send(self.server.greeting)
        for command in self.commands():
            name = str(command.get("execute") or command.get("exec-oob"))
            self.server.received.append(name)
            if name in self.server.closes_on:
                return
            for extra in self.server.rows.get(name, ()):
                self.send(extra)
            if name in self.server.held_on:
                self.server.held_on[name].wait(30)
            if name not in self.server.silent_on:
                self.send(json.dumps({**self.answer(command), "id": command.get("id")}))

    def commands(self) -> Iterator[JsonObject]:
        """What the client sends: one object after another, without an end of a row."""
        text = ""
        while piece := self.request.recv(65536):
            text += piece.decode()
            while text:
                try:
                    command, end = json.JSONDecoder().raw_decode(text)
                except ValueError:  # only a part of it has come
                    break
                text = text[end:].lstrip()
                yield command

    def answer(self, command: JsonObject) -> JsonObject:
        """What the made-up QEMU replies, without an id."""
        if command.get("execute") == "qmp_capabilities":
            return {"return": {}}
        name = str(command.get("execute") or command.get("exec-oob"))
        if name in self.server.answers:
            return {"return": self.server.answers[name]}
        row = json.dumps({name: command[name] for name in command if name != "id"})
        try:
            return {"return": reply(self.server.qemu, Payload.read(row))}
        except NotSoError as error:
            return {"error": {"class": "GenericError", "desc": str(error)}}

    def send(self, row: str) -> None:
        """Send one row."""
        try:
            self.wfile.write(row.encode() + b"\r\n")
        except OSError:  # the client has gone
            return


@contextmanager
def serving(path: Path, *words: str) -> Iterator[QmpServer]:
    """Serve a made-up QEMU that was started with these words."""
    with QmpServer(path, Mimic(("qemu", *words))) as server, threaded(server):
        yield server


@contextmanager
def threaded(server: QmpServer) -> Iterator[None]:
    """Let a server serve beside whatever else is done."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
