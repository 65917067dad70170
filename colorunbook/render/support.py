# SPDX-License-Identifier: GPL-2.0-or-later
"""The support table: how each edition of the document did on each QEMU, row by row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Asked, Edition, Version
from colorunbook.qemu.payload import JsonObject
from colorunbook.records import Record, Verdict
from colorunbook.render.evidence import Evidence, is_own

STALE = "stale: seen of an older plan"


@dataclass(frozen=True, slots=True)
class Row:
    """One edition on one QEMU with one accelerator.

    :param qemu: the version as QEMU says it, or as it would be asked for where nothing was tried.
    :param document: the version that the text is for.
    :param stale: the record is of a plan that has changed since.
    :param record: ``None``: it was not tried.
    """

    qemu: str
    accel: Accel
    edition: Edition
    document: str
    stale: bool = False
    record: Record | None = None

    @property
    def verdict(self) -> Verdict:
        """What was seen, whenever that was."""
        return Verdict.NOT_TRIED if self.record is None else self.record.verdict

    @property
    def was_tried(self) -> bool:
        """Tell whether something was seen; a record may also say why nothing was."""
        return self.verdict is not Verdict.NOT_TRIED

    @property
    def says(self) -> str:
        """What may be said today."""
        return STALE if self.stale else self.verdict.value

    @property
    def kind(self) -> str:
        """One word for what may be said today: ``works``, ``remarks``, ``stale`` and so on."""
        return "stale" if self.stale else self.verdict.name.lower().replace("_", "-")

    def as_json(self) -> JsonObject:
        """The row as data; what a stale record has seen is told as what it was."""
        told: JsonObject = {
            "qemu": self.qemu,
            "accel": self.accel.value,
            "edition": self.edition.value,
            "document": self.document,
            "state": self.kind,
        }
        record = self.record
        if record is None:
            return told
        failure = record.failure
        told |= {"verdict": record.verdict.value, "origin": record.origin, "date": record.date}
        told |= {"seconds": record.seconds, "remarks": list(record.remarks), "failure": None}
        if failure is not None:
            told["failure"] = {
                "line": failure.line,
                "section": failure.section,
                "text": failure.text,
                "symptom": failure.symptom,
                "evidence": list(failure.evidence),
            }
        return told


def rows(evidence: Evidence, releases: Sequence[str]) -> tuple[Row, ...]:
    """The table: the document's own edition first, the newest QEMU first, KVM before TCG.

    :param releases: the versions that should be tried, as they are asked for: ``10.0`` is any
        10.0 that is not asked for by its whole number.
    """
    found = [_row(record, stale=evidence.is_stale(record)) for record in evidence.records]
    found += _missing(evidence.records, releases)
    found.sort(key=lambda row: row.accel.value)
    found.sort(key=lambda row: (Version.parse(row.qemu), Version.parse(row.document)), reverse=True)
    found.sort(key=lambda row: list(Edition).index(row.edition))
    return tuple(found)


def _row(record: Record, *, stale: bool) -> Row:
    document = str(record.document)
    stale = stale and record.verdict is not Verdict.NOT_TRIED
    return Row(str(record.qemu), record.accel, record.edition, document, stale, record)


def _missing(records: Iterable[Record], releases: Sequence[str]) -> Iterator[Row]:
    """A row for each release that was not tried with a text that is meant for it."""
    tried = {
        (_release(str(record.qemu), releases), record.accel, record.edition)
        for record in records
        if is_own(record)
    }
    for release in releases:
        for edition in Edition:
            for accel in Accel:
                if (release, accel, edition) not in tried:
                    yield Row(release, accel, edition, str(Version.parse(release)))


def _release(version: str, releases: Sequence[str]) -> str:
    """The release that a version is: the one of exactly this number, or of the same series."""
    if version in releases:
        return version
    found = Version.parse(version)
    return next((each for each in releases if Asked.parse(each).means(found)), version)
