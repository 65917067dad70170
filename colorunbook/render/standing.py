# SPDX-License-Identifier: GPL-2.0-or-later
"""What may be said of a text: where it was seen, where it no longer counts, where it fails."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Version


@dataclass(frozen=True, slots=True)
class On:
    """A QEMU, and what ran its guest."""

    qemu: Version
    accels: tuple[Accel, ...]

    def __str__(self) -> str:
        return f"{self.qemu} ({', '.join(accel.value.upper() for accel in self.accels)})"


@dataclass(frozen=True, slots=True)
class Reply:
    """What QEMU said, and which QEMUs said exactly this."""

    text: str
    on: tuple[On, ...]


class State(Enum):
    """What may be said of a text."""

    SEEN = "seen"
    STALE = "stale"
    UNSEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Standing:
    """What was seen of one text, the oldest QEMU first.

    :param seen: where it came out as the document says, of the plan as it is today.
    :param stale: where it did so of an older plan, and has not since.
    """

    seen: tuple[On, ...] = ()
    stale: tuple[On, ...] = ()
    replies: tuple[Reply, ...] = ()

    @property
    def state(self) -> State:
        """Whether it was seen at all."""
        if self.seen:
            return State.SEEN
        return State.STALE if self.stale else State.UNSEEN

    @property
    def says(self) -> str:
        """The badge, in words."""
        match self.state:
            case State.SEEN:
                return f"seen on {names(self.seen)}"
            case State.STALE:
                return f"stale: seen on {names(self.stale)}, of an older plan"
            case State.UNSEEN:
                return "not seen"


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a procedure does not work, and what that looks like."""

    symptom: str
    on: tuple[On, ...]


def names(on: Iterable[On]) -> str:
    """QEMUs in a sentence."""
    return ", ".join(map(str, on))
