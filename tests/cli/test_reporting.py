# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook report``: one run, on a page or as a transcript."""

from pathlib import Path

import pytest

from colorunbook.render.report import html
from colorunbook.render.transcript import rst
from colorunbook.story.reader import read
from tests.cli.conftest import Colorunbook
from tests.stories import write


@pytest.fixture
def journal(folder: Path) -> Path:
    """The journal of a run."""
    return write(folder / "state/colorunbook/runs")


def test_a_page_on_standard_output(colorunbook: Colorunbook, journal: Path) -> None:
    """And nothing else there."""
    ended = colorunbook("report", "last")
    assert (0, html(read(journal)), "") == (ended.code, ended.out, ended.err)


def test_a_transcript_on_standard_output(colorunbook: Colorunbook, journal: Path) -> None:
    """For a report of a bug."""
    ended = colorunbook("report", journal.stem, "--rst")
    assert (0, rst(read(journal)).rstrip()) == (ended.code, ended.out.rstrip())


def test_a_file_is_written_whole(colorunbook: Colorunbook, folder: Path, journal: Path) -> None:
    """In the place of an older one; only standard error tells of it."""
    (folder / "out.html").write_text("old")
    ended = colorunbook("report", "last", "-o", "out.html")
    assert (0, "", "wrote out.html\n") == (ended.code, ended.out, ended.err)
    assert html(read(journal)) == (folder / "out.html").read_text()
    assert ["out.html"] == [path.name for path in folder.glob("*out*")]


def test_a_folder_is_not_written_over(
    colorunbook: Colorunbook, folder: Path, journal: Path
) -> None:
    """It stays, with what is in it."""
    (folder / "out").mkdir()
    (folder / "out/x").touch()
    ended = colorunbook("report", str(journal), "-o", "out")
    assert (2, "") == (ended.code, ended.out)
    assert "out cannot be written: Is a directory." in ended.err
    assert (folder / "out/x").exists()


def test_a_run_that_is_not_there_ends_with_2(colorunbook: Colorunbook, folder: Path) -> None:
    """And no file is made."""
    ended = colorunbook("report", "last", "-o", "out.html")
    assert (2, False) == (ended.code, (folder / "out.html").exists())
    assert "There is no run 'last' in" in ended.err


def test_a_run_can_be_completed(colorunbook: Colorunbook, journal: Path) -> None:
    """By the shell, for both verbs; in a folder of one's own as well."""
    for verb in ("history", "report"):
        for typed, found in (("l", ["last"]), ("", ["last", journal.stem]), ("x", [])):
            ended = colorunbook(
                _COLORUNBOOK_COMPLETE="complete_bash",
                COMP_WORDS=f"colorunbook {verb} {typed}",
                COMP_CWORD="2",
            )
            assert found == ended.out.split()
        ended = colorunbook(
            _COLORUNBOOK_COMPLETE="complete_bash",
            COMP_WORDS=f"colorunbook {verb} --state {journal.parent} 2",
            COMP_CWORD="4",
        )
        assert [journal.stem] == ended.out.split()
