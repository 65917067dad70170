# SPDX-License-Identifier: GPL-2.0-or-later
"""The states of a pair."""

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import Checkpoints, ObjectIs, ObjectsGone, ObjectsThere
from colorunbook.book.states import replicating, survived_as_primary, survived_as_secondary
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Dialect

COLO = Colo(Site(), Dialect())


def test_replication_is_seen_in_checkpoints_of_both() -> None:
    """A reply is not a checkpoint."""
    counted = [e.role for e in replicating(COLO) if isinstance(e.condition, Checkpoints)]
    assert [Role.PRIMARY, Role.SECONDARY] == counted


def test_every_filter_of_a_pair_is_looked_at() -> None:
    """That it lives, and that it is wired as meant."""
    asked = {e.condition.id for e in replicating(COLO) if isinstance(e.condition, ObjectIs)}
    assert {"m0", "redire0", "redire1", "comp0", "f1", "f2", "rew0"} == asked


def test_filters_in_front_of_another_are_seen_to_be_there() -> None:
    """The position is asked of the filters, not of the comparison."""
    placed = {
        e.condition.id
        for e in replicating(COLO, before="rew0")
        if isinstance(e.condition, ObjectIs) and ("position", "id=rew0") in e.condition.settings
    }
    assert {"m0", "redire0", "redire1"} == placed


def test_a_survivor_is_asked_alone() -> None:
    """The dead cannot answer."""
    assert {Role.PRIMARY} == {e.role for e in survived_as_primary(COLO)}
    assert {Role.SECONDARY} == {e.role for e in survived_as_secondary(COLO)}


def test_a_secondary_that_took_over_keeps_its_rewriter() -> None:
    """Connections that it carried live by it; the redirectors go."""
    conditions = [e.condition for e in survived_as_secondary(COLO)]
    assert ObjectsThere(("rew0",)) in conditions
    assert ObjectsGone(("f1", "f2")) in conditions
