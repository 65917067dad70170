# SPDX-License-Identifier: GPL-2.0-or-later
"""A study measured out for a picture: a panel a knob, in it a column a position."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from colorunbook.drill.chart import HEIGHT, LEFT, RIGHT, Dot, Tick, Up
from colorunbook.drill.study.grid import Axis
from colorunbook.drill.study.sights import Sight, middle, sights
from colorunbook.drill.study.study import Study

TOP: Final = 132
"""Where latencies begin; title, legend and the names of the knobs stand above them."""

BOTTOM: Final = TOP + HEIGHT

_LETTER = 6.6
_BETWEEN = 18.0
_APART = 5.0
"""How far the marks of two drills in one position stand apart."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure of one kind in one position: a dot a drill, and the median of them.

    :param middle: ``None``: nothing was measured.
    """

    dots: tuple[Dot, ...]
    middle: Dot | None


@dataclass(frozen=True, slots=True)
class Column:
    """A position of a knob.

    :param x: its middle.
    :param marks: a kind each, as :attr:`Sight.latencies` has them.
    """

    sight: Sight
    x: float
    width: float
    marks: tuple[Mark, ...]

    @property
    def label(self) -> list[str]:
        """The position, in lines."""
        return _lines(self.sight)


@dataclass(frozen=True, slots=True)
class Panel:
    """A knob."""

    axis: Axis
    x: float
    width: float
    columns: tuple[Column, ...]


def panels(study: Study) -> tuple[tuple[Panel, ...], tuple[Tick, ...]]:
    """All panels, and the marks of the scale that they share."""
    found = list(sights(study))
    figures = chain.from_iterable(chain(*s.latencies) for _, some in found for s in some)
    up = Up(figures, TOP)
    return tuple(_panels(found, up)), tuple(up.ticks())


def _panels(found: Sequence[tuple[Axis, tuple[Sight, ...]]], up: Up) -> Iterator[Panel]:
    """Each as wide as its words need, stretched to fill the page."""
    needed = [max(sum(map(_needs, some)), len(axis.knob) * _LETTER) for axis, some in found]
    room = RIGHT - LEFT - _BETWEEN * (len(found) - 1)
    stretch = room / (sum(needed) or 1)
    x = float(LEFT)
    for (axis, some), need in zip(found, needed, strict=True):
        width = need * stretch
        yield Panel(axis, round(x, 1), round(width, 1), tuple(_columns(some, x, width, up)))
        x += width + _BETWEEN


def _columns(some: Sequence[Sight], x: float, width: float, up: Up) -> Iterator[Column]:
    each = width / len(some)
    for at, sight in enumerate(some):
        centre = round(x + each * (at + 0.5), 1)
        marks = tuple(_mark(figures, centre, up) for figures in sight.latencies)
        yield Column(sight, centre, round(each, 1), marks)


def _mark(figures: Sequence[float], centre: float, up: Up) -> Mark:
    first = centre - _APART * (len(figures) - 1) / 2
    dots = tuple(Dot(round(first + _APART * at, 1), up(f)) for at, f in enumerate(figures))
    found = middle(figures)
    return Mark(dots, None if found is None else Dot(centre, up(found)))


def _lines(sight: Sight) -> list[str]:
    """The position of a knob, in as many lines as it has parts."""
    return sight.point.label.split(", ")


def _needs(sight: Sight) -> float:
    return max(4, *map(len, _lines(sight))) * _LETTER + 8
