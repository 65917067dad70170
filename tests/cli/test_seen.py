# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook seen``."""

import json
from dataclasses import replace
from pathlib import Path

from colorunbook import shelf
from colorunbook.cli.seen import lines
from colorunbook.hosts import Accel
from colorunbook.lab.provision import RELEASES
from colorunbook.qemu.dialect import Edition
from colorunbook.records import Failure, Verdict
from colorunbook.render.evidence import Evidence
from colorunbook.render.support import rows
from tests.cli.conftest import Colorunbook
from tests.render.golden import golden
from tests.render.samples import aged, sample
from tests.trials import put

FAILURE = Failure(
    466,
    "Step 4: Start replication",
    "``query-migrate`` on the primary says ``status=colo``",
    "COLO never starts although every command is answered with success",
    ("query-migrate: status=active", "query-colo-status: mode=none"),
)
RECORDS = (
    sample("11.1", "11.1.3"),
    replace(sample("11.1", "11.1.3", Accel.TCG), verdict=Verdict.REMARKS, remarks=("Slow.",)),
    replace(sample("10.0.2", "10.0.2"), verdict=Verdict.BROKEN, failure=FAILURE, seconds=331.2),
    aged(sample("7.2", "7.2.22"), "primary-failover"),
)


def test_the_table_as_it_is_shown() -> None:
    """A line a row, and below it what there is to know."""
    found = rows(Evidence(RECORDS, shelf.runbooks()), ("11.1", "10.0", "10.0.2", "7.2"))
    text = "\n".join(lines([row for row in found if row.edition is Edition.HMP])) + "\n"
    assert golden("seen.txt", text) == text


def test_a_check_that_failed_itself_names_no_line() -> None:
    """It has none."""
    late = Failure(0, "", "", "the check itself failed: it did not end within 420 s", ())
    record = replace(RECORDS[0], verdict=Verdict.BROKEN, failure=late)
    _, row, below, *_ = lines(rows(Evidence([record], shelf.runbooks()), ()))
    assert row.endswith("broken")
    assert "    the check itself failed: it did not end within 420 s" == below


def test_the_records_of_this_folder_are_shown(colorunbook: Colorunbook, folder: Path) -> None:
    """Those in docs/seen, unless told otherwise; a stale one is marked, and is no failure."""
    for record in RECORDS:
        put(folder / "docs/seen", record)
    ended = colorunbook("seen")
    assert (0, "") == (ended.code, ended.err)
    assert "stale: seen of an older plan" in ended.out
    assert ended.out == colorunbook("seen", "docs/seen").out


def test_what_was_not_tried_is_shown(colorunbook: Colorunbook) -> None:
    """Without any record, every release that can be had."""
    ended = colorunbook("seen", "--json")
    assert 0 == ended.code
    told = json.loads(ended.out)
    assert {release.version for release in RELEASES} == {row["qemu"] for row in told}
    assert {"not-tried"} == {row["state"] for row in told}
    assert "There are no records in docs/seen." in ended.err


def test_rows_are_data(colorunbook: Colorunbook, folder: Path) -> None:
    """With the state that holds today."""
    put(folder / "elsewhere", RECORDS[3])
    told = json.loads(colorunbook("seen", "elsewhere", "--json").out)
    (row,) = (row for row in told if row["qemu"] == "7.2.22")
    assert ("stale", "works") == (row["state"], row["verdict"])


def test_a_folder_that_is_not_there_is_refused(colorunbook: Colorunbook) -> None:
    """When it was named."""
    ended = colorunbook("seen", "nowhere")
    assert (2, "") == (ended.code, ended.out)
    assert "There is no folder 'nowhere'." in ended.err


def test_a_record_that_is_none_is_refused(colorunbook: Colorunbook, folder: Path) -> None:
    """By its name."""
    (folder / "seen").mkdir()
    (folder / "seen/bad.json").write_text("[]")
    ended = colorunbook("seen", "seen")
    assert 2 == ended.code
    assert "seen/bad.json is no record of a matrix" in ended.err
