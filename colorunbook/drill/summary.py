# SPDX-License-Identifier: GPL-2.0-or-later
"""From what a drill has written down to its result: judged, measured, in the drill's own time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import inf

from colorunbook.drill import measures
from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.answers import Finding, judge
from colorunbook.drill.measures import Stretch
from colorunbook.drill.parts import Impact, Sample, Span, SpanKind, Totals
from colorunbook.drill.requests import Outcome, Request, word_of
from colorunbook.drill.result import Result, Setting
from colorunbook.lab.guest.services import Service

_DIGITS = 6
"""Of a second: microseconds. What lies below is noise, and makes a file longer."""

_RESUMES = (SpanKind.PROTECT, SpanKind.RESUME)


@dataclass(frozen=True, slots=True)
class Course:
    """What was seen while the drill went on; its times are those of ``CLOCK_MONOTONIC``.

    :param begin: of the drill; the result counts from here.
    :param requests: of all clients.
    :param clients: how many connections each service had.
    :param spans: what went on.
    :param pauses: when the guest stood still on the host that its clients heard, checkpoints and
        resumes alike; see :func:`~colorunbook.drill.measures.pauses`.
    """

    begin: float
    end: float
    requests: Sequence[Request]
    clients: Mapping[Service, int]
    spans: Sequence[Span]
    pauses: Sequence[Stretch]


def summarise(
    setting: Setting,
    course: Course,
    disk: DiskVerdict | None = None,
    findings: Iterable[Finding] = (),
) -> Result:
    """Make the result of a drill.

    :param disk: see :func:`~colorunbook.drill.acknowledged.judge_disk`.
    :param findings: what the drill itself found wrong; those of the connections and of the disk
        are added.
    """
    verdicts = judge(course.requests, course.clients)
    spans = sorted(course.spans, key=lambda span: (span.begin, span.end))
    checkpoints = _checkpoints(course, spans)
    of_disk = () if disk is None else disk.findings
    return Result(
        setting,
        seconds=_rounded(course.end - course.begin),
        connections=verdicts,
        disk=disk,
        spans=tuple(_moved_span(span, course.begin) for span in spans),
        checkpoints=tuple(_moved(each, course.begin) for each in checkpoints),
        samples=tuple(_sample(r, course.begin) for r in course.requests if r.number),
        impacts=tuple(_impacts(course, spans)),
        totals=_totals(course.requests, checkpoints),
        findings=(*(f for each in verdicts for f in each.findings), *of_disk, *findings),
    )


def _checkpoints(course: Course, spans: Sequence[Span]) -> list[Stretch]:
    """The pauses that were checkpoints: not a resume's own, and none that a fault fell into."""
    others = set()
    for span in spans:
        meeting = [pause for pause in course.pauses if pause.meets(span.begin, span.end)]
        if span.kind in _RESUMES and (own := measures.longest(meeting)):
            others.add(own)
        elif span.kind is SpanKind.FAULT:
            others.update(each for each in meeting if each.begin <= span.begin)
    return sorted(set(course.pauses) - others)


def _impacts(course: Course, spans: Sequence[Span]) -> Iterator[Impact]:
    """What each fault has cost, until the next one."""
    faults = [span for span in spans if span.kind is SpanKind.FAULT]
    gaps = measures.gaps(course.requests)
    since = -inf
    for fault, next_one in zip_longest(faults, faults[1:]):
        end = inf if next_one is None else next_one.begin
        here = [span for span in spans if fault.begin <= span.begin < end]
        found, failover = (_first(here, kind) for kind in (SpanKind.DETECTION, SpanKind.FAILOVER))
        alive = _first(here, SpanKind.ALIVE)
        over = (failover or found or fault).end
        requests = measures.around(course.requests, fault.begin, over)
        paused = [
            pause
            for span in here
            for pause in course.pauses
            if span.kind is SpanKind.RESUME and pause.meets(span.begin, span.end)
        ]
        yield Impact(
            fault.name,
            fault.host,
            _rounded(fault.begin - course.begin),
            detected_after=None if found is None else _rounded(found.end - fault.begin),
            went_on_after=None if alive is None else _rounded(alive.begin - fault.begin),
            failover_took=None if failover is None else _rounded(failover.end - failover.begin),
            longest_gap=_longest(
                gap for gap in gaps if gap.begin <= over and fault.begin <= gap.end < end
            ),
            resume_pause=_longest(paused),
            before=measures.latency(r for r in requests.before if r.sent >= since),
            during=measures.latency(requests.during),
            after=measures.latency(r for r in requests.after if r.got < end),
        )
        since = over


def _first(spans: Iterable[Span], kind: SpanKind) -> Span | None:
    return next((span for span in spans if span.kind is kind), None)


def _longest(stretches: Iterable[Stretch]) -> float | None:
    found = measures.longest(stretches)
    return None if found is None else _rounded(found.seconds)


def _totals(requests: Sequence[Request], checkpoints: Sequence[Stretch]) -> Totals:
    asked = [r for r in requests if r.number]
    found = {word_of(s): measures.latency(r for r in asked if r.service is s) for s in Service}
    return Totals(
        requests=len(asked),
        answered=sum(r.outcome is Outcome.ANSWERED for r in asked),
        longest_gap=_longest(measures.gaps(asked)),
        latency={word: times for word, times in found.items() if times is not None},
        checkpoints=measures.times(each.seconds for each in checkpoints),
    )


def _sample(request: Request, begin: float) -> Sample:
    latency = None if request.latency is None else _rounded(request.latency)
    return Sample(request.service, request.connection, _rounded(request.sent - begin), latency)


def _moved(stretch: Stretch, begin: float) -> Stretch:
    return Stretch(_rounded(stretch.begin - begin), _rounded(stretch.end - begin))


def _moved_span(span: Span, begin: float) -> Span:
    lasted = _moved(Stretch(span.begin, span.end), begin)
    return replace(span, begin=lasted.begin, end=lasted.end)


def _rounded(seconds: float) -> float:
    return round(seconds, _DIGITS)
