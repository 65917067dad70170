# SPDX-License-Identifier: GPL-2.0-or-later
"""Is every acknowledged line on the disk of the guest that has survived?

The disk's service appends ``N TEXT`` and syncs before it answers. So each line whose answer came
has to be there; one that was under way may be there or not. The lines of several connections are
mixed, in an order that nobody outside knows wholly; where one was acknowledged before another was
sent, it stands before it.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.requests import Request
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Question, Service

QUESTION = Question.CONTENT
"""What the status service is to be asked, first on a connection of its own."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What the guest's disk has.

    :param lines: of the file of acknowledged lines; one that has no end is none.
    """

    lines: tuple[str, ...]

    @classmethod
    def of(cls, answers: Sequence[str]) -> "Disk":
        """Read the answer to :data:`QUESTION`.

        :raises InputError: it is no answer to that.
        """
        number, _, content = "".join(answers).partition(" ")
        if len(answers) == 1 and number == "1":
            with suppress(ValueError):
                return cls.read(b64decode(content, validate=True))
        raise InputError(f"{list(answers)!r:.200} is no answer to what the disk has.")

    @classmethod
    def read(cls, content: bytes) -> "Disk":
        """Take the file itself."""
        return cls(tuple(content.decode(errors="replace").split("\n")[:-1]))


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
    findings: tuple[Finding, ...] = ()


def judge_disk(requests: Iterable[Request], disk: Disk, before: int = 0) -> DiskVerdict:
    """Hold the disk against what was acknowledged.

    :param requests: of all clients; those of other services are passed over.
    :param before: how many lines the disk had before the first of the requests.
    """
    asked = [r for r in requests if r.service is Service.DISK and r.number]
    sure = [r for r in asked if r.is_right]
    unsure = [r for r in asked if not r.is_right]
    lines = disk.lines[before:]
    found = (*_of_count(len(sure), len(unsure), len(lines)), *_of_lines(sure, unsure, lines))
    return DiskVerdict(len(sure), len(unsure), len(lines), found)


def _of_count(sure: int, unsure: int, count: int) -> Iterator[Finding]:
    if count < sure:
        yield _finding(f"has {count} lines, and {sure} were acknowledged")
    elif count > sure + unsure:
        most = f"{sure} were acknowledged and {unsure} were under way"
        yield _finding(f"has {count} lines, and only {most}")


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


def _finding(what: str, connection: int = 0, number: int = 0) -> Finding:
    return Finding(Flaw.DISK, f"The surviving disk {what}.", Service.DISK, connection, number)
