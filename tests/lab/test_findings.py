# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``doctor`` says of machines of other kinds than this one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from colorunbook.lab import findings
from colorunbook.lab.findings import Finding, examine
from colorunbook.lab.tree import Tree

OTHER = Tree(Path("/other"), "7.2.22")


@pytest.fixture
def looked_into(monkeypatch: pytest.MonkeyPatch) -> list[Tree]:
    """The trees that a world would have been made of."""
    trees: list[Tree] = []

    def look(tree: Tree) -> Iterator[Finding]:
        trees.append(tree)
        return iter(())

    monkeypatch.setattr(findings, "_in_world", look)
    return trees


def _on(monkeypatch: pytest.MonkeyPatch, own: str | None, fetched: str | None) -> list[Finding]:
    """The findings on a machine with these versions of QEMU."""
    here = Tree(Path("/"), own) if own else None
    cached = Tree(Path("/cache"), fetched) if fetched else None
    monkeypatch.setattr(findings, "host_tree", lambda: here)
    monkeypatch.setattr(findings, "provisioned", lambda: cached)
    monkeypatch.setattr(findings, "trees", lambda: tuple(filter(None, (cached, OTHER))))
    return list(examine())


def test_a_good_qemu_of_the_host_is_used(
    monkeypatch: pytest.MonkeyPatch, looked_into: list[Tree]
) -> None:
    """A machine with a QEMU that will do needs no other."""
    own, fetched, _ = _on(monkeypatch, "11.1.3", None)
    assert (own.state, fetched.state) == ("ok", "note")
    assert [tree.is_host for tree in looked_into] == [True]


def test_a_broken_qemu_of_the_host_is_told_and_passed_over(
    monkeypatch: pytest.MonkeyPatch, looked_into: list[Tree]
) -> None:
    """COLO never starts on 10.0.2: the provisioned QEMU is the one that is looked into."""
    own, _, _ = _on(monkeypatch, "10.0.2", "11.1.3")
    assert own.state == "note"
    assert "COLO never starts" in own.seen
    assert [tree.version for tree in looked_into] == ["11.1.3"]


def test_without_any_qemu_it_is_seen_whether_one_can_be_fetched(
    monkeypatch: pytest.MonkeyPatch, looked_into: list[Tree]
) -> None:
    """A machine without apt and without a QEMU can have no lab."""
    monkeypatch.setattr(findings, "PATH", "/nonexistent")
    found = _on(monkeypatch, None, None)
    assert [finding.what for finding in found if finding.state == "no"]
    assert "--provision" in next(f.fix for f in found if f.what == "provisioned QEMU")
    assert not looked_into


def test_the_qemus_to_choose_from_are_told(
    monkeypatch: pytest.MonkeyPatch, looked_into: list[Tree]
) -> None:
    """Those that are here besides the usual one, and how to take one; none is used unasked."""
    _, _, others = _on(monkeypatch, None, "11.1.3")
    assert "7.2.22; 'lab up --qemu VERSION' takes one." == others.seen
    assert [tree.version for tree in looked_into] == ["11.1.3"]


def test_a_finding_is_one_line() -> None:
    """State, what, what was seen, and the fix beside it."""
    assert str(Finding("no", "KVM", "none.", "Get one.")).split() == [
        *("no", "KVM", "none.", "->", "Get", "one."),
    ]
    assert "->" not in str(Finding("ok", "KVM", "there."))
