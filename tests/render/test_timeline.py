# SPDX-License-Identifier: GPL-2.0-or-later
"""When things were in a run, measured out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.hosts import Role
from colorunbook.render.timeline import LEFT, Timeline, timeline
from colorunbook.story.model import Heard, State, Story
from colorunbook.story.reader import read
from tests.stories import write

BEGIN = datetime(2026, 11, 25, 10, 15, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """A point in time."""
    return BEGIN + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Any run."""
    return read(write(tmp_path_factory.mktemp("runs")))


def lasting(story: Story, seconds: float, heard: tuple[Heard, ...] = ()) -> Story:
    """The same run, but it did a first step from its beginning to its end, and no other."""
    first, *rest = story.steps
    first = replace(first, begun=BEGIN, ended=after(seconds))
    rest = [replace(each, begun=None, ended=None, state=State.WAITING) for each in rest]
    return replace(story, begun=BEGIN, last=after(seconds), steps=(first, *rest), heard=heard)


def test_places_are_in_proportion_to_time(worked: Story) -> None:
    """From the left edge to the right one."""
    heard = tuple(Heard(after(t), Role.PRIMARY, "STOP", None) for t in (0, 5, 10))
    picture = timeline(lasting(worked, 10, heard))
    first, middle, last = (dot.x for dot in picture.dots)
    assert (LEFT, picture.right) == (first, last)
    assert (first + last) / 2 == middle
    (bar,) = picture.bars
    assert (LEFT, picture.right - LEFT) == (bar.x, bar.width)


def test_each_role_has_its_lane(worked: Story) -> None:
    """Under its name."""
    heard = tuple(Heard(after(1), role, "STOP", None) for role in Role)
    picture = timeline(lasting(worked, 2, heard))
    names = ("steps", "primary 10.0.0.1", "secondary 10.0.0.2")
    assert names == tuple(name for _, name in picture.lanes)
    assert [y for y, _ in picture.lanes[1:]] == [dot.y for dot in picture.dots]


def test_a_step_that_has_not_ended_lasts_until_the_last_word(worked: Story) -> None:
    """Nobody knows better."""
    story = lasting(worked, 10)
    first, *rest = story.steps
    story = replace(story, steps=(replace(first, begun=after(5), ended=None), *rest))
    (bar,) = timeline(story).bars
    assert pytest.approx(timeline(story).right) == bar.x + bar.width


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (8, ["0 s", "1 s", "2 s", "3 s", "4 s", "5 s", "6 s", "7 s", "8 s"]),
        (0.4, ["0 s", "0.05 s", "0.1 s", "0.15 s", "0.2 s", "0.25 s", "0.3 s", "0.35 s", "0.4 s"]),
        (3000, ["0 s", "500 s", "1000 s", "1500 s", "2000 s", "2500 s", "3000 s"]),
    ],
)
def test_the_axis_has_round_numbers(worked: Story, seconds: float, labels: list[str]) -> None:
    """From nought on."""
    assert labels == [tick.label for tick in timeline(lasting(worked, seconds)).ticks]


@given(st.floats(0, 1e10))
def test_everything_is_inside(worked: Story, seconds: float) -> None:
    """Of a run of any length, with not too many marks on the axis."""
    heard = (Heard(after(seconds), Role.SECONDARY, "STOP", None),)
    picture: Timeline = timeline(lasting(worked, seconds, heard))
    places = [*(tick.x for tick in picture.ticks), *(dot.x for dot in picture.dots)]
    places += [bar.x for bar in picture.bars]
    assert LEFT <= min(places) <= max(places) <= picture.right
    assert 1 <= len(picture.ticks) <= 10
