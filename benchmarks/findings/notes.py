# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done and seen in an attempt, written down while it goes on."""

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from benchmarks.findings.record import Attempt, Kind, Line
from colorunbook.lab.world import World

_LOG: Final = 12


@dataclass(slots=True)
class Notes:
    """What was done and seen so far.

    :param world: in which it is done.
    :param folder: a private one for sockets and logs; in what is written down it is ``$d``.
    :param debug: gdb may be asked where a QEMU is; it may slow it down.
    """

    world: World
    folder: Path
    debug: bool = False
    lines: list[Line] = field(default_factory=list)
    log: tuple[str, ...] = ()
    backtrace: tuple[str, ...] = ()
    begun: float = field(default_factory=monotonic)

    def note(self, who: str, kind: Kind, text: str) -> None:
        """Write down what was done or seen."""
        at = round(monotonic() - self.begun, 3)
        self.lines.append(Line(at, who, kind, text.replace(str(self.folder), "$d")))

    def seen(self, who: str, text: str) -> None:
        """Write down what was seen."""
        self.note(who, Kind.SEEN, text)

    def outcome(self, text: str, *, shown: bool) -> Attempt:
        """The attempt, over: whether it happened, and what was seen, as a sentence."""
        return Attempt(shown, text, tuple(self.lines), self.log, self.backtrace)


def tail(path: Path) -> tuple[str, ...]:
    """The last lines of a log."""
    return tuple(path.read_text(errors="replace").splitlines()[-_LOG:])
