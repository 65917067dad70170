# SPDX-License-Identifier: GPL-2.0-or-later
"""Plans that were made already."""

from dataclasses import replace
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.filling import fill
from colorunbook.render.planned import planned

SITE, DIALECT = Site(), Dialect()


def test_a_plan_is_made_once() -> None:
    """And is the one that would be made anew."""
    book = shelf.runbook("primary-failover")
    first = planned(book, SITE, DIALECT)
    assert resolve(book, SITE, DIALECT) == first
    assert first is planned(book, replace(SITE), DIALECT)


def test_other_hosts_have_another_plan() -> None:
    """Whatever was planned before."""
    book = shelf.runbook("primary-failover")
    planned(book, SITE, DIALECT)
    assert resolve(book, SITE.flipped(), DIALECT) == planned(book, SITE.flipped(), DIALECT)


def test_another_shelf_has_other_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was drawn of one shelf is not shown of another."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/states.rst.j2").write_text('{{ plan.diagram("states") }}')
    monkeypatch.setenv("COLORUNBOOK_SHELF", str(tmp_path))
    before = fill("states.rst.j2", SITE, DIALECT)
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/own.py").write_text(
        "from colorunbook.book.conditions import colo_mode_is, guest_is\n"
        "from colorunbook.book.phrases import Expect\n"
        "from colorunbook.book.runbook import runbook\n"
        "from colorunbook.book.verbs import set_parameter\n"
        "from colorunbook.hosts import Role\n"
        '@runbook("leave", on=Role.PRIMARY, title="Leave it all")\n'
        "def leave(colo):\n"
        '    """Leave."""\n'
        '    yield set_parameter("x-checkpoint-delay", 1)\n'
        "@leave.starts_when\n"
        "def before(colo):\n"
        '    yield Expect(Role.PRIMARY, colo_mode_is("primary"))\n'
        "@leave.ends_when\n"
        "def after(colo):\n"
        '    yield Expect(Role.PRIMARY, colo_mode_is("none"))\n'
        '    yield Expect(Role.PRIMARY, guest_is("running"))\n'
    )
    assert "Leave it all" not in before
    assert "Leave it all" in fill("states.rst.j2", SITE, DIALECT)
