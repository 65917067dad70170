# SPDX-License-Identifier: GPL-2.0-or-later
"""The shelves: one's own first, the shipped one last."""

from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.errors import Aborted, InputError
from colorunbook.hosts import Role

OWN = '''
"""A runbook of one's own."""
from colorunbook.book.runbook import runbook
from colorunbook.book.verbs import stop_guest
from colorunbook.hosts import Role

@runbook("{name}", on=Role.PRIMARY, title="Own")
def own(colo):
    """Do it my way."""
    yield stop_guest().because("It is mine.")
'''


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf of one's own."""
    monkeypatch.setenv("COLORUNBOOK_SHELF", str(tmp_path))
    (tmp_path / "runbooks").mkdir()
    return tmp_path / "runbooks"


def test_the_shipped_runbooks_stand_in_the_order_of_the_document() -> None:
    """All ten."""
    assert list(shelf.ORDER) == list(shelf.runbooks())


def test_a_runbook_of_ones_own_comes_after(own: Path) -> None:
    """By its name."""
    (own / "mine.py").write_text(OWN.format(name="a-mine"))
    assert [*shelf.ORDER, "a-mine"] == list(shelf.runbooks())
    assert "Do it my way." == shelf.runbook("a-mine").summary


def test_a_runbook_of_ones_own_replaces_a_shipped_one(own: Path) -> None:
    """In its place."""
    (own / "mine.py").write_text(OWN.format(name="primary-failover"))
    assert list(shelf.ORDER) == list(shelf.runbooks())
    assert "Own" == shelf.runbook("primary-failover").title


def test_a_file_may_use_its_neighbour(own: Path) -> None:
    """The folder is a package; a runbook that is only imported is not a second one."""
    (own / "a.py").write_text(OWN.format(name="mine"))
    (own / "b.py").write_text("from .a import own\nfrom colorunbook.hosts import Role\n")
    assert "mine" in shelf.runbooks()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ("import no_such_module", "ModuleNotFoundError"),
    ],
)
def test_a_broken_file_is_named(own: Path, source: str, said: str) -> None:
    """With what is wrong with it."""
    (own / "broken.py").write_text(source)
    with pytest.raises(InputError, match=rf"broken\.py cannot be loaded: {said}"):
        shelf.runbooks()


def test_an_interrupt_while_a_file_is_loaded_is_no_broken_file(own: Path) -> None:
    """It was a person who ended it."""
    (own / "slow.py").write_text("from colorunbook.errors import Aborted\nraise Aborted('Stop.')\n")
    with pytest.raises(Aborted):
        shelf.runbooks()


def test_two_runbooks_of_one_name_are_refused(own: Path) -> None:
    """On one shelf; the message names both."""
    for name in ("a", "b"):
        (own / f"{name}.py").write_text(OWN.format(name="mine"))
    with pytest.raises(InputError, match="two runbooks 'mine' in"):
        shelf.runbooks()


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    """Or with all there are."""
    with pytest.raises(
        InputError, match=r"no runbook 'primary-failovr'. There is: primary-failover\."
    ):
        shelf.runbook("primary-failovr")
    with pytest.raises(InputError, match="There is: launch-primary, launch-secondary,"):
        shelf.runbook("zzz")


def test_a_shelf_has_to_be_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A typing error would otherwise be an empty shelf."""
    (tmp_path / "file").touch()
    for name in ("file", "nothing"):
        monkeypatch.setenv("COLORUNBOOK_SHELF", str(tmp_path / name))
        with pytest.raises(InputError, match="which is no folder"):
            shelf.folders()


def test_templates_are_looked_for_on_both(own: Path) -> None:
    """One's own first, where there are some."""
    (shipped,) = shelf.templates()
    (own.parent / "templates").mkdir()
    assert (own.parent / "templates", shipped) == shelf.templates()


def test_an_empty_shelf_is_no_mistake(own: Path) -> None:
    """Templates alone may lie there."""
    own.rmdir()
    assert list(shelf.ORDER) == list(shelf.runbooks())


def test_each_role_has_a_failover() -> None:
    """What only frees a primary is none."""
    found = [shelf.failover(role) for role in Role]
    assert ["primary-failover", "secondary-failover"] == [book.name for book in found if book]


def test_a_shelf_may_have_no_failover(own: Path) -> None:
    """Where one's own took the place of the shipped one."""
    (own / "own.py").write_text(OWN.format(name="secondary-failover"))
    assert shelf.failover(Role.SECONDARY) is None
