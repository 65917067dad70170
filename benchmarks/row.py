# SPDX-License-Identifier: GPL-2.0-or-later
"""One comparison: what this project does, and the least that would do the same."""

from dataclasses import dataclass
from enum import Enum

from benchmarks.spread import Spread


class Unit(Enum):
    """What is measured."""

    SECONDS = "s"
    BYTES = "B"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one thing and of its floor.

    :ivar key: what it is called: its family, a stroke, a name.
    :ivar what: what is measured.
    :ivar against: what its floor is.
    :ivar wanted: what the ratio should be at the most; ``None``: it is only told.
    :ivar ours: each measurement, in the order in which they were made.
    :ivar floor: those of the floor, each made beside one of ours.
    :ivar size: how many there were of what grows, where something does.
    """

    key: str
    what: str
    against: str
    wanted: float | None
    ours: tuple[float, ...]
    floor: tuple[float, ...]
    unit: Unit = Unit.SECONDS
    size: int | None = None

    @property
    def family(self) -> str:
        """The rows that are measured together."""
        return self.key.partition("/")[0]

    @property
    def ratio(self) -> float:
        """How many times the floor it takes: the median of what each pair of measurements says.

        What else the machine does slows both of a pair, and never one half of the medians.
        """
        return self.ratios.median

    @property
    def ratios(self) -> Spread:
        """How the ratio differs from one pair of measurements to the next."""
        return Spread.of([own / least for own, least in zip(self.ours, self.floor, strict=True)])

    @property
    def is_met(self) -> bool:
        """Whether it is what was wanted."""
        return self.wanted is None or self.ratio <= self.wanted
