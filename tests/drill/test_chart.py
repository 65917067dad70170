# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things stand in the picture of a drill."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook.drill.chart import LANE, LEFT, MOST, RIGHT, Bar, chart, thin
from colorunbook.drill.measures import Stretch
from colorunbook.drill.parts import Sample, Span, SpanKind
from colorunbook.drill.result import Result
from colorunbook.lab.guest.services import Service
from tests.drill.results import results, usual

EMPTY = replace(usual(), seconds=10.0, spans=(), checkpoints=(), samples=())
LETTER = 6.0
"""No letter on the average is wider than this, in the font of the texts beside the bars."""


def sample(sent: float, latency: float | None, service: Service = Service.MEMORY) -> Sample:
    """One of a single connection."""
    return Sample(service, 1, sent, latency)


def test_time_is_in_proportion_and_latency_by_powers_of_ten() -> None:
    """From edge to edge; ten times as slow is as far up, wherever it is."""
    samples = [sample(0, 0.001), sample(5, 0.01), sample(10, 0.1)]
    drawn = chart(replace(EMPTY, samples=tuple(samples)))
    first, middle, last = drawn.dots[Service.MEMORY]
    assert (LEFT, drawn.bottom) == (first.x, first.y)
    assert (RIGHT, drawn.top) == (last.x, last.y)
    assert ((LEFT + RIGHT) / 2, (drawn.top + drawn.bottom) / 2) == (middle.x, middle.y)


def test_the_axes_have_round_numbers() -> None:
    """Seconds, and powers of ten in milliseconds."""
    drawn = chart(replace(EMPTY, samples=(sample(0, 0.0005), sample(3, 0.2))))
    assert [str(number) for number in range(11)] == [tick.label for tick in drawn.times]
    assert ["0.1", "1", "10", "100", "1000"] == [tick.label for tick in drawn.latencies]
    ups = [tick.at for tick in drawn.latencies]
    assert sorted(ups, reverse=True) == ups


def test_a_drill_without_an_answer_is_drawn() -> None:
    """There is nothing in it."""
    drawn = chart(EMPTY)
    assert {} == drawn.dots
    assert () == drawn.bars
    assert 2 == len(drawn.latencies)


def test_each_kind_of_span_has_a_lane() -> None:
    """The same for all of its kind, in the order of the kinds; what there is not has none."""
    drawn = chart(usual())
    kinds = [SpanKind.FAULT, SpanKind.DETECTION, SpanKind.FAILOVER, SpanKind.RESUME]
    assert kinds == [kind for kind, _ in drawn.lanes]
    tops = [top for _, top in drawn.lanes]
    assert [LANE] * 3 == [two - one for one, two in pairwise(tops)]
    lanes = dict(drawn.lanes)
    assert all(lanes[bar.kind] == bar.y for bar in drawn.bars)
    assert 7 == len(drawn.bars)


def test_what_was_never_answered_is_told() -> None:
    """By when it was sent."""
    drawn = chart(replace(EMPTY, samples=(sample(5, None),)))
    assert ((LEFT + RIGHT) / 2,) == drawn.lost


def edges(bar: Bar) -> tuple[float, float]:
    """From where to where the text of a bar reaches."""
    long = len(bar.text) * LETTER
    return (bar.text_x - long, bar.text_x) if bar.before else (bar.text_x, bar.text_x + long)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 9)), min_size=1, max_size=20))
def test_texts_in_a_lane_run_into_nothing(places: Sequence[tuple[float, float]]) -> None:
    """Neither into the next bar nor into another text; a fault at the very end has its name."""
    spans = [Span(SpanKind.FAULT, "kill", "10.0.0.1", at, at + long) for at, long in places]
    spans.append(Span(SpanKind.FAULT, "power", "10.0.0.2", 150, 150))
    drawn = chart(replace(EMPTY, spans=tuple(spans)))
    lane = sorted(drawn.bars, key=lambda bar: bar.x)
    texts = sorted(edges(bar) for bar in lane if bar.text)
    assert "power 10.0.0.2" == lane[-1].text
    assert all(one[1] <= two[0] for one, two in pairwise(texts))
    for left, right in texts:
        assert LEFT <= left
        assert right <= RIGHT
        assert not any(left < bar.x < right for bar in lane)


@settings(deadline=None)
@given(results)
def test_everything_is_inside(result: Result) -> None:
    """Of any drill that there can be, with marks on the axes that can be counted."""
    drawn = chart(result)
    dots = [dot for each in drawn.dots.values() for dot in each]
    across = [*(dot.x for dot in dots), *drawn.lost, *(tick.at for tick in drawn.times)]
    across += [place for bar in drawn.bars for place in (bar.x, bar.x + bar.width)]
    across += [place for x, width in drawn.pauses for place in (x, x + width)]
    assert all(LEFT - 0.1 <= place <= RIGHT + 2.1 for place in across)
    up = [*(dot.y for dot in dots), *(tick.at for tick in drawn.latencies)]
    assert all(drawn.top - 0.1 <= place <= drawn.bottom + 0.1 for place in up)
    assert len(drawn.times) <= 11


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0.0001, 9)), min_size=21, max_size=60),
    st.sampled_from([2, 7, 20]),
)
def test_of_too_many_the_slowest_are_kept(found: Sequence[tuple[float, float]], most: int) -> None:
    """Each that is there was measured, and none that is left out was slower than one beside it."""
    samples = [sample(sent, latency) for sent, latency in found]
    kept, step = thin(samples, 0, 30, most)
    assert step is not None
    assert len(kept) <= most
    assert set(kept) <= set(samples)
    assert max(latency for _, latency in found) == max(s.latency or 0 for s in kept)
    for each in samples:
        near = [s.latency or 0 for s in kept if abs(s.sent - each.sent) <= step * 1.001]
        assert (each.latency or 0) <= max(near)


def test_each_service_is_thinned_for_itself() -> None:
    """A slow one does not hide a fast one; what was never answered stays."""
    samples = [
        *(sample(at / 200, 0.001) for at in range(MOST)),
        *(sample(at / 200, 0.1, Service.DISK) for at in range(MOST)),
        sample(5.0, None),
    ]
    drawn = chart(replace(EMPTY, samples=tuple(samples)))
    assert {Service.MEMORY: MOST // 2, Service.DISK: MOST // 2} == {
        service: len(dots) for service, dots in drawn.dots.items()
    }
    assert 1 == len(drawn.lost)
    assert 0.01 == drawn.thinned


def test_as_many_as_there_is_room_for_are_all_drawn() -> None:
    """None stands for another."""
    samples = tuple(sample(at / 200, 0.001) for at in range(MOST))
    assert (samples, None) == thin(samples, 0, 10)


def test_checkpoints_that_cannot_be_told_apart_are_one() -> None:
    """Thousands of them need no more room than the page is wide."""
    many = tuple(Stretch(at / 1000, at / 1000 + 0.0005) for at in range(10000))
    ((left, width),) = chart(replace(EMPTY, checkpoints=many)).pauses
    assert left == LEFT
    assert pytest.approx(RIGHT - LEFT, abs=1.1) == width
    apart = (Stretch(1, 1.1), Stretch(2, 2.1))
    assert 2 == len(chart(replace(EMPTY, checkpoints=apart)).pauses)
