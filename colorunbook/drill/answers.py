# SPDX-License-Identifier: GPL-2.0-or-later
"""Was every request of a client answered: in order, none lost, none twice, none wrong?

A service answers the request ``TEXT`` with ``N TEXT`` and counts the answers of the connection in
``N``. Each connection has one request at a time under way, so the answer to its request number
``N`` is known beforehand, to the letter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from colorunbook.drill.requests import Outcome, Request, by_connection, word_of
from colorunbook.lab.guest.services import Service


class Flaw(StrEnum):
    """What is wrong."""

    LOST = "lost"
    """An answer never came, or nobody knows of its request."""

    TWICE = "twice"
    """An answer came again."""

    ORDER = "order"
    """An answer came after the one to a later request."""

    WRONG = "wrong"
    """An answer to no request that there was."""

    COUNT = "count"
    """The guest has counted more or fewer requests than there were: its memory is another's."""

    REFUSED = "refused"
    """The guest's disk has refused a line."""

    DIED = "died"
    """A connection ended."""

    SILENT = "silent"
    """A connection did not answer any more, or never did."""

    DISK = "disk"
    """What was acknowledged is not what is on the disk."""

    DRILL = "drill"
    """Anything that was seen from outside of the guest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    :param text: what, as a sentence.
    :param service: whose; ``None``: of none in particular.
    :param connection: which one of the service's; 0: none in particular.
    :param number: of the request; 0: none in particular.
    """

    flaw: Flaw
    text: str
    service: Service | None = None
    connection: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one connection fared.

    :param sent: requests.
    :param right: answers that are right, each counted once.
    :param survived: it stood and answered until the client was told to end.
    """

    service: Service
    connection: int
    sent: int
    right: int
    survived: bool
    findings: tuple[Finding, ...] = ()

    @property
    def is_flawless(self) -> bool:
        """It survived, answered at least once, and nothing was wrong."""
        return self.survived and self.right > 0 and not self.findings


def judge(
    requests: Iterable[Request], connections: Mapping[Service, int] | None = None
) -> tuple[Verdict, ...]:
    """Judge each connection.

    :param requests: those of a connection in the order in which they were written.
    :param connections: how many there were of each service; one without a request is silent.
    """
    found = by_connection(requests)
    for service, number in (connections or {}).items():
        for connection in range(1, number + 1):
            found.setdefault((service, connection), [])
    return tuple(_verdict(*which, found[which]) for which in sorted(found))


def _verdict(service: Service, connection: int, requests: Sequence[Request]) -> Verdict:
    trial = _Trial(service, connection)
    for each in requests:
        trial.hear(each)
    trial.conclude()
    return Verdict(
        service,
        connection,
        sent=len(trial.asked),
        right=len({r.number for r in requests if r.is_right}),
        survived=trial.stands and bool(requests),
        findings=tuple(trial.findings),
    )


_ANSWER = re.compile(r"(\d{1,18}) (.*)", re.DOTALL)
_REFUSED = "failed "


@dataclass(slots=True)
class _Trial:
    """What is known of a connection so far.

    :ivar asked: the numbers of the requests, by their texts.
    :ivar came: the numbers of the requests whose answer came; ``latest`` is the greatest of them.
    :ivar excused: the numbers of the requests of which it is told otherwise that no answer came.
    :ivar shift: by how much the guest has counted too far.
    """

    service: Service
    connection: int
    asked: dict[str, int] = field(default_factory=dict)
    came: set[int] = field(default_factory=set)
    excused: set[int] = field(default_factory=set)
    latest: int = 0
    shift: int = 0
    stands: bool = True
    findings: list[Finding] = field(default_factory=list)

    def hear(self, request: Request) -> None:
        """Take in what the client wrote next."""
        if request.number:
            self.asked[request.text] = request.number
        match request.outcome:
            case Outcome.ANSWERED | Outcome.UNASKED:
                self._answer(request, request.answer or "")
            case Outcome.DIED:
                self._end(request, Flaw.DIED, f"ended ({request.error})")
            case Outcome.UNANSWERED:
                self._end(request, Flaw.SILENT, "fell silent")

    def conclude(self) -> None:
        """Tell what has never come."""
        if not self.asked and self.stands:
            self._find(Flaw.SILENT, 0, "never had a request.")
        missing = set(range(1, max(self.asked.values(), default=0) + 1)) - self.came - self.excused
        for first, last in _runs(sorted(missing)):
            which = f"request {first}" if first == last else f"requests {first} to {last}"
            self._find(Flaw.LOST, first, f"has no answer to {which}.")

    def _end(self, request: Request, flaw: Flaw, what: str) -> None:
        self.stands = False
        self.excused.add(request.number)
        when = f"in request {request.number}" if request.number else "between two requests"
        self._find(flaw, request.number, f"{what} {when}.")

    def _answer(self, request: Request, line: str) -> None:
        parts = _ANSWER.fullmatch(line)
        text = parts[2] if parts else ""
        refused = text not in self.asked and text.startswith(_REFUSED)
        number = self.asked.get(text.removeprefix(_REFUSED) if refused else text, 0)
        if parts is None or not number:
            self._find(Flaw.WRONG, request.number, f"got {line!r:.80}, which nothing was sent for.")
            self.excused.add(request.number)
            return
        if number in self.came:
            self._find(Flaw.TWICE, number, f"got the answer to request {number} again.")
            return
        if number < self.latest:
            self._find(Flaw.ORDER, number, f"got the answer to request {number} after a later one.")
        self.came.add(number)
        self.latest = max(self.latest, number)
        if refused:
            self._find(Flaw.REFUSED, number, f"was refused request {number} by the guest's disk.")
        self._count(number, int(parts[1]))

    def _count(self, number: int, counted: int) -> None:
        """Hold the guest's count against ours; a difference is told once, until it changes."""
        shift = counted - number
        if shift != self.shift:
            what = f"was counted {counted} at request {number}"
            forgot = "so the guest has forgotten what it had answered"
            why = forgot if shift < self.shift else "so the guest has heard more than was sent"
            self._find(Flaw.COUNT, number, f"{what}, {why}.")
        self.shift = shift

    def _find(self, flaw: Flaw, number: int, text: str) -> None:
        sentence = f"Connection {self.connection} of the {word_of(self.service)} service {text}"
        self.findings.append(Finding(flaw, sentence, self.service, self.connection, number))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers in ascending order as stretches without a gap."""
    first = last = 0
    for number in numbers:
        if first and number == last + 1:
            last = number
            continue
        if first:
            yield first, last
        first = last = number
    if first:
        yield first, last
