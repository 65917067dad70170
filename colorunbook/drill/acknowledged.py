# SPDX-License-Identifier: GPL-2.0-or-later
"""Is every acknowledged line on the disk of the guest that has survived?

The disk's service appends ``N TEXT`` and syncs before it answers. So each line whose answer came
has to be there; one that was under way may be there or not. The lines of several connections are
mixed, in an order that nobody outside knows wholly. How far the content itself can be proven
therefore depends on what is known of the disk: see :class:`Proof`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.requests import Request
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Question, Service

QUESTIONS = (Question.ACKNOWLEDGED, Question.LAST, Question.DIGEST)
"""What the status service is to be asked, in this order, on a connection of its own."""


class Proof(StrEnum):
    """How far what is on the disk was seen to be what was acknowledged."""

    LINES = "lines"
    """The file was read, and has each line."""

    DIGEST = "digest"
    """The digest is that of the acknowledged lines."""

    COUNT = "count"
    """There are as many lines as there should be, and the last one is possible."""

    NONE = "none"
    """It is not so."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What the surviving guest's disk has, as the status service or the file itself tells.

    :param count: lines.
    :param last: the last of them; empty where there is none.
    :param digest: SHA-256 of the file, in hexadecimal digits.
    :param lines: the file itself, where somebody has read it.
    """

    count: int
    last: str
    digest: str
    lines: tuple[str, ...] | None = None

    @classmethod
    def of(cls, answers: Sequence[str]) -> "Disk":
        """Read the answers to :data:`QUESTIONS`.

        :raises InputError: they are no answers to these.
        """
        told = [answer.partition(" ")[2] for answer in answers]
        if len(told) != len(QUESTIONS) or not told[0].isdecimal() or len(told[2]) != 64:
            raise InputError(f"{list(answers)!r:.200} are no answers to what the disk has.")
        return cls(int(told[0]), told[1], told[2])

    @classmethod
    def read(cls, content: bytes) -> "Disk":
        """Take the file itself."""
        lines = tuple(content.decode(errors="replace").split("\n")[:-1])
        last = lines[-1] if lines else ""
        return cls(len(lines), last, sha256(content).hexdigest(), lines)


@dataclass(frozen=True, slots=True)
class DiskVerdict:
    """How the disk fared.

    :param acknowledged: lines that have to be there.
    :param open: lines that may be there: nobody knows what became of their requests.
    :param count: lines that are there, without those from before the drill.
    """

    acknowledged: int
    open: int
    count: int
    proof: Proof
    findings: tuple[Finding, ...] = ()


def judge_disk(requests: Iterable[Request], disk: Disk, before: int = 0) -> DiskVerdict:
    """Hold the disk against what was acknowledged.

    :param requests: of all clients; those of other services are passed over.
    :param before: how many lines the disk had before the first of the requests.
    """
    asked = [r for r in requests if r.service is Service.DISK and r.number]
    sure = [r for r in asked if r.is_right]
    unsure = [r for r in asked if not r.is_right]
    count = disk.count - before
    found = [*_of_count(len(sure), len(unsure), count)]
    proof = Proof.COUNT
    if disk.lines is not None:
        proof = Proof.LINES
        found += _of_lines(sure, unsure, disk.lines[before:])
    elif not found:
        found += _of_last(sure, unsure if count > len(sure) else [], disk.last, before)
        if not (found or before) and count in (len(sure), len(sure) + len(unsure)):
            here = sorted(sure if count == len(sure) else asked, key=lambda r: r.got)
            if disk.digest == _digest(here):
                proof = Proof.DIGEST
            elif all(one.got <= two.sent for one, two in pairwise(here)):
                found.append(_finding("has as many lines as it should have, and not the same ones"))
    verdict = Proof.NONE if found else proof
    return DiskVerdict(len(sure), len(unsure), count, verdict, tuple(found))


def _of_count(sure: int, unsure: int, count: int) -> Iterator[Finding]:
    if count < sure:
        yield _finding(f"has {count} lines, and {sure} were acknowledged")
    elif count > sure + unsure:
        most = f"{sure} were acknowledged and {unsure} were under way"
        yield _finding(f"has {count} lines, and only {most}")


def _of_last(
    sure: Sequence[Request], unsure: Sequence[Request], last: str, before: int
) -> Iterator[Finding]:
    """The last line is one that no acknowledged line has to come after."""
    latest = max((r.sent for r in sure), default=0.0)
    possible = {r.expected for r in sure if r.got >= latest} | {r.expected for r in unsure}
    if not possible and not before:
        possible = {""}
    if possible and last not in possible:
        yield _finding(f"ends with the line {last!r:.80}, which cannot be the last one")


def _of_lines(
    sure: Sequence[Request], unsure: Sequence[Request], lines: Sequence[str]
) -> Iterator[Finding]:
    there = Counter(lines)
    for request in sure:
        if not there[request.expected]:
            line = f"lacks the line {request.expected!r:.80}, which was acknowledged"
            yield _finding(line, request.connection, request.number)
    due = {r.expected for r in (*sure, *unsure)}
    for line, number in there.items():
        if line not in due:
            yield _finding(f"has the line {line!r:.80}, which nobody has sent")
        elif number > 1:
            yield _finding(f"has the line {line!r:.80} {number} times")
    places = {line: at for at, line in enumerate(lines)}
    ordered = sorted((r for r in sure if r.expected in places), key=lambda r: r.got)
    for one, two in pairwise(ordered):
        if one.got <= two.sent and places[one.expected] > places[two.expected]:
            line = f"has the line {two.expected!r:.80} before one that was acknowledged earlier"
            yield _finding(line, two.connection, two.number)


def _digest(requests: Iterable[Request]) -> str:
    """Of a file that has these lines, in this order."""
    return sha256("".join(f"{r.expected}\n" for r in requests).encode()).hexdigest()


def _finding(what: str, connection: int = 0, number: int = 0) -> Finding:
    return Finding(Flaw.DISK, f"The surviving disk {what}.", Service.DISK, connection, number)
