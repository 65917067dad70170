# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU that something is made to happen to."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from benchmarks.findings import debugger
from benchmarks.findings.monitor import Ended, Heard, Monitor, Reply, Silent
from benchmarks.findings.notes import Notes, tail
from benchmarks.findings.record import Kind
from colorunbook.errors import Unavailable
from colorunbook.lab.tree import QEMU

PATIENCE: Final = 5.0
"""After how many seconds without a reply a QEMU counts as hanging. Each command here takes a few
milliseconds on one that does not."""

COMES_UP: Final = 30.0
"""Seconds in which anything that is started has begun."""


@dataclass(slots=True)
class Machine:
    """A QEMU in a scene."""

    notes: Notes
    name: str
    process: "subprocess.Popen[bytes]"
    monitor: Monitor

    def negotiate(self) -> None:
        """Open the session, with commands out of band.

        :raises Unavailable: QEMU does not come up.
        """
        greeting = self.monitor.hear(COMES_UP, self._came)
        if not isinstance(greeting, Reply):
            log = " ".join(tail(self.notes.folder / f"{self.name}.log"))
            raise Unavailable(f"The QEMU called {self.name} does not come up: {log}")
        self.notes.note(self.name, Kind.CAME, greeting.text)
        self.say('{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}')

    def say(self, row: str, patience: float = PATIENCE) -> Heard:
        """Send a row of QMP and wait for its reply; all that comes is written down."""
        self.notes.note(self.name, Kind.SENT, row)
        self.monitor.send(row)
        return self.hear(patience, oob='"exec-oob"' in row)

    def hear(self, patience: float = PATIENCE, *, oob: bool = False) -> Heard:
        """Wait for the reply to the oldest command that has none.

        :param oob: wait for that of a command out of band.
        """
        heard = self.monitor.hear(patience, self._came, oob=oob)
        match heard:
            case Reply(text=text):
                self._came(text)
            case Silent():
                self.notes.seen(self.name, f"no reply within {patience:g} s")
            case Ended():
                self.notes.seen(self.name, f"QEMU has ended: {self.ending()}")
        return heard

    def sees(self, event: str, patience: float) -> bool:
        """Wait for an event; whether it came is written down."""
        came = self.monitor.event(event, patience, self._came)
        if not came:
            self.notes.seen(self.name, f"no {event} within {patience:g} s")
        return came

    def ending(self) -> str:
        """How its process has ended."""
        code = self.process.wait(PATIENCE)
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    def signal(self, what: signal.Signals) -> None:
        """Send it a signal."""
        self.notes.note(
            self.name,
            Kind.SHELL,
            f"pkill -{what.name.removeprefix('SIG')} -f -- '-name {self.name}'",
        )
        self._inner().send_signal(what)

    def look(self) -> None:
        """Ask gdb, where there is one, what QEMU's main thread is doing."""
        if self.notes.debug:
            self.notes.backtrace = debugger.look(self._inner().pid)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While something is done that may end it: gdb looks on, where there is one."""
        if not self.notes.debug:
            yield
            return
        with debugger.watch(self._inner().pid) as calls:
            yield
        self.notes.backtrace = tuple(calls)

    def _came(self, text: str) -> None:
        self.notes.note(self.name, Kind.CAME, text)

    def _inner(self) -> psutil.Process:
        """Its own process; that which was started is the way into the world."""
        for process in self.notes.world.processes():
            words = process.cmdline()
            if self.name in words and "-qmp" in words and QEMU in Path(words[0]).name:
                return process
        raise Unavailable(f"The QEMU called {self.name} is gone.")
