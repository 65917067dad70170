# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a matrix keeps what was seen."""

from pathlib import Path

import pytest

from colorunbook.cli.keeping import Keeping
from colorunbook.errors import InputError, Unavailable
from colorunbook.records import Verdict, read_all
from tests.trials import cell, record

SEEN = record(cell(), Verdict.WORKS)


def test_a_record_is_kept_and_nothing_else(tmp_path: Path) -> None:
    """In a folder that is made for it; what was not tried is no record."""
    kept = Keeping(tmp_path / "seen")
    kept.keep(SEEN)
    kept.keep(record(cell("7.2.22"), Verdict.NOT_TRIED))
    kept.must_be_whole()
    assert (SEEN,) == read_all(tmp_path / "seen")
    assert [f"{SEEN.name}.json"] == [path.name for path in (tmp_path / "seen").iterdir()]


def test_a_newer_record_takes_the_place_of_the_older(tmp_path: Path) -> None:
    """Of the same document on the same QEMU."""
    kept = Keeping(tmp_path)
    kept.keep(record(cell(), Verdict.REMARKS))
    kept.keep(SEEN)
    assert (SEEN,) == read_all(tmp_path)


def test_where_nothing_can_be_kept_nothing_is_begun(tmp_path: Path) -> None:
    """A matrix takes a while."""
    (tmp_path / "seen").write_text("")
    with pytest.raises(InputError, match=r"Records cannot be kept in .*seen: File exists"):
        Keeping(tmp_path / "seen")


def test_a_record_that_is_lost_is_told_and_holds_nothing_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code says so when all is done."""
    kept = Keeping(tmp_path / "seen")
    (tmp_path / "seen").rmdir()
    (tmp_path / "seen").write_text("")
    kept.keep(SEEN)
    assert "not recorded" in capsys.readouterr().err
    with pytest.raises(Unavailable, match="1 record is missing"):
        kept.must_be_whole()
