# SPDX-License-Identifier: GPL-2.0-or-later
"""What one drill of a study has shown: how clients fared before its fault, through it, and after.

Times are in seconds. What was not measured is ``None``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from colorunbook.drill import measures
from colorunbook.drill.measures import Times
from colorunbook.drill.parts import Impact, SpanKind
from colorunbook.drill.requests import word_of
from colorunbook.drill.result import Result
from colorunbook.drill.study.grid import Choice
from colorunbook.lab.guest.services import Service


@dataclass(frozen=True, slots=True)
class Served:
    """A while in which clients were served, and nothing was taken away.

    :param seconds: how long it was.
    :param latency: from request to answer, by the service's word; a service without an answer is
        not in it.
    :param checkpoints: how long each held the guest up; ``None``: there was none.
    """

    seconds: float
    latency: Mapping[str, Times]
    checkpoints: Times | None

    @property
    def answers(self) -> float:
        """Answers in a second, of all services together."""
        return sum(times.count for times in self.latency.values()) / self.seconds

    @property
    def rate(self) -> float:
        """Checkpoints in a second."""
        return (self.checkpoints.count if self.checkpoints else 0) / self.seconds


@dataclass(frozen=True, slots=True)
class Run:
    """One drill: the primary is killed, the secondary takes over, and gets a secondary.

    :param load: the machine's load average when it began.
    :param seconds: how long it took, with making its lab and taking it down.
    :param before: the fault, ``after`` the resume; ``None``: it did not come to that.
    :param longest_gap: the longest time between two answers of one connection, in the whole drill.
    :param impact: what the fault has cost; ``None``: it did not come to that.
    :param findings: all that was wrong, a sentence each; none: nothing was.
    """

    choice: Choice
    load: float
    seconds: float
    before: Served | None
    after: Served | None
    longest_gap: float | None
    impact: Impact | None
    findings: tuple[str, ...]

    @property
    def is_flawless(self) -> bool:
        """It went to its end, and nothing was wrong."""
        return self.after is not None and not self.findings


def failed(choice: Choice, load: float, seconds: float, why: str) -> Run:
    """A drill that had no result."""
    return Run(choice, load, round(seconds, 1), None, None, None, None, (why,))


def figures(choice: Choice, load: float, seconds: float, result: Result) -> Run:
    """What the result of a drill says.

    :param load: the machine's load average when it began.
    :param seconds: how long it took.
    """
    begin = min((sample.sent for sample in result.samples), default=inf)
    end = max((s.sent + s.latency for s in result.samples if s.latency is not None), default=-inf)
    fault = next((span.begin for span in result.faults), end)
    resumed = next((s.end for s in result.spans if s.kind is SpanKind.RESUME), inf)
    return Run(
        choice,
        load,
        round(seconds, 1),
        before=served(result, begin, fault),
        after=served(result, resumed, end),
        longest_gap=result.totals.longest_gap,
        impact=next(iter(result.impacts), None),
        findings=tuple(finding.text for finding in result.findings),
    )


def served(result: Result, begin: float, end: float) -> Served | None:
    """How clients were served in a part of a drill; ``None``: there is no such part.

    What was asked or answered outside it does not count.
    """
    if begin >= end:
        return None
    found = {service: _latencies(result, service, begin, end) for service in Service}
    pauses = [each.seconds for each in result.checkpoints if begin <= each.begin < end]
    return Served(
        round(end - begin, 3),
        {word_of(service): times for service, each in found.items() if (times := _times(each))},
        _times(pauses),
    )


def _latencies(result: Result, service: Service, begin: float, end: float) -> list[float]:
    return [
        sample.latency
        for sample in result.samples
        if sample.service is service
        and sample.latency is not None
        and begin <= sample.sent
        and sample.sent + sample.latency <= end
    ]


def _times(seconds: Iterable[float]) -> Times | None:
    """Percentiles to the microsecond: what lies below is noise, and makes a file longer."""
    told = measures.times(seconds)
    if told is None:
        return None
    cuts = (round(each, 6) for each in (told.p50, told.p90, told.p99, told.longest))
    return Times(told.count, *cuts)
