# SPDX-License-Identifier: GPL-2.0-or-later
"""From what was seen to the result: in the drill's own time, and each cost with its fault."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.measures import Stretch, Times
from colorunbook.drill.parts import Sample, Span, SpanKind
from colorunbook.drill.requests import Outcome, Request
from colorunbook.drill.summary import Course, summarise
from colorunbook.lab.guest.services import Service
from tests.drill.results import SETTING, course
from tests.drill.streams import answering, request, stream, unanswered, unasked


def span(kind: SpanKind, begin: float, end: float, name: str = "x") -> Span:
    """A span on one host."""
    return Span(kind, name, "10.0.0.1", begin, end)


def seen(
    requests: Sequence[Request], spans: Sequence[Span] = (), pauses: Sequence[Stretch] = ()
) -> Course:
    """A drill from 100 s to 110 s of the machine's clock."""
    return Course(100.0, 110.0, requests, {Service.MEMORY: 1}, spans, pauses)


KILL = span(SpanKind.FAULT, 103.2, 103.2, "kill")
CUT = span(SpanKind.FAULT, 106.3, 106.3, "cable")
FOUND = span(SpanKind.DETECTION, 103.2, 103.7)
OVER = span(SpanKind.FAILOVER, 103.7, 104.1)
RESUME = span(SpanKind.RESUME, 104.5, 105.5)


def test_times_count_from_the_beginning_of_the_drill() -> None:
    """Everywhere."""
    pauses = [Stretch(102.5, 102.75)]
    result = summarise(SETTING, seen(stream(2), [KILL], pauses))
    assert 10 == result.seconds
    assert (replace(KILL, begin=3.2, end=3.2),) == result.spans == result.faults
    assert (Stretch(2.5, 2.75),) == result.checkpoints
    assert 3.2 == result.impacts[0].begin
    assert (Sample(Service.MEMORY, 1, 0, 0.25), Sample(Service.MEMORY, 1, 1, 0.25)) == (
        result.samples
    )


def test_what_a_fault_has_cost() -> None:
    """Until the next one; what was not seen of that is not told."""
    requests = stream(9)
    requests[3] = replace(requests[3], got=104.0, sent=103.0)
    course = seen(requests, [KILL, FOUND, OVER, RESUME, CUT], [Stretch(104.9, 105.3)])
    first, second = summarise(SETTING, course).impacts
    assert ("kill", "10.0.0.1") == (first.name, first.host)
    assert 0.5 == pytest.approx(first.detected_after)
    assert 0.4 == pytest.approx(first.failover_took)
    assert 0.4 == pytest.approx(first.resume_pause)
    assert 1.75 == pytest.approx(first.longest_gap)
    assert Times(3, 0.25, 0.25, 0.25, 0.25) == first.before
    assert first.during == Times(2, 0.625, 0.925, 0.9925, 1.0)
    assert Times(2, 0.25, 0.25, 0.25, 0.25) == first.after
    assert (None, None, None) == (
        second.detected_after,
        second.failover_took,
        second.resume_pause,
    )
    assert second.before is not None
    assert 2 == second.before.count


def test_a_gap_belongs_to_the_fault_that_it_ends_behind() -> None:
    """It was longest because of that one."""
    requests = stream(8)
    del requests[6]
    first, second = summarise(SETTING, seen(requests, [KILL, CUT])).impacts
    assert (1.0, 2.0) == (first.longest_gap, second.longest_gap)


def test_a_gap_of_a_resume_is_none_of_the_fault() -> None:
    """It has a figure of its own."""
    requests = stream(9)
    del requests[6]
    course = seen(requests, [KILL, FOUND, OVER, span(SpanKind.RESUME, 105.5, 107)])
    (impact,) = summarise(SETTING, course).impacts
    assert 1.0 == impact.longest_gap


def test_a_pause_of_a_resume_is_no_checkpoint() -> None:
    """The longest one is; and one that a fault fell into was none that came to its end."""
    pauses = [
        *(Stretch(101.0, 101.1), Stretch(103.1, 104.0)),
        *(Stretch(104.6, 104.7), Stretch(104.8, 105.4), Stretch(108.0, 108.1)),
    ]
    result = summarise(SETTING, seen(stream(1), [KILL, RESUME], pauses))
    assert [1.0, 4.6, 8.0] == [each.begin for each in result.checkpoints]
    assert result.totals.checkpoints is not None
    assert 3 == result.totals.checkpoints.count
    assert 0.6 == result.impacts[0].resume_pause


def test_spans_are_told_in_the_order_of_time() -> None:
    """Whoever saw them first."""
    result = summarise(SETTING, seen([], [CUT, RESUME, KILL]))
    assert [3.2, 4.5, 6.3] == [span.begin for span in result.spans]


def test_all_findings_stand_together() -> None:
    """Those of connections, of the disk, and of the drill itself."""
    of_disk = Finding(Flaw.DISK, "The surviving disk is empty.")
    own = Finding(Flaw.DRILL, "Both have answered.")
    disk = DiskVerdict(1, 0, 0, (of_disk,))
    result = summarise(SETTING, seen(answering(["x"])), disk, [own])
    assert [Flaw.WRONG, Flaw.DISK, Flaw.DRILL] == [finding.flaw for finding in result.findings]
    assert disk == result.disk


def test_totals_are_of_requests() -> None:
    """A line without one is none; an answer that never came is no answer."""
    told = [*stream(3), unanswered(request(4), Outcome.DIED), unasked(request(3), "x")]
    totals = summarise(SETTING, seen(told)).totals
    assert (4, 3, 1.0) == (totals.requests, totals.answered, totals.longest_gap)
    assert ["memory"] == list(totals.latency)
    assert totals.checkpoints is None


def test_a_sample_without_an_answer_has_no_latency() -> None:
    """It is kept: a picture shows it."""
    result = summarise(SETTING, seen([unanswered(request(1))]))
    assert (Sample(Service.MEMORY, 1, 0, None),) == result.samples


def test_a_connection_of_which_nothing_was_seen_is_not_forgotten() -> None:
    """Its client may have died."""
    (verdict,) = summarise(SETTING, seen([])).connections
    assert not verdict.survived


def test_a_drill_as_it_might_go() -> None:
    """Two faults, a resume between them; nothing is wrong."""
    result = summarise(SETTING, course())
    assert result.is_flawless
    assert ["kill", "power"] == [impact.name for impact in result.impacts]
    kill, power = result.impacts
    assert 0.3 == kill.detected_after
    assert kill.resume_pause is not None
    assert 0.8 == pytest.approx(kill.resume_pause)
    assert power.resume_pause is None
