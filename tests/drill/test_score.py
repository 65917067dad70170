# SPDX-License-Identifier: GPL-2.0-or-later
"""What is written down while a drill goes on."""

import pytest

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.measures import Stretch
from colorunbook.drill.parts import Span, SpanKind
from colorunbook.drill.score import Score
from colorunbook.hosts import Host
from colorunbook.lab.cables import Cables
from colorunbook.lab.switch import UP_FAR, UP_NEAR, Spaces

ONE, TWO = Host("10.0.0.1", "/a"), Host("10.0.0.2", "/b")


@pytest.fixture
def told() -> list[str]:
    """What was told."""
    return []


@pytest.fixture
def score(told: list[str]) -> Score:
    """Of a drill that begins."""
    return Score(Cables(ONE.address, TWO.address, Spaces(7, 8, 9)), told.append)


def test_what_goes_on_has_a_begin_and_an_end(score: Score) -> None:
    """And what is over at once has both at the same time."""
    with score.span(SpanKind.BOOT, "launch-alone", ONE):
        pass
    score.note(SpanKind.FAULT, "kill", TWO, 5.0)
    boot, fault = score.spans
    assert score.start <= boot.begin <= boot.end
    assert Span(SpanKind.FAULT, "kill", TWO.address, 5.0, 5.0) == fault


def test_who_answers_goes_on_to_until_another_does(score: Score) -> None:
    """By the port of the switch that its uplink ends at."""
    for host, begin in ((ONE, 1.0), (ONE, 2.0), (TWO, 3.0), (ONE, 4.0)):
        score.reign(host, begin)
    assert [
        (ONE.address, UP_NEAR, 1.0),
        (TWO.address, UP_FAR, 3.0),
        (ONE.address, UP_NEAR, 4.0),
    ] == [(reign.host, reign.port, reign.begin) for reign in score.reigns]


def test_a_pause_is_felt_where_clients_are_answered(score: Score) -> None:
    """The other guest stands still unseen; so does each before the first client."""
    score.reign(ONE, 1.0)
    score.reign(TWO, 3.0)
    pauses = [Stretch(begin, begin + 0.1) for begin in (0.5, 2.0, 3.5)]
    given = [(host.address, pause) for pause in pauses for host in (ONE, TWO)]
    assert pauses[1:] == score.felt(given)


def test_what_is_wrong_is_told_at_once(score: Score, told: list[str]) -> None:
    """And kept for the end."""
    score.find("Both have answered.")
    assert ["Both have answered."] == told
    assert [Finding(Flaw.DRILL, "Both have answered.")] == score.findings
