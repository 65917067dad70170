# SPDX-License-Identifier: GPL-2.0-or-later
"""The directives for a site's own pages."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Await
from colorunbook.hosts import Site
from colorunbook.plan import describe, resolve
from colorunbook.qemu.dialect import Dialect

CONF = "extensions = ['colorunbook.render.sphinx']\nsmartquotes = False\n"


def build(source: Path, pages: dict[str, str], *options: str) -> str:
    """Build a site; what Sphinx complained of."""
    source.mkdir()
    (source / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in pages.items():
        (source / f"{name}.rst").write_text(f"{name}\n{'=' * 20}\n\n{text}\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", *options]
    return subprocess.run(
        [*command, str(source), str(source.parent / "built")], capture_output=True, text=True
    ).stderr


def every_runbook() -> dict[str, str]:
    """A page for each runbook, and one that lists them."""
    names = list(shelf.runbooks())
    listing = ".. runbook-table::\n\n.. toctree::\n\n   " + "\n   ".join(names)
    return {"index": listing, **{name: f".. runbook:: {name}" for name in names}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with all runbooks, read by two processes side by side."""
    folder = tmp_path_factory.mktemp("site")
    assert build(folder / "source", every_runbook(), "-b", "html", "-j", "2") == ""
    return folder / "built"


def plain(page: Path) -> str:
    """The text of a page of HTML."""
    return unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", list(shelf.runbooks()))
def test_a_runbook_is_printed_whole(site: Path, name: str) -> None:
    """Each step's title, reason and command, and each sentence of a wait, is on the page."""
    text = plain(site / f"{name}.html").replace("`", "")
    for step in resolve(shelf.runbook(name), Site(), Dialect()).steps:
        assert f"{step.title}." in text
        told = str(describe(step)["text"])
        assert (told.replace("`", "") if isinstance(step.action, Await) else told) in text


def test_commands_are_coloured_by_their_language(site: Path) -> None:
    """QMP is shown as JSON, a shell line as a session."""
    page = (site / "primary-failover.html").read_text(encoding="utf-8")
    assert "highlight-json" in page
    assert "highlight-console" not in page
    assert "highlight-console" in (site / "launch-primary.html").read_text(encoding="utf-8")


def test_the_table_links_to_every_runbook(site: Path) -> None:
    """Each row of the table leads to the page that prints the runbook."""
    page = (site / "index.html").read_text(encoding="utf-8")
    for name, book in shelf.runbooks().items():
        assert f'href="{name}.html#runbook-{name}"' in page
        assert book.title in page


def test_a_resume_links_to_the_start_of_a_secondary(site: Path) -> None:
    """The sections that a new secondary is started by are one click away, on other pages."""
    page = (site / "primary-resume.html").read_text(encoding="utf-8")
    for name in ("launch-secondary", "prepare-secondary"):
        assert f'href="{name}.html#runbook-{name}"' in page


def test_a_table_without_pages_has_no_links(tmp_path: Path) -> None:
    """Runbooks that no page prints are listed all the same, without a complaint."""
    assert build(tmp_path / "source", {"index": ".. runbook-table::"}) == ""
    assert "primary-failover" in plain(tmp_path / "built" / "index.html")


DIAGRAMS = {"index": ".. colo-diagram:: architecture\n\n.. colo-diagram:: states"}


def test_a_picture_is_svg_in_html(tmp_path: Path) -> None:
    """HTML holds the drawing itself, with a description, and ids that are used once."""
    assert build(tmp_path / "source", DIAGRAMS, "-b", "html") == ""
    page = (tmp_path / "built" / "index.html").read_text(encoding="utf-8")
    assert page.count("<svg ") == page.count("<desc ") == 2
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_picture_is_text_art_elsewhere(tmp_path: Path) -> None:
    """A builder that knows no HTML prints the picture with characters."""
    assert build(tmp_path / "source", DIAGRAMS, "-b", "text") == ""
    text = (tmp_path / "built" / "index.txt").read_text(encoding="utf-8")
    assert "| colo-disk0" in text
    assert "<svg" not in text


def test_the_version_is_a_setting(tmp_path: Path) -> None:
    """A site can be written for an older QEMU."""
    page = {"index": ".. runbook:: prepare-secondary"}
    assert build(tmp_path / "source", page, "-D", "colorunbook_qemu=10.0.13") == ""
    text = plain(tmp_path / "built" / "index.html")
    capabilities = json.dumps([{"capability": "x-colo", "state": True}])
    assert capabilities in text


@pytest.mark.parametrize(
    ("directive", "reason"),
    [
        (".. runbook:: primary-failovr", "There is: primary-failover."),
        (".. colo-diagram:: nothing", "There is: architecture, states."),
    ],
)
def test_a_wrong_name_is_said_where_it_stands(directive: str, reason: str, tmp_path: Path) -> None:
    """The complaint names the page, the line, and what there is instead."""
    complaint = build(tmp_path / "source", {"index": directive})
    assert "index.rst:4" in complaint
    assert reason in complaint
