# SPDX-License-Identifier: GPL-2.0-or-later
"""One look at all that a postcondition asks of QEMU, on hosts that are made up."""

from collections.abc import Sequence

from colorunbook import shelf
from colorunbook.book.conditions import Checkpoints, colo_mode_is, guest_is
from colorunbook.book.phrases import Expect
from colorunbook.engine.fake import Fault, Hangs, Loss
from colorunbook.engine.freeing import HANGS, Freer
from colorunbook.engine.once_over import seen_at_once
from colorunbook.engine.session import Session
from colorunbook.engine.standing import Lookout
from colorunbook.hosts import Role
from colorunbook.qemu.dialect import Edition
from tests.engine.chapters import BEREFT, SITE, Chapter, begin
from tests.hurry import hurry

AT_REST = Chapter("primary-resume", BEREFT)
NONE = Expect(Role.PRIMARY, colo_mode_is("none"))
RUNS = Expect(Role.PRIMARY, guest_is("running"))
IN_COLO = Expect(Role.PRIMARY, colo_mode_is("primary"))
PACED = Expect(Role.PRIMARY, Checkpoints(1))


def look(expects: Sequence[Expect], *faults: Fault) -> tuple[list[str], list[str]]:
    """What was seen of a primary without a secondary, and what it was asked."""

    async def work() -> tuple[list[str], list[str]]:
        hosts = await begin(AT_REST, Edition.HMP)
        hosts.faults = [*faults]
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook(AT_REST.name))
            hosts.sent.clear()
            seen = await seen_at_once(
                expects, Lookout(plan, session, Freer(plan, session), patience=HANGS)
            )
            return seen, [payload.execute for _, payload in hosts.sent]

    return hurry(work())


def test_each_question_is_sent_once() -> None:
    """However many conditions are asked of its reply."""
    assert (
        ["none", "running", "none"],
        ["query-colo-status", "query-status"],
    ) == look((NONE, RUNS, NONE))


def test_what_does_not_hold_is_left_and_all_that_follows() -> None:
    """It may take a while; what holds now need not hold then."""
    assert ["none"] == look((NONE, IN_COLO, RUNS))[0]


def test_what_has_to_be_waited_for_is_left_and_all_that_follows() -> None:
    """As checkpoints have."""
    assert (["none"], ["query-colo-status"]) == look((NONE, PACED, RUNS))


def test_without_a_reply_nothing_was_seen_of_it() -> None:
    """Whoever waits for it then says why."""
    assert ["none"] == look((NONE, RUNS), Fault("query-status", Hangs()))[0]
    assert [] == look((NONE, RUNS), Fault("query-colo-status", Loss()))[0]
