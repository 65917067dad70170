# SPDX-License-Identifier: GPL-2.0-or-later
"""The disk of the survivor: each acknowledged line is there, and nothing that nobody has sent."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.acknowledged import QUESTIONS, Disk, DiskVerdict, Proof, judge_disk
from colorunbook.drill.answers import Flaw
from colorunbook.drill.requests import Request
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Service
from tests.drill.streams import answering, request, stream, unanswered


def disk(lines: Sequence[str], *, read: bool = False) -> Disk:
    """A disk with these lines, as the status service tells of it or as its file was read."""
    content = "".join(f"{line}\n" for line in lines).encode()
    found = Disk.read(content)
    return found if read else replace(found, lines=None)


def lines_of(requests: Sequence[Request]) -> list[str]:
    """What an honest guest has written."""
    return [r.expected for r in sorted(requests, key=lambda r: r.got)]


def overlapping() -> list[Request]:
    """Two connections whose requests are under way at the same time."""
    return [*stream(3, Service.DISK, 1), *stream(3, Service.DISK, 2)]


STREAM = stream(4, Service.DISK)
LINES = lines_of(STREAM)


@given(st.integers(0, 30), st.booleans())
def test_a_disk_that_has_it_all_is_let_be(count: int, read: bool) -> None:
    """Of one connection the digest proves it; who has read the file knows anyway."""
    told = stream(count, Service.DISK)
    proof = Proof.LINES if read else Proof.DIGEST
    found = judge_disk([*told, *stream(5)], disk(lines_of(told), read=read))
    assert DiskVerdict(count, 0, count, proof) == found


@given(st.data())
def test_a_lost_line_is_found(data: st.DataObject) -> None:
    """By the count, and in the file by its name."""
    at = data.draw(st.integers(0, 3))
    kept = LINES[:at] + LINES[at + 1 :]
    (finding,) = judge_disk(STREAM, disk(kept)).findings
    assert "The surviving disk has 3 lines, and 4 were acknowledged." == finding.text
    *_, finding = judge_disk(STREAM, disk(kept, read=True)).findings
    assert (Flaw.DISK, 1, at + 1) == (finding.flaw, finding.connection, finding.number)
    assert f"lacks the line '{LINES[at]}'" in finding.text


def test_a_line_that_nobody_has_sent_is_found() -> None:
    """By the count, and in the file by itself."""
    more = [*LINES, "1 of another client"]
    (finding,) = judge_disk(STREAM, disk(more)).findings
    assert "has 5 lines, and only 4 were acknowledged and 0 were under way." in finding.text
    *_, finding = judge_disk(STREAM, disk(more, read=True)).findings
    assert "has the line '1 of another client', which nobody has sent" in finding.text


def test_a_line_that_is_there_twice_is_found() -> None:
    """Where the file was read."""
    *_, finding = judge_disk(STREAM, disk([*LINES[:2], *LINES[1:]], read=True)).findings
    assert "has the line '2 disk-1-2' 2 times" in finding.text


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([*LINES[:2], "9 x", LINES[3]], "has as many lines as it should have"),
        ([LINES[1], LINES[0], *LINES[2:]], "has as many lines as it should have"),
        ([*LINES[:2], LINES[3], LINES[2]], "ends with the line '3 disk-1-3'"),
    ],
)
def test_other_lines_of_the_same_number_are_found(lines: list[str], why: str) -> None:
    """By the digest, or by the last one."""
    verdict = judge_disk(STREAM, disk(lines))
    assert Proof.NONE is verdict.proof
    (finding,) = verdict.findings
    assert why in finding.text


def test_lines_in_an_order_that_cannot_be_are_found() -> None:
    """One was acknowledged before the other was sent."""
    (finding,) = judge_disk(STREAM, disk([LINES[1], LINES[0], *LINES[2:]], read=True)).findings
    assert "has the line '2 disk-1-2' before one that was acknowledged earlier" in finding.text


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("read", [False, True])
def test_a_line_under_way_may_be_there_or_not(there: bool, read: bool) -> None:
    """Its client was not answered any more."""
    told = [*STREAM, unanswered(request(5, service=Service.DISK))]
    lines = [*LINES, "5 disk-1-5"] if there else LINES
    proof = Proof.LINES if read else Proof.DIGEST
    assert DiskVerdict(4, 1, len(lines), proof) == judge_disk(told, disk(lines, read=read))


def test_a_refused_line_may_be_there_or_not() -> None:
    """Writing it went well, and syncing did not."""
    told = answering(["1 disk-1-1", "2 failed disk-1-2", "3 disk-1-3"], Service.DISK)
    for lines in (["1 disk-1-1", "3 disk-1-3"], ["1 disk-1-1", "2 disk-1-2", "3 disk-1-3"]):
        assert not judge_disk(told, disk(lines)).findings


@given(st.permutations(range(2)))
def test_an_order_that_nobody_knows_is_no_finding(order: list[int]) -> None:
    """Two lines were under way at the same time; the digest then proves it or proves nothing."""
    told = overlapping()
    last = [told[at] for at in (2, 5)]
    lines = [*lines_of([r for r in told if r not in last]), *(last[at].expected for at in order)]
    verdict = judge_disk(told, disk(lines))
    assert () == verdict.findings
    assert (Proof.DIGEST if order == [0, 1] else Proof.COUNT) is verdict.proof
    assert Proof.LINES is judge_disk(told, disk(lines, read=True)).proof


def test_what_was_there_before_is_not_counted() -> None:
    """The digest is then of lines that nobody here knows."""
    verdict = judge_disk(STREAM, disk(["1 boot", *LINES]), before=1)
    assert DiskVerdict(4, 0, 4, Proof.COUNT) == verdict
    verdict = judge_disk(STREAM, disk(["1 boot", *LINES], read=True), before=1)
    assert DiskVerdict(4, 0, 4, Proof.LINES) == verdict
    assert not judge_disk([], disk(["1 boot"]), before=1).findings


def test_an_empty_disk_has_no_last_line() -> None:
    """Nothing was acknowledged, and nothing is there."""
    assert DiskVerdict(0, 0, 0, Proof.DIGEST) == judge_disk([], disk([]))


def test_what_the_status_service_tells_is_read() -> None:
    """Three answers of one connection."""
    digest = sha256(b"1 a\n").hexdigest()
    assert disk(["1 a"]) == Disk.of(["1 1", "2 1 a", f"3 {digest}"])
    assert "acknowledged last digest" == " ".join(QUESTIONS)
    empty = sha256(b"").hexdigest()
    assert disk([]) == Disk.of(["1 0", "2 ", f"3 {empty}"])


@pytest.mark.parametrize(
    "answers", [[], ["1 1", "2 1 a"], ["1 x", "2 a", "3 " + 64 * "0"], ["1 1", "2 a", "3 unknown"]]
)
def test_other_answers_are_refused(answers: list[str]) -> None:
    """A guest that does not know the questions, for instance."""
    with pytest.raises(InputError, match="are no answers to what the disk has"):
        Disk.of(answers)
