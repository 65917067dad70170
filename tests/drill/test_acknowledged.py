# SPDX-License-Identifier: GPL-2.0-or-later
"""The disk of the survivor: each acknowledged line is there, and nothing that nobody has sent."""

from base64 import b64encode
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.acknowledged import QUESTION, Disk, DiskVerdict, judge_disk
from colorunbook.drill.answers import Flaw
from colorunbook.drill.requests import Request
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Service
from tests.drill.streams import answering, request, stream, unanswered


def disk(lines: Sequence[str]) -> Disk:
    """A disk with these lines."""
    return Disk(tuple(lines))


def lines_of(requests: Sequence[Request]) -> list[str]:
    """What an honest guest has written."""
    return [r.expected for r in sorted(requests, key=lambda r: r.got)]


STREAM = stream(4, Service.DISK)
LINES = lines_of(STREAM)


@given(st.integers(0, 30))
def test_a_disk_that_has_it_all_is_let_be(count: int) -> None:
    """Requests of the other service have nothing to do with it."""
    told = stream(count, Service.DISK)
    assert DiskVerdict(count, 0, count) == judge_disk([*told, *stream(5)], disk(lines_of(told)))


@given(st.integers(0, 3))
def test_a_lost_line_is_found(at: int) -> None:
    """By the count, and by its name."""
    counted, named = judge_disk(STREAM, disk(LINES[:at] + LINES[at + 1 :])).findings
    assert "The surviving disk has 3 lines, and 4 were acknowledged." == counted.text
    assert (Flaw.DISK, 1, at + 1) == (named.flaw, named.connection, named.number)
    assert f"lacks the line '{LINES[at]}'" in named.text


def test_a_line_that_nobody_has_sent_is_found() -> None:
    """By the count, and by itself."""
    counted, named = judge_disk(STREAM, disk([*LINES, "1 of another client"])).findings
    assert "has 5 lines, and only 4 were acknowledged and 0 were under way." in counted.text
    assert "has the line '1 of another client', which nobody has sent" in named.text


def test_a_line_that_is_there_twice_is_found() -> None:
    """By the count, and by its name."""
    _, named = judge_disk(STREAM, disk([*LINES[:2], *LINES[1:]])).findings
    assert "has the line '2 disk-1-2' 2 times" in named.text


def test_another_line_in_the_place_of_one_is_found() -> None:
    """Where the number of lines is right."""
    lost, strange = judge_disk(STREAM, disk([*LINES[:2], "9 x", LINES[3]])).findings
    assert "lacks the line '3 disk-1-3'" in lost.text
    assert "has the line '9 x', which nobody has sent" in strange.text


def test_lines_in_an_order_that_cannot_be_are_found() -> None:
    """One was acknowledged before the other was sent."""
    (finding,) = judge_disk(STREAM, disk([LINES[1], LINES[0], *LINES[2:]])).findings
    assert "has the line '2 disk-1-2' before one that was acknowledged earlier" in finding.text


@pytest.mark.parametrize("there", [False, True])
def test_a_line_under_way_may_be_there_or_not(there: bool) -> None:
    """Its client was not answered any more."""
    told = [*STREAM, unanswered(request(5, service=Service.DISK))]
    lines = [*LINES, "5 disk-1-5"] if there else LINES
    assert DiskVerdict(4, 1, len(lines)) == judge_disk(told, disk(lines))


def test_a_refused_line_may_be_there_or_not() -> None:
    """Writing it went well, and syncing did not."""
    told = answering(["1 disk-1-1", "2 failed disk-1-2", "3 disk-1-3"], Service.DISK)
    for lines in (["1 disk-1-1", "3 disk-1-3"], ["1 disk-1-1", "2 disk-1-2", "3 disk-1-3"]):
        assert not judge_disk(told, disk(lines)).findings


@given(st.permutations(range(2)))
def test_an_order_that_nobody_knows_is_no_finding(order: list[int]) -> None:
    """Two lines of two connections were under way at the same time."""
    told = [*stream(3, Service.DISK, 1), *stream(3, Service.DISK, 2)]
    last = [told[at] for at in (2, 5)]
    lines = [*lines_of([r for r in told if r not in last]), *(last[at].expected for at in order)]
    assert DiskVerdict(6, 0, 6) == judge_disk(told, disk(lines))


def test_what_was_there_before_is_not_counted() -> None:
    """Whatever it is."""
    assert DiskVerdict(4, 0, 4) == judge_disk(STREAM, disk(["1 boot", *LINES]), before=1)
    assert DiskVerdict(0, 0, 0) == judge_disk([], disk(["1 boot"]), before=1)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"))))
def test_what_the_status_service_tells_is_read(lines: list[str]) -> None:
    """The whole file; a line without an end was never acknowledged."""
    content = "".join(f"{line}\n" for line in lines).encode()
    for file in content, content + b"7 hal":
        assert disk(lines) == Disk.of([f"1 {b64encode(file).decode()}"])
    assert "content" == QUESTION


@pytest.mark.parametrize("answers", [[], ["1 unknown"], ["2 eA=="], ["1 eA==", "2 eA=="], ["1 é"]])
def test_other_answers_are_refused(answers: list[str]) -> None:
    """A guest that does not know the question, for instance."""
    with pytest.raises(InputError, match="is no answer to what the disk has"):
        Disk.of(answers)
