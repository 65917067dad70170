# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's tools, run in a root of their own: this machine needs none of them installed."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab import dpkg
from colorunbook.lab.namespaces import refusal
from colorunbook.lab.tree import PATH

#: How long a tool may take, in seconds.
PATIENCE = 120.0

_WORK = "work"
_FOLDERS = ("proc", "tmp", _WORK)


@dataclass(frozen=True, slots=True)
class Workshop:
    """A folder that packages were unpacked into, with a bench for files in it.

    :ivar root: an absolute path.
    """

    root: Path

    def furnish(self) -> None:
        """Make the folders that no package brings."""
        for name in _FOLDERS:
            (self.root / name).mkdir(exist_ok=True)

    def file(self, name: str) -> Path:
        """A file of a package, by its path below the root."""
        return self.root / name

    def path(self, name: str) -> Path:
        """A file on the bench; the tools know it by its name alone."""
        return self.root / _WORK / name

    def run(self, *words: str) -> None:
        """Run a tool at the bench to its end.

        :raises Unavailable: it failed, or the machine lets nobody make such a root.
        :raises TimedOut: it did not end within :data:`PATIENCE`.
        """
        try:
            told = subprocess.run(
                (*dpkg.BOUND, *self._entrance(), *words),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE,
                check=False,
                env={"PATH": PATH, "LANG": "C.UTF-8", "MTOOLS_SKIP_CHECK": "1"},
            )
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"{words[0]} did not end within {PATIENCE:g} s.") from error
        if told.returncode == 0:
            return
        if "unshare" in told.stderr:
            raise refusal(told.stderr)
        last = (told.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Unavailable(f"The guest's disk could not be made: {words[0]}: {last.rstrip('.')}.")

    def _entrance(self) -> tuple[str, ...]:
        # The boot loader's installer finds the disk by way of /proc.
        spaces = ("--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child")
        return ("unshare", *spaces, "--mount-proc=/proc", f"--root={self.root}", f"--wd=/{_WORK}")
