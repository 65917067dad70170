# SPDX-License-Identifier: GPL-2.0-or-later
"""How long it took: latencies, gaps between answers, pauses of the guest.

All times are in seconds. What was not measured is ``None``, and never nought.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from colorunbook.drill.requests import Outcome, Request, by_connection

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""What times are sorted by, where nothing else is said."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From one point in time to another."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin

    def meets(self, begin: float, end: float) -> bool:
        """It has a moment in common with another stretch."""
        return self.begin <= end and begin <= self.end


@dataclass(frozen=True, slots=True)
class Times:
    """How many times were measured, and how they are distributed."""

    count: int
    p50: float
    p90: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many times there are up to a bound, and above that of the bucket before.

    :param upto: infinity in the last one.
    """

    upto: float
    count: int


@dataclass(frozen=True, slots=True)
class Around:
    """Requests before, during and after something.

    :param before: those that had been answered when it began.
    :param during: those that were under way while it went on.
    :param after: those that were sent when it was over.
    """

    before: tuple[Request, ...]
    during: tuple[Request, ...]
    after: tuple[Request, ...]


def times(seconds: Iterable[float]) -> Times | None:
    """Percentiles of what was measured; ``None``: nothing was."""
    found = sorted(seconds)
    if not found:
        return None
    if len(found) == 1:
        return Times(1, *found * 4)
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return Times(len(found), cuts[49], cuts[89], cuts[98], found[-1])


def latency(requests: Iterable[Request]) -> Times | None:
    """Percentiles of the time from request to answer; ``None``: nothing was answered."""
    return times(found for r in requests if (found := r.latency) is not None)


def around(requests: Iterable[Request], begin: float, end: float | None = None) -> Around:
    """Tell the requests before, during and after a mark apart.

    :param end: of the mark; ``None``: it is a moment.
    """
    end = begin if end is None else end
    parts: tuple[list[Request], list[Request], list[Request]] = ([], [], [])
    for each in requests:
        parts[0 if each.got < begin else 2 if each.sent > end else 1].append(each)
    return Around(*map(tuple, parts))


def gaps(requests: Iterable[Request]) -> tuple[Stretch, ...]:
    """From each answer to the next one of its connection, in the order of time.

    A connection that was not answered any more has no gap there, for it has no end.
    """
    found = []
    for told in by_connection(requests).values():
        got = sorted(r.got for r in told if r.outcome is Outcome.ANSWERED)
        found += [Stretch(*pair) for pair in pairwise(got)]
    return tuple(sorted(found))


def longest(stretches: Iterable[Stretch]) -> Stretch | None:
    """The longest; ``None``: there is none."""
    return max(stretches, key=lambda each: each.seconds, default=None)


def buckets(seconds: Iterable[float], bounds: Sequence[float] = BOUNDS) -> tuple[Bucket, ...]:
    """Sort times by bounds, which ascend; the last bucket has no bound.

    Buckets above the longest time are left out; without a time there is none.
    """
    found = list(seconds)
    edges = [-inf, *bounds, inf]
    counted = [
        Bucket(above, sum(below < each <= above for each in found))
        for below, above in pairwise(edges)
    ]
    while counted and not counted[-1].count:
        counted.pop()
    return tuple(counted)


def pauses(events: Iterable[tuple[float, str]]) -> tuple[Stretch, ...]:
    """The stretches in which one QEMU's guest stood still.

    :param events: their times and names; others than ``STOP`` and ``RESUME`` are passed over. A
        pause that has not ended is none yet.
    """
    found = []
    stopped: float | None = None
    for time, name in sorted(events):
        if name == "STOP" and stopped is None:
            stopped = time
        elif name == "RESUME" and stopped is not None:
            found.append(Stretch(stopped, time))
            stopped = None
    return tuple(found)
