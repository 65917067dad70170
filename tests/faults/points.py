# SPDX-License-Identifier: GPL-2.0-or-later
"""The points at which a fault is tried: which there are, and which are chosen."""

import functools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from colorunbook.plan import Plan
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition
from tests.faults.chapters import CHAPTERS, Chapter


class Kind(Enum):
    """What goes wrong."""

    ENGINE_KILLED = "engine-killed"
    PEER_KILLED = "peer-killed"
    PEER_STOPPED = "peer-stopped"
    QEMU_STOPPED = "qemu-stopped"


class Moment(Enum):
    """When, of a step: when its beginning is on the disk and nothing was sent; when it is done
    and its end is not on the disk; when its end is on the disk.
    """

    BEFORE = "before"
    BETWEEN = "between"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Point:
    """One fault.

    :ivar step: counted from 1.
    :ivar title: of the step.
    """

    name: str
    edition: Edition
    kind: Kind
    step: int
    moment: Moment
    title: str

    def __str__(self) -> str:
        where = f"{self.moment.value} step {self.step}, {self.title}"
        return f"{self.name} {self.edition.value} {self.kind.value} {where}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which points are wanted; an empty one wants all.

    :ivar sample: how many of them; 0: all.
    :ivar seed: from which they are drawn.
    """

    names: tuple[str, ...] = ()
    editions: tuple[Edition, ...] = ()
    kinds: tuple[Kind, ...] = ()
    steps: tuple[int, ...] = ()
    moments: tuple[Moment, ...] = ()
    sample: int = 0
    seed: int = 0

    def wants(self, point: Point) -> bool:
        """Tell whether a point is among those that are drawn from."""
        return all(
            not wanted or value in wanted
            for wanted, value in (
                (self.names, point.name),
                (self.editions, point.edition),
                (self.kinds, point.kind),
                (self.steps, point.step),
                (self.moments, point.moment),
            )
        )

    def points(self) -> tuple[Point, ...]:
        """The points, in order."""
        wanted = tuple(point for point in every_point() if self.wants(point))
        return draw(wanted, self.sample, self.seed) if self.sample else wanted


@functools.cache
def every_point() -> tuple[Point, ...]:
    """Every point there is."""
    return tuple(_points())


def _points() -> Iterator[Point]:
    for chapter in CHAPTERS.values():
        for edition in Edition:
            plan = chapter.plan(Dialect(NEWEST, edition))
            for number in range(1, len(plan.steps) + 1):
                yield from _of_step(chapter, plan, number)


def draw(points: Iterable[Point], count: int, seed: int) -> tuple[Point, ...]:
    """Draw points: each kind in turn, and of each kind both editions in turn."""
    dice = random.Random(seed)
    heaps: dict[tuple[Edition, Kind], list[Point]] = {}
    found = list(points)
    for point in found:
        heaps.setdefault((point.edition, point.kind), []).append(point)
    for heap in heaps.values():
        dice.shuffle(heap)
    turns = [*heaps.values()]
    dice.shuffle(turns)
    drawn = {heap.pop() for _ in range(count) for heap in [_next(turns)] if heap}
    return tuple(point for point in found if point in drawn)


def _next(turns: list[list[Point]]) -> list[Point]:
    """The next heap that is not empty; it goes to the end of the row."""
    for _ in turns:
        heap = turns.pop(0)
        turns.append(heap)
        if heap:
            return heap
    return []


def _of_step(chapter: Chapter, plan: Plan, number: int) -> Iterator[Point]:
    title, edition = plan.steps[number - 1].title, plan.dialect.edition
    for moment in Moment:
        yield Point(chapter.name, edition, Kind.ENGINE_KILLED, number, moment, title)
    kinds = [Kind.PEER_KILLED, Kind.PEER_STOPPED] if chapter.has_peer(plan, number) else []
    if chapter.has_own(plan, number):
        kinds.append(Kind.QEMU_STOPPED)
    for kind in kinds:
        yield Point(chapter.name, edition, kind, number, Moment.BEFORE, title)
