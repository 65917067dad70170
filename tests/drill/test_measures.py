# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures: what was measured, and nothing that was not."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.measures import (
    Bucket,
    Stretch,
    Times,
    around,
    buckets,
    gaps,
    latency,
    longest,
    pauses,
    times,
)
from colorunbook.drill.requests import Outcome
from colorunbook.lab.guest.services import Service
from tests.drill.streams import request, stream, unanswered, unasked

seconds = st.floats(0, 1e6)


def test_percentiles_of_a_hundred_and_one() -> None:
    """From 0 to 100, each is its own."""
    assert Times(101, 50, 90, 99, 100) == times(range(101))


@given(seconds)
def test_of_one_value_every_percentile_is_that_value(value: float) -> None:
    """Nothing else was seen."""
    assert Times(1, value, value, value, value) == times([value])


@given(st.lists(seconds, min_size=1))
def test_percentiles_ascend_and_lie_between_the_extremes(found: list[float]) -> None:
    """In whatever order they were measured."""
    told = times(found)
    assert told is not None
    ascending = [min(found), told.p50, told.p90, told.p99, told.longest]
    assert pytest.approx(sorted(ascending)) == ascending
    assert (len(found), max(found)) == (told.count, told.longest)


def test_nothing_measured_is_nothing_told() -> None:
    """Not nought."""
    assert times([]) is None
    assert latency([unanswered(request(1))]) is None
    assert longest([]) is None
    assert () == buckets([])
    assert () == gaps(stream(1))
    assert () == pauses([])


def test_only_answers_have_a_latency() -> None:
    """One that never came is left to the judge."""
    found = latency([*stream(3), unanswered(request(4)), unasked(request(3), "x")])
    assert Times(3, 0.25, 0.25, 0.25, 0.25) == found


def test_around_a_moment() -> None:
    """Only what is under way in it is during it."""
    told = stream(5)
    found = around(told, told[2].sent + 0.1)
    parts = (found.before, found.during, found.after)
    assert [told[:2], told[2:3], told[3:]] == [list(part) for part in parts]


@given(st.floats(99, 110), st.floats(0, 5))
def test_around_loses_nothing(begin: float, length: float) -> None:
    """Each request is in one part, and where it belongs."""
    told = stream(8)
    found = around(told, begin, begin + length)
    assert told == [*found.before, *found.during, *found.after]
    assert all(each.got < begin for each in found.before)
    assert all(each.got >= begin and each.sent <= begin + length for each in found.during)
    assert all(each.sent > begin + length for each in found.after)


def test_gaps_are_those_of_one_connection() -> None:
    """That another one was answered meanwhile does not shorten a client's wait."""
    told = stream(4)
    del told[1:3]
    found = gaps([*told, *stream(4, Service.DISK)])
    assert [1.0, 3.0, 1.0, 1.0] == [gap.seconds for gap in found]
    assert Stretch(100.25, 103.25) == longest(found)


def test_a_gap_has_an_answer_at_either_end() -> None:
    """Neither a line without a request nor a death is one."""
    first, second = stream(2)
    died = unanswered(request(3), Outcome.DIED)
    assert (Stretch(first.got, second.got),) == gaps([first, unasked(first, "x"), second, died])


@given(st.lists(st.floats(0, 20)))
def test_each_time_is_in_one_bucket(found: list[float]) -> None:
    """The last bucket is not empty."""
    told = buckets(found)
    assert len(found) == sum(bucket.count for bucket in told)
    assert not told or told[-1].count
    for bucket in told:
        assert sum(b.count for b in told if b.upto <= bucket.upto) == sum(
            each <= bucket.upto for each in found
        )


def test_a_bound_belongs_to_its_bucket() -> None:
    """And what is above all of them has a bucket as well."""
    assert (Bucket(1, 2), Bucket(2, 0), Bucket(inf, 1)) == buckets([0.5, 1, 3], bounds=(1, 2))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("STOP RESUME STOP RESUME", [(0, 1), (2, 3)]),
        ("RESUME STOP", []),
        ("STOP STOP RESUME RESUME", [(0, 2)]),
        ("STOP JOB_STATUS_CHANGE RESUME STOP", [(0, 2)]),
    ],
)
def test_a_pause_is_from_a_stop_to_the_next_resume(
    names: str, expected: Sequence[tuple[float, float]]
) -> None:
    """One that has not ended is none yet; the order in which they are told does not matter."""
    events = [(float(at), name) for at, name in enumerate(names.split())]
    found = tuple(Stretch(*pair) for pair in expected)
    assert found == pauses(events) == pauses(reversed(events))


def test_stretches_meet_where_they_have_a_moment_in_common() -> None:
    """Their ends count."""
    stretch = Stretch(1, 2)
    assert stretch.meets(2, 3)
    assert stretch.meets(0, 9)
    assert not stretch.meets(2.1, 3)
    assert not replace(stretch, end=1.5).meets(1.6, 3)
