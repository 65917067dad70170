# SPDX-License-Identifier: GPL-2.0-or-later
"""The support table."""

from dataclasses import replace

from colorunbook import shelf
from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Edition
from colorunbook.records import Record, Verdict
from colorunbook.render.evidence import Evidence
from colorunbook.render.support import Row, rows
from tests.render.samples import aged, failed, sample

RELEASES = ("11.1", "10.0", "10.0.2", "7.2")


def table(*records: Record, releases: tuple[str, ...] = RELEASES) -> list[Row]:
    """The rows of the edition that QEMU's document is."""
    found = rows(Evidence(records, shelf.runbooks()), releases)
    return [row for row in found if row.edition is Edition.HMP]


def test_without_records_nothing_was_tried() -> None:
    """Each release has a row for each accelerator and edition all the same."""
    found = rows(Evidence((), {}), RELEASES)
    assert len(RELEASES) * len(Accel) * len(Edition) == len(found)
    assert {"not tried"} == {row.says for row in found}
    assert {Verdict.NOT_TRIED} == {row.verdict for row in found}


def test_the_newest_qemu_stands_first() -> None:
    """And KVM before TCG, and the text that is meant for it before others."""
    found = table(
        sample("10.0", "11.1.3"),
        sample("11.1", "11.1.3"),
        sample("11.1", "11.1.3", Accel.TCG),
        releases=("7.2", "11.1"),
    )
    assert [
        ("11.1.3", "11.1.0", Accel.KVM),
        ("11.1.3", "11.1.0", Accel.TCG),
        ("11.1.3", "10.0.0", Accel.KVM),
        ("7.2", "7.2.0", Accel.KVM),
        ("7.2", "7.2.0", Accel.TCG),
    ] == [(row.qemu, row.document, row.accel) for row in found]


def test_a_series_is_not_tried_by_a_release_that_has_its_own_row() -> None:
    """10.0.2 is asked for by name, so it says nothing of 10.0."""
    found = table(sample("10.0.2", "10.0.2"), releases=("10.0", "10.0.2"))
    kvm = {row.qemu: row.says for row in found if row.accel is Accel.KVM}
    assert {"10.0.2": "works", "10.0": "not tried"} == kvm
    found = table(sample("10.0", "10.0.13"), releases=("10.0",))
    assert ["10.0.13", "10.0"] == [row.qemu for row in found]
    assert [Accel.KVM, Accel.TCG] == [row.accel for row in found]


def test_a_text_for_other_versions_is_no_try_of_the_own() -> None:
    """The row of the text that is meant for it stays open."""
    found = table(sample("10.0", "11.1.3"), releases=("11.1",))
    assert [("10.0.0", "works"), ("11.1.0", "not tried")] == [
        (row.document, row.says) for row in found if row.accel is Accel.KVM
    ]


def test_a_stale_record_never_counts_as_works() -> None:
    """Whatever it has seen, its row is stale."""
    good = sample("11.1", "11.1.3")
    for record in (good, failed(good, "Primary failover"), replace(good, remarks=("Slow.",))):
        (row,) = (row for row in table(aged(record, "secondary-resume")) if row.record)
        assert "stale: seen of an older plan" == row.says
        assert "stale" == row.kind
        assert "stale" == row.as_json()["state"]
        assert record.verdict is row.verdict


def test_a_record_may_say_why_nothing_was_tried() -> None:
    """It is not stale then, as nothing was seen."""
    record = replace(
        sample("11.1", "11.1.3"),
        verdict=Verdict.NOT_TRIED,
        digests={},
        sights=(),
        remarks=("There is no KVM here.",),
    )
    (row,) = (row for row in table(record) if row.record)
    assert ("not tried", False) == (row.says, row.was_tried)
    assert ["There is no KVM here."] == row.as_json()["remarks"]


def test_a_row_is_data_too() -> None:
    """With the failure and its evidence; what was not tried has no more than its name."""
    record = failed(sample("10.0.2", "10.0.2"), "Step 4: Start replication")
    first, second = (row.as_json() for row in table(record, releases=("10.0.2",)))
    assert record.failure is not None
    assert {
        "qemu": "10.0.2",
        "accel": "kvm",
        "edition": "hmp",
        "document": "10.0.2",
        "state": "broken",
        "verdict": "broken",
        "origin": "Debian trixie",
        "date": "2026-11-25",
        "seconds": 94.6,
        "remarks": [],
        "failure": {
            "line": record.failure.line,
            "section": "Step 4: Start replication",
            "text": record.failure.text,
            "symptom": record.failure.symptom,
            "evidence": list(record.failure.evidence),
        },
    } == first
    assert {
        "qemu": "10.0.2",
        "accel": "tcg",
        "edition": "hmp",
        "document": "10.0.2",
        "state": "not-tried",
    } == second
