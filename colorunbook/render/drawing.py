# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawing on a grid of character cells, before any pen has touched it.

Lines end on the borders of boxes. What a pen makes of a box, a line or a label depends on its
:class:`Ink`; where it stands does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Ink(Enum):
    """What something in a drawing stands for."""

    HOST = "host"
    PART = "part"
    SOCKET = "socket"
    NETWORK = "network"
    LOOP = "loop"
    DISK = "disk"
    MEMORY = "memory"
    TITLE = "title"
    NAME = "name"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; its border takes the outermost cells."""

    x: int
    y: int
    width: int
    height: int
    ink: Ink = Ink.PART

    @property
    def right(self) -> int:
        """The column of the right border."""
        return self.x + self.width - 1

    @property
    def bottom(self) -> int:
        """The row of the bottom border."""
        return self.y + self.height - 1

    @property
    def middle(self) -> int:
        """The column in the middle, for a line; of two the left one."""
        return self.x + (self.width - 1) // 2

    @property
    def centre(self) -> float:
        """The middle itself, for a text: it may lie between two columns."""
        return self.x + (self.width - 1) / 2


class Align(Enum):
    """Which part of a text stands at the column of its label."""

    LEFT = "start"
    CENTRE = "middle"
    RIGHT = "end"


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text.

    :param x: the column that it begins at, ends at, or has its middle at.
    """

    x: float
    y: int
    text: str
    ink: Ink = Ink.NAME
    align: Align = Align.LEFT

    @property
    def first(self) -> int:
        """The column of the first character."""
        match self.align:
            case Align.LEFT:
                return int(self.x)
            case Align.CENTRE:
                return int(self.x - (len(self.text) - 1) / 2)
            case Align.RIGHT:
                return int(self.x) - len(self.text) + 1


@dataclass(frozen=True, slots=True)
class Line:
    """Straight strokes from corner to corner, with an arrow head at the last one."""

    corners: tuple[tuple[int, int], ...]
    ink: Ink = Ink.NETWORK

    def strokes(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """The straight pieces in order."""
        yield from zip(self.corners, self.corners[1:], strict=False)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is to be seen.

    :param title: what the drawing shows, in a few words.
    :param about: the same for someone who cannot see it: a sentence or more.
    """

    title: str
    about: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]

    @property
    def width(self) -> int:
        """Columns from the left edge to the last cell in use."""
        ends = [label.first + len(label.text) for label in self.labels]
        ends += [box.right + 1 for box in self.boxes]
        return max([*ends, *(x + 1 for line in self.lines for x, _ in line.corners)])

    @property
    def height(self) -> int:
        """Rows from the top edge to the last cell in use."""
        ends = [label.y + 1 for label in self.labels]
        ends += [box.bottom + 1 for box in self.boxes]
        return max([*ends, *(y + 1 for line in self.lines for _, y in line.corners)])


def clip(text: str, width: int) -> str:
    """As much of a text as there is room for."""
    return text if len(text) <= width else text[: width - 2] + ".."
