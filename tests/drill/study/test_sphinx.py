# SPDX-License-Identifier: GPL-2.0-or-later
"""A study in a site that Sphinx builds."""

from pathlib import Path

import pytest

from colorunbook.drill.study.study import Study
from tests.drill.studies import usual
from tests.render.sites import build, plain

CONF = "extensions = ['colorunbook.drill.study.sphinx']\nsmartquotes = False\n"
PAGES = {"index": ".. colo-study:: knobs.json"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A site with a study."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    (folder / "knobs.json").write_text(usual().text, encoding="utf-8")
    return folder


def test_a_page_has_the_picture_the_table_and_what_was_wrong(source: Path) -> None:
    """All of it from the file."""
    assert build(source, PAGES, "-b", "html") == ""
    page = source.parent / "built" / "index.html"
    assert 1 == page.read_text(encoding="utf-8").count("<svg ")
    text = plain(page)
    assert "gap at the failover" in text
    assert "x-checkpoint-delay 2000: The guest did not boot." in text
    assert "KVM ran a boot sector, and did not boot the guest in 20 s." in text


def test_other_builders_have_the_table(source: Path) -> None:
    """And no picture."""
    assert build(source, PAGES, "-b", "text") == ""
    text = (source.parent / "built" / "index.txt").read_text(encoding="utf-8")
    assert "max_queue_size" in text
    assert "<svg" not in text


def test_a_study_of_nothing_is_shown_as_such(source: Path) -> None:
    """A table without a row is none."""
    (source / "knobs.json").write_text(Study(usual().setting, ()).text, encoding="utf-8")
    assert build(source, PAGES, "-b", "html") == ""
    page = source.parent / "built" / "index.html"
    assert "0 drills" in plain(page)
    assert "<table" not in page.read_text(encoding="utf-8")


def test_a_file_that_is_no_study_is_said_where_it_stands(source: Path) -> None:
    """The complaint names the page, the line, and what is wrong."""
    (source / "knobs.json").write_text("{}", encoding="utf-8")
    complaint = build(source, PAGES, "-b", "html")
    assert "index.rst:4" in complaint
    assert "knobs.json is no study of the knobs" in complaint
    assert "Traceback" not in complaint
