# SPDX-License-Identifier: GPL-2.0-or-later
"""Records as a run of the matrix would write them, made of the model alone: nothing was tried."""

from collections.abc import Iterator
from dataclasses import replace

from colorunbook import shelf
from colorunbook.check.evaluators import shown
from colorunbook.check.parsers import Typed, passages
from colorunbook.hosts import Accel, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version
from colorunbook.records import Failure, Record, Sight, Verdict
from colorunbook.render.rst import PAGES, pages

SYMPTOM = "COLO never starts although every command is answered with success"


def sample(
    document: str,
    qemu: str,
    accel: Accel = Accel.KVM,
    edition: Edition = Edition.HMP,
    origin: str = "Debian trixie",
) -> Record:
    """Every passage of the document came out as the text says."""
    dialect = Dialect.of(document, edition)
    digests = {n: resolve(b, Site(), dialect).digest for n, b in shelf.runbooks().items()}
    return Record(
        document=dialect.version,
        edition=edition,
        qemu=Version.parse(qemu),
        accel=accel,
        origin=origin,
        date="2026-11-25",
        seconds=94.6,
        digests=digests,
        verdict=Verdict.WORKS,
        remarks=(),
        failure=None,
        sights=tuple(_sights(dialect)),
    )


def _sights(dialect: Dialect) -> Iterator[Sight]:
    texts = pages(Site(), dialect)
    for passage in (passage for page in PAGES for passage in passages(texts[page])):
        text = shown(passage)
        said = "{'return': {}}" if text.startswith("{") else ""
        seen = said if isinstance(passage.content, Typed) else "status=colo"
        yield Sight(passage.line, passage.section, text, seen, 0.1)


def failed(record: Record, section: str, symptom: str = SYMPTOM) -> Record:
    """The same, where the last passage of a section does not come out as the text says."""
    last = max(n for n, sight in enumerate(record.sights) if sight.section == section)
    sight = record.sights[last]
    failure = Failure(
        sight.line,
        section,
        sight.text,
        symptom,
        ("primary: status=active", "secondary: <inmigrate>"),
    )
    sights = record.sights[:last]
    return replace(record, verdict=Verdict.BROKEN, failure=failure, sights=sights)


def aged(record: Record, *runbooks: str) -> Record:
    """The same, seen of other plans of these runbooks."""
    return replace(record, digests={**record.digests, **dict.fromkeys(runbooks, "0" * 64)})


def replying(record: Record, text: str, seen: str) -> Record:
    """The same, with another reply to one text."""
    sights = tuple(replace(s, seen=seen) if s.text == text else s for s in record.sights)
    return replace(record, sights=sights)
