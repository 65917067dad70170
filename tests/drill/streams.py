# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests as a client would have written them, of a guest that answers as it is told to."""

from collections.abc import Iterable
from dataclasses import replace

from colorunbook.drill.requests import Outcome, Request, text_of, word_of
from colorunbook.lab.guest.services import Service

PERIOD = 1.0
LATENCY = 0.25


def request(
    number: int,
    answer: str | None = None,
    *,
    service: Service = Service.MEMORY,
    connection: int = 1,
    begin: float = 100.0,
) -> Request:
    """One request a second, answered after a quarter of one; ``None``: rightly."""
    text = text_of(word_of(service), connection, number)
    sent = begin + (number - 1) * PERIOD
    answer = f"{number} {text}" if answer is None else answer
    got = sent + LATENCY
    return Request(service, connection, number, sent, got, text, Outcome.ANSWERED, answer)


def stream(count: int, service: Service = Service.MEMORY, connection: int = 1) -> list[Request]:
    """Requests that were answered as they should be."""
    numbers = range(1, count + 1)
    return [request(number, service=service, connection=connection) for number in numbers]


def answering(answers: Iterable[str], service: Service = Service.MEMORY) -> list[Request]:
    """Requests that were answered with these lines."""
    return [request(number, line, service=service) for number, line in enumerate(answers, 1)]


def unanswered(request: Request, outcome: Outcome = Outcome.UNANSWERED, error: str = "") -> Request:
    """The same request, to which nothing came."""
    return replace(request, outcome=outcome, answer=None, error=error, got=request.sent + 30)


def unasked(after: Request, answer: str) -> Request:
    """A line that came a moment after an answer, without a request."""
    time = after.got + 0.1
    return replace(
        after, number=0, text="", sent=time, got=time, outcome=Outcome.UNASKED, answer=answer
    )
