# SPDX-License-Identifier: GPL-2.0-or-later
"""How the boot of a guest ends: its serial console is heard, and its QEMU asked for its state."""

import os
import re
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from selectors import EVENT_READ, DefaultSelector
from time import monotonic

from colorunbook.errors import InputError
from colorunbook.lab.guest.services import said
from colorunbook.qemu.payload import Payload, is_object, read_json

_CHUNK = 1 << 16
_PANIC = re.compile(r"Kernel panic - not syncing: (.*?)\r?\n")
_UNHARMED = ("running", "prelaunch")


class Ending(Enum):
    """What ended the watch over a boot."""

    UP = auto()
    """The guest said that it is up."""

    FAILED = auto()
    """The guest said that it will not come up."""

    PANICKED = auto()
    """The guest's kernel gave up."""

    STOPPED = auto()
    """QEMU does not run the guest any more."""

    ENDED = auto()
    """QEMU is gone."""

    SILENT = auto()
    """The console said nothing for too long."""

    LATE = auto()
    """The console went on and on."""


@dataclass(frozen=True, slots=True)
class Boot:
    """How a boot ended.

    :ivar text: the guest's own words; of a QEMU that stopped the guest its state; of a console
        that went silent its last line, empty if there was none.
    :ivar seconds: after how long that was known.
    """

    ending: Ending
    text: str
    seconds: float


class Watch:
    """The watch over one QEMU whose guest boots.

    :param qemu: it serves QMP on its standard input and output.
    :param listener: where it connects its serial console to.
    """

    def __init__(self, qemu: "subprocess.Popen[bytes]", listener: socket.socket) -> None:
        self._qemu = qemu
        self._listener = listener
        self._peer: socket.socket | None = None
        self._start = self._heard = monotonic()
        self._console, self._replies = b"", b""
        self._state = ""
        self._selector = DefaultSelector()
        self._selector.register(listener, EVENT_READ)
        if qemu.stdout is not None:
            self._selector.register(qemu.stdout, EVENT_READ)

    def until_it_ends(self, silence: float, longest: float) -> Boot:
        """Wait until it is known how the boot ends.

        :param silence: how long the console may say nothing, in seconds.
        :param longest: how long the boot may take, in seconds.
        """
        try:
            with self._selector:
                while not (found := self._found() or self._overdue(silence, longest)):
                    until = min(self._heard + silence, self._start + longest)
                    for key, _ in self._selector.select(max(0.0, until - monotonic())):
                        self._hear(key.fd)
        finally:
            if self._peer is not None:
                self._peer.close()
        return Boot(*found, monotonic() - self._start)

    def _found(self) -> tuple[Ending, str] | None:
        console = self._console.decode(errors="replace")
        if told := said(console):
            return (Ending.UP if told.is_up else Ending.FAILED), told.text
        if panic := _PANIC.search(console):
            return Ending.PANICKED, panic[1]
        if self._state:
            return Ending.STOPPED, self._state
        # All that a QEMU has said is heard before it counts as gone; only the listener is left.
        return (Ending.ENDED, "") if len(self._selector.get_map()) == 1 else None

    def _overdue(self, silence: float, longest: float) -> tuple[Ending, str] | None:
        now = monotonic()
        if now >= self._start + longest:
            return Ending.LATE, ""
        if now < self._heard + silence:
            return None
        lines = self._console.decode(errors="replace").splitlines()
        return Ending.SILENT, next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _hear(self, stream: int) -> None:
        if stream == self._listener.fileno():
            self._peer, _ = self._listener.accept()
            self._selector.register(self._peer, EVENT_READ)
            return
        try:
            data = os.read(stream, _CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            self._selector.unregister(stream)
        elif self._peer is not None and stream == self._peer.fileno():
            self._console += data
            self._heard = monotonic()
        else:
            *lines, self._replies = (self._replies + data).split(b"\n")
            for line in lines:
                self._reply(line.decode(errors="replace"))

    def _reply(self, line: str) -> None:
        try:
            told = read_json(line)
        except InputError:
            return
        if not is_object(told):
            return
        if "QMP" in told:
            # A QEMU that has stopped already sends no event of it.
            self._send("qmp_capabilities", "query-status")
        elif told.get("event") == "STOP":
            self._send("query-status")
        elif is_object(status := told.get("return")) and "status" in status:
            state = str(status["status"])
            self._state = "" if state in _UNHARMED else state

    def _send(self, *commands: str) -> None:
        if self._qemu.stdin is None:
            return
        with suppress(BrokenPipeError):
            for command in commands:
                self._qemu.stdin.write(f"{Payload(command).text}\n".encode())
            self._qemu.stdin.flush()
