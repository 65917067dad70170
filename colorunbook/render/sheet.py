# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawing while it is being made."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from colorunbook.render.drawing import Align, Box, Drawing, Ink, Label, Line, clip

PITCH = 4
"""Rows from one chardev to the next; also the height of a box with two lines of text."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where one host's things stand.

    :param host: the host itself.
    :param parts: the first column of the objects, and how many they take.
    :param sockets: the first column of the chardevs, and how many they take.
    """

    host: Box
    parts: tuple[int, int]
    sockets: tuple[int, int]

    @property
    def whole(self) -> tuple[int, int]:
        """The first column of objects and chardevs together, and how many they take."""
        begin = min(self.parts[0], self.sockets[0])
        return begin, max(map(sum, (self.parts, self.sockets))) - begin


@dataclass(slots=True)
class Sheet:
    """Collects what is drawn."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def host(self, box: Box, title: str) -> None:
        """A host with its role and address."""
        self.boxes.append(box)
        self.labels.append(Label(box.x + 2, box.y + 1, clip(title, box.width - 4), Ink.TITLE))

    def part(self, box: Box, texts: Sequence[str]) -> Box:
        """A box with its name, and below it what it is."""
        self.boxes.append(box)
        for row, text in enumerate(texts, box.y + 1):
            ink = Ink.KIND if row > box.y + 1 else Ink.NAME
            self.labels.append(Label(box.x + 2, row, clip(text, box.width - 4), ink))
        return box

    def edge(self, box: Box, row: int, text: str) -> None:
        """A word at the right border of a box."""
        self.labels.append(Label(box.right - 2, row, text, Ink.KIND, Align.RIGHT))

    def socket(self, columns: Columns, row: int, name: str, port: str = "") -> Box:
        """A chardev, or another port that is listened on."""
        begin, width = columns.sockets
        box = Box(begin, row, width, PITCH, Ink.SOCKET)
        self.boxes.append(box)
        self.labels.append(Label(box.centre, row + 1, name, Ink.NAME, Align.CENTRE))
        if port:
            self.labels.append(Label(box.centre, row + 2, port, Ink.KIND, Align.CENTRE))
        return box

    def arrow(self, start: Box, end: Box, row: int, ink: Ink) -> None:
        """A straight arrow along a row."""
        forward = start.x < end.x
        corners = (start.right if forward else start.x, row), (end.x if forward else end.right, row)
        self.lines.append(Line(corners, ink))

    def over(self, left: int, right: int, row: int, text: str) -> None:
        """A word over a line, in the middle of the columns from left to right, if it fits."""
        if len(text) < right - left:
            middle = (left + right) / 2
            self.labels.append(Label(middle, row - 1, text, Ink.KIND, Align.CENTRE))

    def drawing(self, title: str, about: str) -> Drawing:
        """What has been collected."""
        return Drawing(title, about, tuple(self.boxes), tuple(self.lines), tuple(self.labels))
