# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill that was kept, in a site that Sphinx builds."""

from dataclasses import replace
from pathlib import Path

import pytest

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.result import Result
from tests.drill.results import usual
from tests.render.sites import build, plain

CONF = "extensions = ['colorunbook.drill.sphinx']\nsmartquotes = False\n"
PAGES = {"index": ".. colo-drill:: drills/full.json\n\n.. colo-drill:: drills/full.json"}
FOUND = replace(usual(), findings=(Finding(Flaw.DRILL, "Both have <answered>."),))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A site with a result."""
    folder = tmp_path / "source"
    (folder / "drills").mkdir(parents=True)
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    keep(folder, usual())
    return folder


def keep(folder: Path, result: Result) -> None:
    """Put a result where the pages look for it."""
    (folder / "drills" / "full.json").write_text(result.text, encoding="utf-8")


def test_a_page_has_the_picture_and_the_tables(source: Path) -> None:
    """As often as it asks for them, with ids that are used once."""
    keep(source, FOUND)
    assert build(source, PAGES, "-b", "html") == ""
    page = (source.parent / "built" / "index.html").read_text(encoding="utf-8")
    assert 2 == page.count("<svg ")
    assert 1 == page.count('id="colo-drill-0-title"') == page.count('id="colo-drill-1-title"')
    assert 4 == page.count("drill-table")
    text = plain(source.parent / "built" / "index.html")
    assert "388 requests, 388 answered" in text
    assert "Both have <answered>." in text
    assert "KVM ran a boot sector, and did not boot the guest in 20 s." in text


def test_other_builders_draw_with_characters(source: Path) -> None:
    """A line instead of a picture; the tables are the same."""
    assert build(source, PAGES, "-b", "text") == ""
    text = (source.parent / "built" / "index.txt").read_text(encoding="utf-8")
    assert "x fault   o failover   r resume" in text
    assert "secondary" not in text.partition("x fault")[0]
    assert "<svg" not in text
    assert "resume pause" in text


def test_the_page_follows_the_result(source: Path) -> None:
    """It is read again when another drill was kept."""
    built = source.parent / "built" / "index.html"
    found = []
    for pages, result in ((PAGES, usual()), ({}, FOUND)):
        keep(source, result)
        assert build(source, pages, "-b", "html") == ""
        found.append("Both have <answered>." in plain(built))
    assert [False, True] == found


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{}", "full.json is no result of a drill: the result: version is missing."),
        (None, "full.json cannot be read"),
    ],
)
def test_a_result_that_cannot_be_read_is_said_where_it_stands(
    content: str | None, why: str, source: Path
) -> None:
    """The complaint names the page, the line, and what is wrong."""
    path = source / "drills" / "full.json"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    complaint = build(source, PAGES, "-b", "html")
    assert "index.rst:4" in complaint
    assert why in complaint
    assert "Traceback" not in complaint
