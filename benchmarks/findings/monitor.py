# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP on the standard input and output of a QEMU, which may hang or end at any moment."""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import TypeAlias

from colorunbook.qemu.payload import JsonObject, is_object, read_json

OOB = '"id": "oob"'
"""What a command out of band has, so that its reply is known among those that were overdue."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, or the greeting.

    :param text: as it came.
    :param value: what it says.
    """

    text: str
    value: JsonObject

    @property
    def is_error(self) -> bool:
        """Whether the command was refused."""
        return "error" in self.value


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came."""


@dataclass(frozen=True, slots=True)
class Ended:
    """QEMU has closed the session: it is gone."""


Heard: TypeAlias = Reply | Silent | Ended


class Monitor:
    """A session.

    :param process: a QEMU with ``-qmp stdio``.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._rows: Queue[str | None] = Queue()
        self._overdue: list[Reply] = []  # which have come before one out of band
        Thread(target=self._read, daemon=True).start()

    def send(self, row: str) -> None:
        """Send a row; one that is gone does not get it, which :meth:`hear` tells."""
        stdin = self._process.stdin
        if stdin is not None:
            with suppress(BrokenPipeError):
                os.write(stdin.fileno(), row.encode() + b"\n")  # a buffer would have to be emptied

    def hear(self, patience: float, event: Callable[[str], None], *, oob: bool = False) -> Heard:
        """Wait for the next reply.

        :param patience: how long, in seconds.
        :param event: told each event that comes first.
        :param oob: only the reply to a command with :data:`OOB`; otherwise only one without.
            The other kind is kept for whoever waits for it.
        """
        end = monotonic() + patience
        if not oob and self._overdue:
            return self._overdue.pop(0)
        while True:
            try:
                row = self._rows.get(timeout=max(0.0, end - monotonic()))
            except Empty:
                return Silent()
            if row is None:
                self._rows.put(None)
                return Ended()
            value = read_json(row)
            if not is_object(value) or "event" in value:
                event(row)
            elif (value.get("id") == "oob") == oob:
                return Reply(row, value)
            else:
                self._overdue.append(Reply(row, value))

    def event(self, name: str, patience: float, came: Callable[[str], None]) -> bool:
        """Wait for an event; whether it came.

        :param came: told each row that comes, the event's too.
        """
        end = monotonic() + patience
        while True:
            try:
                row = self._rows.get(timeout=max(0.0, end - monotonic()))
            except Empty:
                return False
            if row is None:
                self._rows.put(None)
                return False
            came(row)
            value = read_json(row)
            if is_object(value) and value.get("event") == name:
                return True

    def _read(self) -> None:
        for row in self._process.stdout or ():
            text = row.decode(errors="replace").strip()
            if text.startswith("{"):  # qemu-io prints there too
                self._rows.put(text)
        self._rows.put(None)
