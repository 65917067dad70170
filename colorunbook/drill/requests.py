# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of each request of a client: a value each, and a line of JSON each in its file.

Times are seconds of ``CLOCK_MONOTONIC``, which is the same in every namespace of a machine.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from colorunbook.drill.told import Told
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Service
from colorunbook.qemu.payload import read_json


class Outcome(StrEnum):
    """What became of a request."""

    ANSWERED = "answered"
    """A line came."""

    DIED = "died"
    """The connection ended before a line came."""

    UNANSWERED = "unanswered"
    """Nothing came until the client was told to end, nor for a while after that."""

    UNASKED = "unasked"
    """A line came to which there was no request."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of one connection, or something that came without one.

    :param connection: which of the service's connections, from 1.
    :param number: of the request on its connection, from 1; 0: there was no request.
    :param sent: when it was sent; without a request, the same as ``got``.
    :param got: when the answer came, the connection ended or the client gave up.
    :param text: what was sent, without the end of the line.
    :param answer: what came, without the end of the line; ``None``: nothing.
    :param error: why the connection ended; empty unless it did.
    """

    service: Service
    connection: int
    number: int
    sent: float
    got: float
    text: str
    outcome: Outcome
    answer: str | None = None
    error: str = ""

    @property
    def latency(self) -> float | None:
        """From the request to its answer, in seconds; ``None``: it has none."""
        return self.got - self.sent if self.outcome is Outcome.ANSWERED else None

    @property
    def expected(self) -> str:
        """The one right answer; for the disk's service also the line that is to be on the disk."""
        return f"{self.number} {self.text}"

    @property
    def is_right(self) -> bool:
        """The answer is the one right answer."""
        return self.outcome is Outcome.ANSWERED and self.answer == self.expected

    @property
    def line(self) -> str:
        """As it stands in the client's file."""
        told = {
            "service": word_of(self.service),
            "connection": self.connection,
            "number": self.number,
            "sent": self.sent,
            "got": self.got,
            "text": self.text,
            "outcome": self.outcome.value,
            "answer": self.answer,
            "error": self.error,
        }
        return json.dumps(told) + "\n"


def text_of(name: str, connection: int, number: int) -> str:
    """A text that no other request has.

    :param name: of the client; no two clients of a drill have the same.
    """
    return f"{name}-{connection}-{number}"


def word_of(service: Service) -> str:
    """A service as it is spelled for people: in small letters."""
    return service.name.lower()


def service_of(word: str) -> Service:
    """A service by its word.

    :raises InputError: there is no such service.
    """
    for service in Service:
        if word_of(service) == word:
            return service
    raise InputError(
        f"{word!r:.40} is no service of the guest.",
        f"There is: {', '.join(map(word_of, Service))}.",
    )


def read(path: Path) -> tuple[Request, ...]:
    """Everything that a client has written; a last line that is cut short is left out.

    :raises InputError: it cannot be read, or a line of it is no request.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except (OSError, ValueError) as error:
        raise InputError(f"What the client wrote to {path} cannot be read: {error}.") from error
    try:
        return tuple(_requests(lines[:-1]))  # behind the last end of a line there is half a one
    except InputError as error:
        raise InputError(
            f"{path} was not written by a client of a drill: {error.message}"
        ) from error


def by_connection(requests: Iterable[Request]) -> dict[tuple[Service, int], list[Request]]:
    """The requests of each connection, in the order in which they were written."""
    found: dict[tuple[Service, int], list[Request]] = {}
    for each in requests:
        found.setdefault((each.service, each.connection), []).append(each)
    return dict(sorted(found.items()))


def _requests(lines: Iterable[str]) -> Iterator[Request]:
    for number, line in enumerate(lines, 1):
        yield _request(Told.of(read_json(line), f"line {number}"))


def _request(told: Told) -> Request:
    return Request(
        service=service_of(told.text("service")),
        connection=told.whole("connection", 1),
        number=told.whole("number"),
        sent=told.number("sent"),
        got=told.number("got"),
        text=told.text("text"),
        outcome=told.one_of("outcome", Outcome),
        answer=told.maybe("answer", told.text),
        error=told.text("error"),
    )
