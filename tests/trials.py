# SPDX-License-Identifier: GPL-2.0-or-later
"""Cells of a matrix and what was seen of them, made up."""

from pathlib import Path

from colorunbook.check.cells import Cell, Subject
from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Dialect, Version
from colorunbook.records import Failure, Record, Verdict


def cell(version: str = "11.1.3", accel: Accel = Accel.KVM, text: str | None = None) -> Cell:
    """One QEMU with its own document, or with another."""
    subject = Subject(None, Version.parse(version), "nowhere")
    return Cell(Dialect.of(text or version), subject, accel)


def record(of: Cell, verdict: Verdict, symptom: str = "", *remarks: str) -> Record:
    """What was seen of it.

    :param symptom: of line 445; empty: none.
    """
    failure = Failure(445, "Step 4", "``query-migrate`` on the primary", symptom, ("x",))
    return Record(
        document=of.dialect.version,
        edition=of.dialect.edition,
        qemu=of.subject.version,
        accel=of.accel,
        origin=of.subject.origin,
        date="2026-11-25",
        seconds=1.5,
        digests={},
        verdict=verdict,
        remarks=remarks,
        failure=failure if symptom else None,
        sights=(),
    )


def put(folder: Path, record: Record) -> Path:
    """Lay a record into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record.name}.json"
    path.write_text(record.text, encoding="utf-8")
    return path
