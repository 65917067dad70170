# SPDX-License-Identifier: GPL-2.0-or-later
"""The directives for a site's own pages."""

import json
import re
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Await
from colorunbook.hosts import Site
from colorunbook.plan import describe, resolve
from colorunbook.qemu.dialect import Dialect, Edition
from tests.render.sites import build, plain


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


def test_a_runbook_can_be_printed_for_another_qemu(tmp_path: Path) -> None:
    """Its options are stronger than the site's version, and it has a label of its own."""
    pages = {
        "index": ".. runbook:: prepare-secondary\n\n.. toctree::\n\n   old",
        "old": ".. runbook:: prepare-secondary\n   :qemu: 10.0",
    }
    assert build(tmp_path / "source", pages, "-b", "text") == ""
    texts = ((tmp_path / "built" / f"{page}.txt").read_text() for page in pages)
    assert [True, False] == ["return-path" in text for text in texts]


def test_links_of_a_runbook_lead_to_the_usual_print(tmp_path: Path) -> None:
    """Where what it refers to is not printed in its edition, but is in the site's own."""
    pages = {
        "index": ".. runbook:: launch-secondary\n\n.. toctree::\n\n   other",
        "other": ".. runbook:: primary-resume\n   :edition: blockdev",
    }
    assert build(tmp_path / "source", pages, "-b", "html") == ""
    page = (tmp_path / "built" / "other.html").read_text(encoding="utf-8")
    assert 'href="index.html#runbook-launch-secondary"' in page
    assert "Prepare the secondary" in plain(tmp_path / "built" / "other.html")


def test_all_runbooks_stand_on_one_page(tmp_path: Path) -> None:
    """Each in a section, apart from those that are made of others; links stay in the edition."""
    pages = {"index": ".. runbooks::\n   :edition: blockdev"}
    assert build(tmp_path / "source", pages, "-b", "html") == ""
    page = (tmp_path / "built" / "index.html").read_text(encoding="utf-8")
    for name, book in shelf.runbooks().items():
        assert (not book.parts) == (f'id="runbook-{name}-blockdev"' in page)
    assert 'href="#runbook-launch-secondary-blockdev"' in page
    plan = resolve(shelf.runbook("secondary-failover"), Site(), Dialect(edition=Edition.BLOCKDEV))
    for command in plan.commands:
        step = next(step for step in plan.steps if step.action is command)
        assert str(describe(step)["text"]) in plain(tmp_path / "built" / "index.html")


def test_a_wrong_edition_is_said_where_it_stands(tmp_path: Path) -> None:
    """With the ones there are."""
    page = {"index": ".. runbook:: primary-failover\n   :edition: hmpp"}
    complaint = build(tmp_path / "source", page)
    assert "index.rst:4" in complaint
    assert '"hmp", or "blockdev"' in complaint


def test_a_qemu_that_is_none_is_said_where_it_stands(tmp_path: Path) -> None:
    """In the words of the command line."""
    page = {"index": ".. runbook:: primary-failover\n   :qemu: eleven"}
    complaint = build(tmp_path / "source", page)
    assert "index.rst:4" in complaint
    assert "'eleven' is not a QEMU version" in complaint
