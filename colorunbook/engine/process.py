# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that is meant to outlive the one that starts it."""

import os
from collections.abc import Sequence
from typing import Final

_DEFAULT_SIGNALS: Final = (2, 3, 13, 15)
"""Interrupt, quit, broken pipe and end: Python ignores or handles them, QEMU has its own ways."""


class Qemu:
    """A QEMU in a session of its own, so that no Ctrl-C reaches it.

    :ivar pid: the process that was started; in a lab, what leads into it.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._ended = False

    @classmethod
    def start(cls, argv: Sequence[str], *, stdin: int | None, stdout: int, stderr: int) -> "Qemu":
        """Start it.

        What it makes, a monitor's socket above all, is for this user alone.

        :param stdin: a file descriptor; ``None``: it reads nothing.
        :raises OSError: there is no such program, or it may not be started.
        """
        source = os.open(os.devnull, os.O_RDONLY) if stdin is None else os.dup(stdin)
        umask = os.umask(0o077)
        try:
            pid = os.posix_spawnp(
                argv[0],
                list(argv),
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, source, 0),
                    (os.POSIX_SPAWN_DUP2, stdout, 1),
                    (os.POSIX_SPAWN_DUP2, stderr, 2),
                ],
                setsid=True,
                setsigdef=_DEFAULT_SIGNALS,
            )
        finally:
            os.umask(umask)
            os.close(source)
        return cls(pid)

    @property
    def has_ended(self) -> bool:
        """Whether it has ended; it is collected then."""
        if not self._ended:
            try:
                self._ended = os.waitpid(self.pid, os.WNOHANG) != (0, 0)
            except ChildProcessError:
                self._ended = True
        return self._ended
