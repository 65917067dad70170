# SPDX-License-Identifier: GPL-2.0-or-later
"""One life of one process: a pid that cannot be mistaken for a later owner of the number."""

import os
import select
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from colorunbook.errors import TimedOut, Unavailable

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_EXITING = 0x4
"""``PF_EXITING``, among the flags of proc_pid_stat(5): it runs none of its program any more."""


@dataclass(frozen=True, slots=True)
class Life:
    """A process, told apart from every other that had or will have its pid.

    :ivar pid: as this machine numbers it.
    :ivar born: clock ticks between boot and its start.
    :ivar boot: the kernel's identifier of this boot.
    """

    pid: int
    born: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """The life that has ``pid`` now.

        :raises Unavailable: there is none.
        """
        born = _born(pid)
        if born is None:
            raise Unavailable(f"There is no process {pid}.")
        return cls(pid, born, _boot())

    @property
    def is_over(self) -> bool:
        """Whether it has ended (a zombie has)."""
        return self.boot != _boot() or _born(self.pid) != self.born

    @property
    def is_ending(self) -> bool:
        """Whether it was killed and has not ended yet, as one that waits for what it takes along.

        Process 1 of a pid namespace does until each process in it is collected by its parent.
        """
        fields = _fields(self.pid)
        return not self.is_over and fields is not None and bool(int(fields[5]) & _EXITING)

    @property
    def has_left_its_pid(self) -> bool:
        """Whether nobody has its pid now, it itself included."""
        return not Path(f"/proc/{self.pid}").exists()

    def send(self, what: signal.Signals) -> None:
        """Send it a signal; nothing happens when it is over."""
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(self.pid)
            try:
                # Between opening and asking, the handle pins the pid: no one else gets the signal.
                if not self.is_over:
                    signal.pidfd_send_signal(handle, what)
            finally:
                os.close(handle)

    def wait(self, seconds: float) -> None:
        """Wait until it is over.

        :raises TimedOut: it was not, after ``seconds``.
        """
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(self.pid)
            try:
                if self.is_over:
                    return
                poll = select.poll()
                poll.register(handle, select.POLLIN)
                if not poll.poll(seconds * 1000):
                    raise TimedOut(f"Process {self.pid} did not end within {seconds:g} s.")
            finally:
                os.close(handle)


def _boot() -> str:
    return _BOOT_ID.read_text(encoding="ascii").strip()


def _born(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; nothing for one that has ended."""
    fields = _fields(pid)
    return None if fields is None else int(fields[18])


def _fields(pid: int) -> list[str] | None:
    """What the kernel tells of a process after its state; nothing for one that has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in parentheses, may itself hold blanks and parentheses.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else fields
