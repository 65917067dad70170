# SPDX-License-Identifier: GPL-2.0-or-later
"""The floor of everything: a blocking socket, and JSON on it."""

import json
import select
import socket
from pathlib import Path
from typing import Self

from colorunbook.addresses import UnixMonitor
from colorunbook.hosts import Host
from colorunbook.qemu.payload import Json, JsonObject, is_object


def socket_of(host: Host) -> str:
    """The path of a host's monitor.

    :raises TypeError: it is no unix socket.
    """
    if not isinstance(host.monitor, UnixMonitor):
        raise TypeError(f"{host.monitor} is no socket")
    return host.monitor.path


class Bare:
    """A QMP session that checks nothing and keeps nothing but events.

    :ivar events: those that came, oldest first.
    """

    def __init__(self, path: Path | str) -> None:
        self.events: list[JsonObject] = []
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._begin(str(path))
        except BaseException:
            self._socket.close()
            raise

    def _begin(self, path: str) -> None:
        self._socket.connect(path)
        greeting = self._row()
        qmp = greeting.get("QMP")
        offered = qmp.get("capabilities") if is_object(qmp) else None
        enable = ', "arguments": {"enable": ["oob"]}' if offered == ["oob"] else ""
        self.execute(f'{{"execute": "qmp_capabilities"{enable}}}')

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def execute(self, text: str) -> Json:
        """Send a command; what it returned, or its whole error reply."""
        self._socket.sendall(text.encode() + b"\n")
        while True:
            row = self._row()
            if "event" in row:
                self.events.append(row)
            else:
                return row.get("return", row)

    def hear(self, seconds: float) -> None:
        """Wait until something comes, but not for long, and take it for an event."""
        if b"\n" in self._rest or select.select((self._socket,), (), (), seconds)[0]:
            self.events.append(self._row())

    def _row(self) -> JsonObject:
        while b"\n" not in self._rest:
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionError("QEMU has closed the session")
            self._rest += piece
        row, _, self._rest = self._rest.partition(b"\n")
        found: Json = json.loads(row)
        if not is_object(found):
            raise ConnectionError("that is no row of QMP")
        return found
