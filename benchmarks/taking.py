# SPDX-License-Identifier: GPL-2.0-or-later
"""Measuring two things in turn, so that whatever else the machine does slows both."""

from collections.abc import Callable
from time import perf_counter

Measure = Callable[[], float]
"""Does it once; what it took."""

Taken = tuple[tuple[float, ...], tuple[float, ...]]
"""What was measured of the one, and of the other."""


def in_turn(rounds: int, ours: Measure, floor: Measure) -> Taken:
    """Measure both once a round, and who is first changes; a round before that does not count."""
    own: list[float] = []
    least: list[float] = []
    ours()
    floor()
    for number in range(rounds):
        first, second = ((ours, own), (floor, least))[:: 1 if number % 2 == 0 else -1]
        for measure, into in (first, second):
            into.append(measure())
    return tuple(own), tuple(least)


def clocked(work: Callable[[], object], times: int = 1) -> Measure:
    """The seconds that one of some doings takes."""

    def measure() -> float:
        start = perf_counter()
        for _ in range(times):
            work()
        return (perf_counter() - start) / times

    return measure
