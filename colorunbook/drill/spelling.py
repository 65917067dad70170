# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of a result as JSON, and back."""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.answers import Finding, Flaw, Verdict
from colorunbook.drill.measures import Stretch, Times
from colorunbook.drill.parts import Impact, Knob, Sample, Span, SpanKind, Totals
from colorunbook.drill.requests import service_of, word_of
from colorunbook.drill.told import Told
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Service
from colorunbook.qemu.payload import Json, JsonObject

Part = DiskVerdict | Finding | Impact | Span | Stretch | Times | Totals | Verdict


def as_json(value: object) -> Json:
    """Any part of a result; a sample, of which there are many, is a list of four.

    :raises TypeError: it has no place in a result.
    """
    match value:
        case Service():
            return word_of(value)
        case StrEnum():
            return value.value
        case Sample(service, connection, sent, latency):
            return [word_of(service), connection, sent, latency]
        case Stretch() | Span() | Times() | Impact() | Totals():
            return members(value)
        case Verdict() | DiskVerdict() | Finding():
            return members(value)
        case tuple():
            return [as_json(item) for item in value]
        case Mapping():
            return {str(name): as_json(item) for name, item in value.items()}
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a result")


def members(value: Part) -> JsonObject:
    """A part as an object, member by member."""
    return {f.name: as_json(getattr(value, f.name)) for f in dataclasses.fields(value)}


def stretch(told: Told) -> Stretch:
    """Read a stretch of time."""
    begin, end = told.number("begin"), told.number("end")
    return Stretch(begin, end) if begin <= end else told.fail("end", "time after the begin")


def span(told: Told) -> Span:
    """Read a span."""
    lasted = stretch(told)
    return Span(
        told.one_of("kind", SpanKind),
        told.text("name"),
        told.text("host"),
        lasted.begin,
        lasted.end,
        told.text("note"),
    )


def sample(value: Json, where: str) -> Sample:
    """Read a sample."""
    if not isinstance(value, list) or len(value) != 4:
        raise InputError(f"{where} is no list of four.")
    told = Told(where, dict(zip(("service", "connection", "sent", "latency"), value, strict=True)))
    return Sample(
        service_of(told.text("service")),
        told.whole("connection", 1),
        told.number("sent"),
        told.maybe("latency", told.seconds),
    )


def times(told: Told) -> Times:
    """Read how times are distributed."""
    figures = (told.seconds(name) for name in ("p50", "p90", "p99", "longest"))
    return Times(told.whole("count", 1), *figures)


def finding(told: Told) -> Finding:
    """Read a finding."""
    service = told.maybe("service", told.text)
    return Finding(
        told.one_of("flaw", Flaw),
        told.text("text"),
        None if service is None else service_of(service),
        told.whole("connection"),
        told.whole("number"),
    )


def verdict(told: Told) -> Verdict:
    """Read the verdict on a connection."""
    return Verdict(
        service_of(told.text("service")),
        told.whole("connection", 1),
        told.whole("sent"),
        told.whole("right"),
        told.truth("survived"),
        tuple(map(finding, told.tables("findings"))),
    )


def disk(told: Told) -> DiskVerdict:
    """Read the verdict on the disk."""
    return DiskVerdict(
        told.whole("acknowledged"),
        told.whole("open"),
        told.whole("count", -(2**63)),
        tuple(map(finding, told.tables("findings"))),
    )


def impact(told: Told) -> Impact:
    """Read what a fault has cost."""
    return Impact(
        told.text("name"),
        told.text("host"),
        told.number("begin"),
        detected_after=told.maybe("detected_after", told.seconds),
        went_on_after=told.maybe("went_on_after", told.seconds),
        failover_took=told.maybe("failover_took", told.seconds),
        longest_gap=told.maybe("longest_gap", told.seconds),
        resume_pause=told.maybe("resume_pause", told.seconds),
        before=_times(told, "before"),
        during=_times(told, "during"),
        after=_times(told, "after"),
    )


def totals(told: Told) -> Totals:
    """Read the figures of the whole."""
    by_service = told.table("latency")
    return Totals(
        told.whole("requests"),
        told.whole("answered"),
        told.maybe("longest_gap", told.seconds),
        {name: times(by_service.table(name)) for name in by_service.value},
        _times(told, "checkpoints"),
    )


def knobs(told: Told) -> dict[str, Knob]:
    """Read the values that a drill was run with."""
    return {name: _knob(told, name) for name in told.value}


def _knob(told: Told, name: str) -> Knob:
    match told.value[name]:
        case str():
            return told.text(name)
        case bool() as value:
            return value
        case int() as value:
            return value if abs(value) < 2**63 else told.fail(name, "value")
        case _:
            return told.number(name)


def _times(told: Told, name: str) -> Times | None:
    return told.maybe(name, lambda name: times(told.table(name)))
