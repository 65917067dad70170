# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill in three lines."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.parts import Sample, Span, SpanKind
from colorunbook.drill.result import Result
from colorunbook.drill.sparkline import sparkline
from colorunbook.lab.guest.services import Service
from tests.drill.results import results, usual


def drill(*latencies: float | None, spans: tuple[Span, ...] = ()) -> Result:
    """A request in the middle of each second."""
    samples = [Sample(Service.MEMORY, 1, at + 0.5, each) for at, each in enumerate(latencies)]
    return replace(usual(), seconds=float(len(latencies)), samples=tuple(samples), spans=spans)


def at(kind: SpanKind, begin: float) -> Span:
    """A span of a moment."""
    return Span(kind, "x", "h", begin, begin)


def test_each_power_is_a_step() -> None:
    """Twice as long is one block higher, if the longest is 128 times the shortest."""
    result = drill(*(0.002 * 2**step for step in range(8)))
    assert ["▁▂▃▄▅▆▇█", "", "▁ 2.0 ms   █ 256 ms"] == sparkline(result, 8).split("\n")
    assert "_.:-=+*#" == sparkline(result, 8, plain=True).split("\n")[0]


def test_the_longest_wait_of_a_place_is_shown() -> None:
    """A short one beside it changes nothing."""
    line, _, _ = sparkline(drill(0.001, 0.1, 0.001, 0.001), 2).split("\n")
    assert "█▁" == line


def test_a_wait_is_shown_wherever_it_was() -> None:
    """Nothing was sent meanwhile; the client waited all the same."""
    long = drill(0.001, 3.0, 0.001, 0.001, 0.001, 0.001)
    gone = replace(long, samples=(*long.samples[:2], *long.samples[5:]))
    assert "▁████▁" == sparkline(gone, 6).split("\n")[0]


def test_what_was_never_answered_and_what_was_never_asked() -> None:
    """Each has its sign."""
    result = drill(0.001, 0.001, None, 0.001)
    result = replace(result, samples=(result.samples[0], *result.samples[2:]))
    line, _, key = sparkline(result, 4).split("\n")
    assert "▁ !▁" == line
    assert "! never answered" in key


def test_marks_stand_below_their_time() -> None:
    """The key has those that there are; a fault is seen before anything else in its place."""
    spans = (
        *(at(SpanKind.DETECTION, 1.2), at(SpanKind.FAULT, 1.1), at(SpanKind.FAILOVER, 2.0)),
        at(SpanKind.RESUME, 3.9),
    )
    _, marks, key = sparkline(drill(1, 1, 1, 1, 1, spans=spans), 5).split("\n")
    assert " xor" == marks
    assert key.endswith("x fault   o failover   r resume   d detection")


def test_a_drill_without_a_request_has_no_scale() -> None:
    """Nothing was measured."""
    assert "\n\n" == sparkline(replace(drill(), seconds=0.0), 5)


@given(results, st.integers(1, 100), st.booleans())
def test_it_is_never_wider_than_it_may_be(result: Result, width: int, plain: bool) -> None:
    """Whatever a drill was; plain means ASCII."""
    line, marks, key = sparkline(result, width, plain=plain).split("\n")
    assert max(len(line), len(marks)) <= width
    assert not plain or (line + marks + key).isascii()


@pytest.mark.parametrize("kind", SpanKind)
def test_every_kind_has_a_mark(kind: SpanKind) -> None:
    """Of its own."""
    _, mark, key = sparkline(drill(1, spans=(at(kind, 0.5),)), 1).split("\n")
    assert f"{mark} {kind.value}" in key
    assert 1 == len(mark)


def test_a_drill_of_no_length_and_a_wait_of_none_are_drawn() -> None:
    """Numbers that no clock gives, and that a file can have."""
    tiny = 2.2250738585072014e-308
    assert "▁█" == sparkline(drill(tiny, 1e9), 2).split("\n")[0]
    instant = replace(drill(0.1, spans=(at(SpanKind.BOOT, -4.0),)), seconds=tiny)
    assert [" ▁", "b"] == sparkline(instant, 2).split("\n")[:2]
