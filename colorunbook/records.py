# SPDX-License-Identifier: GPL-2.0-or-later
"""What has been seen: one record for each document, QEMU and accelerator that were tried together.

A record is written by a run of the matrix and read by whatever publishes it. It names the digest
of every plan that the document was made of, so that a reader can tell whether the model has
changed since: what was seen of another plan was not seen of this one.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from pathlib import Path

from colorunbook.errors import InputError
from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Edition, Version
from colorunbook.qemu.payload import Json, JsonObject, is_object


class Verdict(Enum):
    """How a document did on a QEMU."""

    WORKS = "works"
    REMARKS = "works with remarks"
    BROKEN = "broken"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Sight:
    """One passage of the document that came out as the text says.

    :param line: of the document, counted from 1.
    :param section: the title of the section that it stands in.
    :param text: the command or the sentence as it stands, in one line.
    :param seen: what QEMU replied, or what was seen of it, with what changes from run to run
        left out.
    :param seconds: how long it took.
    """

    line: int
    section: str
    text: str
    seen: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """The first passage of the document that did not come out as the text says.

    :param symptom: what it looks like to whoever types it, as a clause.
    :param evidence: what QEMU said of itself then, a line each.
    """

    line: int
    section: str
    text: str
    symptom: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One document on one QEMU.

    :param document: the version that the text was rendered for.
    :param qemu: the version that it was tried on, as QEMU itself says it.
    :param origin: where that QEMU comes from, as in ``Debian trixie``.
    :param date: the day, as in ``2026-11-25``.
    :param seconds: how long it took in all.
    :param digests: of each runbook's plan, by the runbook's name.
    :param remarks: what a reader has to know although it works, or why it was not tried.
    :param failure: where it is broken; ``None`` unless it is.
    """

    document: Version
    edition: Edition
    qemu: Version
    accel: Accel
    origin: str
    date: str
    seconds: float
    digests: Mapping[str, str]
    verdict: Verdict
    remarks: tuple[str, ...]
    failure: Failure | None
    sights: tuple[Sight, ...]

    @property
    def name(self) -> str:
        """The name of its file, without suffix: what it is of, and not what was seen."""
        return f"{self.document}-{self.edition.value}-on-{self.qemu}-{self.accel.value}"

    @property
    def text(self) -> str:
        """As it stands in its file."""
        return json.dumps(_as_json(self), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read(path: Path) -> Record:
    """Read one record.

    :raises InputError: it cannot be read, or is no record.
    """
    try:
        told: Json = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"The record {path} cannot be read: {error}.") from error
    try:
        return _record(told)
    except (KeyError, TypeError, ValueError, OverflowError, InputError) as error:
        raise InputError(
            f"{path} is no record of a matrix: {error}.", "Run the matrix anew."
        ) from error


def read_all(folder: Path) -> tuple[Record, ...]:
    """Every record of a folder: the newest QEMU first, KVM before TCG.

    :raises InputError: one cannot be read.
    """
    found = [read(path) for path in sorted(folder.glob("*.json"))]
    found.sort(key=lambda r: (r.accel.value, r.edition.value))
    found.sort(key=lambda r: (r.qemu, r.document), reverse=True)
    return tuple(found)


def _record(told: Json) -> Record:
    record = _object(told, "a record")
    verdict = Verdict(record["verdict"])
    failure = record["failure"]
    if (verdict is Verdict.BROKEN) is not (failure is not None):
        raise ValueError("a failure belongs to what is broken, and to nothing else")
    return Record(
        document=Version.parse(str(record["document"])),
        edition=Edition(record["edition"]),
        qemu=Version.parse(str(record["qemu"])),
        accel=Accel(record["accel"]),
        origin=str(record["origin"]),
        date=str(record["date"]),
        seconds=_number(record["seconds"]),
        digests={k: str(v) for k, v in _object(record["digests"], "digests").items()},
        verdict=verdict,
        remarks=_texts(record["remarks"]),
        failure=None if failure is None else _failure(_object(failure, "a failure")),
        sights=tuple(_sight(_object(each, "a sight")) for each in _list(record["sights"])),
    )


def _failure(told: JsonObject) -> Failure:
    return Failure(
        line=int(_number(told["line"])),
        section=str(told["section"]),
        text=str(told["text"]),
        symptom=str(told["symptom"]),
        evidence=_texts(told["evidence"]),
    )


def _sight(told: JsonObject) -> Sight:
    return Sight(
        line=int(_number(told["line"])),
        section=str(told["section"]),
        text=str(told["text"]),
        seen=str(told["seen"]),
        seconds=_number(told["seconds"]),
    )


def _object(value: Json, what: str) -> JsonObject:
    if not is_object(value):
        raise TypeError(f"{value!r:.40} is not {what}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.40} is no list")
    return value


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"{value!r:.40} is no number")
    return value


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(value))


def _as_json(value: object) -> Json:
    match value:
        case Version():
            return str(value)
        case Enum():
            return str(value.value)
        case Record() | Failure() | Sight():
            return {f.name: _as_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case tuple():
            return [_as_json(item) for item in value]
        case Mapping():
            return {str(name): _as_json(item) for name, item in value.items()}
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a record")
