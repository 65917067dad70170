# SPDX-License-Identifier: GPL-2.0-or-later
"""What the result of a drill is made of, beside the verdicts. Times are seconds since it began."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from colorunbook.drill.measures import Times
from colorunbook.lab.guest.services import Service

Knob = str | bool | int | float
"""A value that a drill was run with."""


class SpanKind(StrEnum):
    """What went on in a span of time."""

    BOOT = "boot"
    """The guest booted."""

    PROTECT = "protect"
    """Replication was begun for the first time."""

    FAULT = "fault"
    """Something was taken away from a host."""

    DETECTION = "detection"
    """Whoever watches over the pair found out."""

    FENCE = "fence"
    """The loser was cut off."""

    FAILOVER = "failover"
    """The survivor took over."""

    ALIVE = "alive"
    """The guest went on, and can be heard."""

    REPAIR = "repair"
    """What had been taken away was given back."""

    RESUME = "resume"
    """Replication was begun anew."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that went on for a while, or happened at once.

    :param name: as people call it: ``kill``, ``primary-failover``.
    :param host: where; empty: nowhere in particular.
    :param end: when it was over; the same as ``begin`` for what happened at once.
    :param note: anything else that a reader may want to know.
    """

    kind: SpanKind
    name: str
    host: str
    begin: float
    end: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One request, as far as the picture needs it.

    :param latency: until its answer; ``None``: it never had one.
    """

    service: Service
    connection: int
    sent: float
    latency: float | None


@dataclass(frozen=True, slots=True)
class Impact:
    """What one fault has cost.

    :param name: of the fault, and its ``host``.
    :param begin: when it was injected.
    :param detected_after: from the fault until it was known.
    :param went_on_after: from the fault until the survivor's guest went on alone.
    :param failover_took: from the first step of the failover to its last.
    :param longest_gap: the longest time between two answers of one connection, of those that the
        fault or the failover fell into.
    :param resume_pause: the longest that the guest stood still while replication was begun anew.
    :param before: latencies since the last fault was overcome.
    :param during: latencies of what was under way between the fault and the end of the failover.
    :param after: latencies from there to the next fault.
    """

    name: str
    host: str
    begin: float
    detected_after: float | None
    went_on_after: float | None
    failover_took: float | None
    longest_gap: float | None
    resume_pause: float | None
    before: Times | None
    during: Times | None
    after: Times | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole drill in a few figures.

    :param requests: that were sent.
    :param answered: how many of them had an answer, right or wrong.
    :param longest_gap: the longest time between two answers of one connection.
    :param latency: by the service's word; a service without an answer is not in it.
    :param checkpoints: how long each checkpoint held the guest up.
    """

    requests: int
    answered: int
    longest_gap: float | None
    latency: Mapping[str, Times]
    checkpoints: Times | None
