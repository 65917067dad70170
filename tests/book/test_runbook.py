# SPDX-License-Identifier: GPL-2.0-or-later
"""Procedures: declared, composed, resolved."""

from collections.abc import Iterator

import pytest

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import guest_is
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Runbook, Step, compose, runbook
from colorunbook.book.verbs import lost_heartbeat, stop_guest
from colorunbook.errors import InputError
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Dialect

COLO = Colo(Site(), Dialect())


def expecting(status: str) -> list[Expect]:
    """What the runbooks below are guarded by."""
    return [Expect(Role.PRIMARY, guest_is(status))]


def made(name: str, on: Role = Role.PRIMARY, *, flipped: bool = False) -> Runbook:
    """A runbook of one step, with a guard and a postcondition that name it."""

    @runbook(name, on=on, title=name.title(), flipped=flipped)
    def steps(_colo: Colo) -> Iterator[Step]:
        """Do one thing.

        Not more.
        """
        yield stop_guest().because("It is a test.")

    steps.starts_when(lambda _: iter(expecting(f"{name} before")))
    steps.ends_when(lambda _: iter(expecting(f"{name} after")))
    return steps


def test_a_step_belongs_to_its_runbook() -> None:
    """The function says what is done; the decorator, where."""
    (step,) = made("a", Role.SECONDARY).steps(COLO)
    assert ("a", Role.SECONDARY, "It is a test.") == (step.runbook, step.role, step.why)


def test_because_makes_another_step() -> None:
    """Steps are values."""
    step = lost_heartbeat(Role.PRIMARY)
    assert ("", "So.") == (step.why, step.because("So.").why)


def test_a_runbook_without_conditions_has_none() -> None:
    """Neither guards nor a postcondition."""
    bare = Runbook("a", "A", "", lambda _: iter(()), on=Role.PRIMARY)
    assert ((), (), ()) == (bare.steps(COLO), bare.starts(COLO), bare.ends(COLO))


def test_a_composed_runbook_begins_as_its_first_and_ends_as_its_last_part() -> None:
    """Each step keeps the runbook and the role it was written for."""
    both = compose("c", made("a"), made("b", Role.SECONDARY), title="C", summary="")
    assert [("a", Role.PRIMARY), ("b", Role.SECONDARY)] == [
        (step.runbook, step.role) for step in both.steps(COLO)
    ]
    assert tuple(expecting("a before")) == both.starts(COLO)
    assert tuple(expecting("b after")) == both.ends(COLO)


def test_composed_runbooks_compose() -> None:
    """The guards and the postcondition come from the innermost parts."""
    inner = compose("i", made("a"), made("b"), title="I", summary="")
    outer = compose(
        "o", inner, compose("j", made("c"), title="J", summary=""), title="O", summary=""
    )
    assert ["a", "b", "c"] == [step.runbook for step in outer.steps(COLO)]
    assert tuple(expecting("a before")) == outer.starts(COLO)
    assert tuple(expecting("c after")) == outer.ends(COLO)


def test_a_composed_runbook_may_have_conditions_of_its_own() -> None:
    """They count instead of its parts'."""
    both = compose("c", made("a"), made("b"), title="C", summary="")
    both.starts_when(lambda _: iter(expecting("own before")))
    both.ends_when(lambda _: iter(expecting("own after")))
    assert tuple(expecting("own before")) == both.starts(COLO)
    assert tuple(expecting("own after")) == both.ends(COLO)


def test_a_composed_runbook_is_flipped_as_its_parts_are() -> None:
    """Otherwise its steps would be done on the wrong hosts."""
    parts = made("a", flipped=True), made("b", flipped=True)
    assert compose("c", *parts, title="C", summary="").flipped
    with pytest.raises(InputError, match="their roles differ"):
        compose("c", made("a"), made("b", flipped=True), title="C", summary="")


@pytest.mark.parametrize("name", ["", "a/b", "Big", "two words", "-a", "a-"])
def test_a_name_is_one_that_a_file_can_have(name: str) -> None:
    """The journal of a run is called after it."""
    with pytest.raises(InputError, match="cannot be called"):
        runbook(name, on=Role.PRIMARY, title="T")(lambda _colo: iter(()))
