# SPDX-License-Identifier: GPL-2.0-or-later
"""The journals of a folder."""

import fcntl
from pathlib import Path

import pytest

from colorunbook.engine.history import find, journals, read
from colorunbook.engine.journal import Journal
from colorunbook.errors import InputError
from colorunbook.story.model import Verdict
from tests.stories import BEGIN, PLAN, write

NAMES = ("20261125T101500.000-bring-up-1", "20261125T101500.000-bring-up-12", "20261126T0-x-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three journals, and other things."""
    for name in NAMES:
        (tmp_path / f"{name}.jsonl").touch()
    (tmp_path / "qemu").mkdir()
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "notes.txt").touch()
    return tmp_path


def test_journals_are_listed_newest_first(folder: Path) -> None:
    """And nothing else is."""
    assert sorted(NAMES, reverse=True) == [path.stem for path in journals(folder)]


def test_no_folder_has_no_journals(tmp_path: Path) -> None:
    """Nothing has been run yet."""
    assert () == journals(tmp_path / "nowhere")


def test_a_folder_that_is_none_is_refused(folder: Path) -> None:
    """It was named by mistake."""
    with pytest.raises(InputError, match=r"notes\.txt cannot be read: Not a directory"):
        journals(folder / "notes.txt")


@pytest.mark.parametrize(
    ("name", "found"),
    [("last", NAMES[2]), (NAMES[0], NAMES[0]), (NAMES[1], NAMES[1]), ("20261126", NAMES[2])],
)
def test_a_run_is_found(folder: Path, name: str, found: str) -> None:
    """By its name, a beginning that no other has, or as the last one."""
    assert folder / f"{found}.jsonl" == find(name, folder)


@pytest.mark.parametrize("name", ["./x.jsonl", "/elsewhere/y", "y.jsonl"])
def test_a_path_is_taken_as_it_is(folder: Path, name: str) -> None:
    """A journal may have come by mail."""
    assert Path(name) == find(name, folder)


def test_several_runs_that_could_be_meant_are_refused(folder: Path) -> None:
    """They are named."""
    with pytest.raises(InputError, match=r"begins several runs: 2.*bring-up-12, 2.*bring-up-1"):
        find("20261125", folder)


@pytest.mark.parametrize("name", ["", "x", "../notes", "2027", "last"])
def test_a_run_that_is_not_there_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    """By what was typed."""
    where = tmp_path / "empty" if name == "last" else folder
    if "/" in name:
        assert Path(name) == find(name, where)
        return
    with pytest.raises(InputError, match=f"There is no run '{name}' in"):
        find(name, where)


def test_a_run_that_goes_on_is_told_from_one_that_died(tmp_path: Path) -> None:
    """By the lock, which goes with the process; to ask does not take it away."""
    journal = Journal(tmp_path, PLAN)
    journal.write(BEGIN[0])
    assert [Verdict.RUNNING] * 2 == [read(journal.path).verdict for _ in range(2)]
    with pytest.raises(BlockingIOError), journal.path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    journal.close()
    assert Verdict.UNFINISHED is read(journal.path).verdict


def test_a_run_that_has_ended_is_not_asked_for(tmp_path: Path) -> None:
    """Its journal says how."""
    assert Verdict.WORKED is read(write(tmp_path)).verdict
