# SPDX-License-Identifier: GPL-2.0-or-later
"""The judge: what an honest guest answers is let be, and every lie is found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.answers import Finding, Flaw, Verdict, judge
from colorunbook.drill.requests import Outcome
from colorunbook.lab.guest.services import Service
from tests.drill.streams import answering, request, stream, unanswered, unasked

RIGHT = [f"{number} memory-1-{number}" for number in range(1, 9)]
answers = st.integers(2, 30).map(lambda count: [f"{n} memory-1-{n}" for n in range(1, count + 1)])


def flaws(lines: list[str]) -> list[tuple[Flaw, int]]:
    """What is wrong when a guest answers with these lines, and in which requests."""
    (verdict,) = judge(answering(lines))
    return [(finding.flaw, finding.number) for finding in verdict.findings]


@given(st.integers(1, 40), st.integers(1, 40))
def test_an_honest_guest_has_no_flaw(one: int, two: int) -> None:
    """On each connection, however the clients' files are put together."""
    disk = stream(two, Service.DISK, 2)
    assert judge([*disk, *stream(one)]) == (
        Verdict(Service.MEMORY, 1, one, one, True),
        Verdict(Service.DISK, 2, two, two, True),
    )


@given(answers, st.data())
def test_an_answer_that_never_came_is_lost(lines: list[str], data: st.DataObject) -> None:
    """Whatever came in its place; only that request is named."""
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = "1 something else"
    assert [(Flaw.WRONG, at + 1)] == flaws(lines)


@given(answers, st.data())
def test_an_answer_that_comes_again_is_found(lines: list[str], data: st.DataObject) -> None:
    """Instead of the next one, which is then late, and the last one has never come."""
    at = data.draw(st.integers(0, len(lines) - 2))
    doubled = [*lines[: at + 1], lines[at], *lines[at + 1 : -1]]
    assert [(Flaw.TWICE, at + 1), (Flaw.LOST, len(lines))] == flaws(doubled)


def test_an_answer_that_came_without_a_request_is_found() -> None:
    """In the pause after the first one."""
    told = stream(3)
    told.insert(1, unasked(told[0], RIGHT[0]))
    (verdict,) = judge(told)
    assert [Flaw.TWICE] == [finding.flaw for finding in verdict.findings]
    told[1] = unasked(told[0], "7 memory-1-7")
    (verdict,) = judge(told)
    assert [Flaw.WRONG] == [finding.flaw for finding in verdict.findings]
    assert verdict.survived
    assert 3 == verdict.right


@given(answers, st.data())
def test_an_answer_to_a_request_that_comes_later_is_wrong(
    lines: list[str], data: st.DataObject
) -> None:
    """Nobody can know it yet; when its request comes, it is not taken as an answer to that."""
    at = data.draw(st.integers(0, len(lines) - 2))
    swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    expected = [(Flaw.WRONG, at + 1), (Flaw.LOST, at + 2)]
    assert expected == flaws(swapped)


def test_a_late_answer_is_out_of_order() -> None:
    """Its request was passed over, and answered after the next one."""
    told = answering([RIGHT[0], "x", RIGHT[2], RIGHT[1]])
    (verdict,) = judge(told)
    found = [(finding.flaw, finding.number) for finding in verdict.findings]
    assert [(Flaw.WRONG, 2), (Flaw.ORDER, 2), (Flaw.LOST, 4)] == found


@given(answers, st.data())
def test_a_guest_that_has_forgotten_is_found(lines: list[str], data: st.DataObject) -> None:
    """Its count falls back: it is told once, where it happened."""
    at = data.draw(st.integers(1, len(lines) - 1))
    lost = data.draw(st.integers(1, at))
    later = [f"{number - lost} memory-1-{number}" for number in range(at + 1, len(lines) + 1)]
    assert [(Flaw.COUNT, at + 1)] == flaws([*lines[:at], *later])


@pytest.mark.parametrize(
    ("counted", "why"), [(2, "forgotten what it had answered"), (4, "heard more than was sent")]
)
def test_a_count_that_is_not_ours_says_which_way(counted: int, why: str) -> None:
    """Back, or ahead."""
    (verdict,) = judge(answering([*RIGHT[:2], f"{counted} memory-1-3"]))
    (finding,) = verdict.findings
    assert f"was counted {counted} at request 3, so the guest has {why}." in finding.text


@pytest.mark.parametrize("line", ["", "1", "memory-1-1", " 1 memory-1-1", "1  memory-1-1", "-1 x"])
def test_a_line_that_is_no_answer_is_wrong(line: str) -> None:
    """It is shown."""
    (verdict,) = judge(answering([line]))
    assert [Flaw.WRONG] == [finding.flaw for finding in verdict.findings]
    assert repr(line) in verdict.findings[0].text
    assert 0 == verdict.right


def test_a_refusal_of_the_disk_is_none_of_the_other_flaws() -> None:
    """The guest has answered, and has told the truth."""
    lines = ["1 disk-1-1", "2 failed disk-1-2", "3 disk-1-3"]
    (verdict,) = judge(answering(lines, Service.DISK))
    text = "Connection 1 of the disk service was refused request 2 by the guest's disk."
    assert (Finding(Flaw.REFUSED, text, Service.DISK, 1, 2),) == verdict.findings
    assert 2 == verdict.right


@pytest.mark.parametrize(
    ("outcome", "flaw", "text"),
    [
        (Outcome.DIED, Flaw.DIED, "ended (connection reset) in request 3."),
        (Outcome.UNANSWERED, Flaw.SILENT, "fell silent in request 3."),
    ],
)
def test_a_connection_that_ends_in_a_request(outcome: Outcome, flaw: Flaw, text: str) -> None:
    """It has not survived; that its last request has no answer is not told once more."""
    last = unanswered(request(3), outcome, "connection reset")
    (verdict,) = judge([*stream(2), last])
    told = f"Connection 1 of the memory service {text}"
    expected = Verdict(Service.MEMORY, 1, 3, 2, False, (Finding(flaw, told, Service.MEMORY, 1, 3),))
    assert expected == verdict


def test_a_connection_that_ends_between_two_requests() -> None:
    """No request is to blame."""
    first, *_ = stream(1)
    end = replace(unasked(first, ""), outcome=Outcome.DIED, answer=None, error="end of file")
    (verdict,) = judge([first, end])
    assert not verdict.survived
    assert ["Connection 1 of the memory service ended (end of file) between two requests."] == [
        finding.text for finding in verdict.findings
    ]


def test_a_request_that_nobody_wrote_down_is_lost() -> None:
    """A hole in the client's file hides nothing."""
    told = stream(6)
    del told[2:4]
    (verdict,) = judge(told)
    assert "has no answer to requests 3 to 4." in verdict.findings[0].text


def test_a_connection_without_a_request_is_silent() -> None:
    """It was opened, and nothing was seen of it: that is not well."""
    first, second, other = judge(stream(1), {Service.MEMORY: 2, Service.DISK: 1})
    assert first.is_flawless
    for verdict in (second, other):
        assert not verdict.survived
        assert not verdict.is_flawless
        assert [Flaw.SILENT] == [finding.flaw for finding in verdict.findings]


def test_connections_do_not_hear_of_each_other() -> None:
    """The answer to another's request is wrong."""
    two = request(1, "1 memory-1-1", connection=2)
    _, verdict = judge([*stream(1), two])
    assert [Flaw.WRONG] == [finding.flaw for finding in verdict.findings]
