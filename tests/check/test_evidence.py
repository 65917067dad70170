# SPDX-License-Identifier: GPL-2.0-or-later
"""What an untrue passage looks like."""

import pytest

from colorunbook.book.actions import Await, Qmp
from colorunbook.book.conditions import Checkpoints, Condition, guest_is, migration_is
from colorunbook.book.phrases import Expect, Place, Where
from colorunbook.check.evidence import Statement, symptom
from colorunbook.check.parsers import Content, Passage, Promised, Typed, Waited
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Payload

WELL = Statement(Role.PRIMARY, "127.0.0.1", True, ("query-status says status=running",))
MUTE = Statement(Role.SECONDARY, "127.0.0.2", False, ("its monitor does not answer within 2 s",))
NONE = Statement(Role.SECONDARY, "127.0.0.2", None, ("its QEMU does not run",))


def passage(content: Content) -> Passage:
    """A passage somewhere."""
    return Passage("Start replication", content, 1, 0, 1)


def waited(condition: Condition) -> Passage:
    """A wait for something of the primary."""
    return passage(Waited(Expect(Role.PRIMARY, condition), Await(condition, 30)))


def typed() -> Passage:
    """A command."""
    where = Where(Role.PRIMARY, "127.0.0.1", Place.MONITOR)
    return passage(Typed(where, '{"execute": "stop"}', Qmp(Payload("stop"))))


def test_a_qemu_that_does_not_answer_hangs_whatever_else_is_untrue() -> None:
    """Who hangs is told by role."""
    said = "the secondary hangs: its monitor does not answer any more"
    for each in (waited(guest_is("running")), typed()):
        assert said == symptom(each, "It does not hold.", (WELL, MUTE))


@pytest.mark.parametrize(
    ("untrue", "said"),
    [
        (waited(migration_is("colo")), "COLO does not begin, although every command succeeded: x"),
        (waited(Checkpoints(2)), "checkpoints do not come, although every command succeeded: x"),
        (passage(Promised(Expect(Role.PRIMARY, guest_is("running")))), "x"),
        (typed(), "the command fails: x"),
    ],
)
def test_otherwise_it_is_what_the_passage_was_for(untrue: Passage, said: str) -> None:
    """A QEMU that does not run, or was never spoken to, does not hang."""
    assert said == symptom(untrue, "x", (WELL, NONE))


def test_a_statement_is_one_line() -> None:
    """Who it is of comes first."""
    assert "primary 127.0.0.1: query-status says status=running" == str(WELL)
