# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rounds of a study say together, position by position; times are in seconds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from colorunbook.drill.measures import Times
from colorunbook.drill.requests import word_of
from colorunbook.drill.study.figures import Run, Served
from colorunbook.drill.study.grid import AXES, Axis, Point
from colorunbook.drill.study.study import Study
from colorunbook.lab.guest.services import Service

SERVICE = word_of(Service.MEMORY)
"""Whose latency is told: it answers from memory, so that the network alone is seen."""


@dataclass(frozen=True, slots=True)
class While:
    """A part of each drill in which clients were served, before the fault or after the resume.

    Each figure is a list with one of each drill that has it.
    """

    parts: tuple[Served, ...]

    @property
    def typical(self) -> list[float]:
        """The median latency of the answers."""
        return [times.p50 for times in self._latencies()]

    @property
    def slow(self) -> list[float]:
        """What one answer of a hundred took longer than."""
        return [times.p99 for times in self._latencies()]

    @property
    def rates(self) -> list[float]:
        """Checkpoints in a second."""
        return [part.rate for part in self.parts]

    @property
    def pauses(self) -> list[float]:
        """How long a checkpoint held the guest up, in the median."""
        return [part.checkpoints.p50 for part in self.parts if part.checkpoints]

    @property
    def answers(self) -> list[float]:
        """Answers in a second, of all services together."""
        return [part.answers for part in self.parts]

    def _latencies(self) -> Iterator[Times]:
        for part in self.parts:
            if (times := part.latency.get(SERVICE)) is not None:
                yield times


@dataclass(frozen=True, slots=True)
class Sight:
    """A position of a knob, and the drills in it."""

    point: Point
    runs: tuple[Run, ...]

    @property
    def before(self) -> While:
        """With the first secondary."""
        return While(tuple(run.before for run in self.runs if run.before))

    @property
    def after(self) -> While:
        """With the new secondary."""
        return While(tuple(run.after for run in self.runs if run.after))

    @property
    def gaps(self) -> list[float]:
        """The longest that a client heard nothing when the primary was killed.

        It is of each drill in which nothing was wrong: who is never answered again has no gap.
        """
        impacts = (run.impact for run in self.runs if run.is_flawless)
        return [each.longest_gap for each in impacts if each and each.longest_gap is not None]

    @property
    def flawed(self) -> int:
        """In how many drills something was wrong."""
        return sum(not run.is_flawless for run in self.runs)

    @property
    def latencies(self) -> tuple[list[float], ...]:
        """All that the picture has of it."""
        return self.before.typical, self.before.slow, self.after.typical, self.gaps


def sights(study: Study) -> Iterator[tuple[Axis, tuple[Sight, ...]]]:
    """Each knob with the positions that it was tried in; one that was not is left out."""
    for axis in AXES:
        found = [Sight(point, study.of(point.choice)) for point in axis.points]
        tried = tuple(sight for sight in found if sight.runs)
        if len(tried) > 1:
            yield axis, tried


def middle(figures: Iterable[float]) -> float | None:
    """The median; ``None``: nothing was measured."""
    found = list(figures)
    return median(found) if found else None
