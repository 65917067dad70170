# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a peer that should be there is, and when that is asked."""

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Action, Hmp, Qmp, Shell
from colorunbook.engine.events import StepStarted
from colorunbook.engine.presence import IS_THERE, leads_to_its_peer
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.qemu.payload import Payload
from tests.engine.chapters import BEREFT, SITE, TWO, Chapter, begin
from tests.hurry import hurry

RESUME = Chapter("primary-resume", BEREFT)


def titles(name: str, *, lead: bool) -> list[str]:
    """The steps of a runbook that lead to the peer, or those that do not."""
    steps = resolve(shelf.runbook(name), Site(), Dialect()).steps
    return [step.title for step in steps if leads_to_its_peer(step.action) is lead]


def test_what_sets_its_own_qemu_does_not_lead_to_the_peer() -> None:
    """Nor does a port that is opened for it, or a thread."""
    switch = "Switch x-colo and return-path on"
    assert ["Add iothread1", switch] == titles("primary-resume", lead=False)
    assert [switch, "Start the NBD server", "Export parent0"] == titles(
        "prepare-secondary", lead=False
    )


def test_what_is_taken_away_makes_no_connection() -> None:
    """Whatever it is."""
    assert not leads_to_its_peer(Qmp(Payload("object-del", {"id": "comp0"})))


def test_all_others_do() -> None:
    """What opens a disk or a chardev of the peer, migrates to it, or is made on its sockets."""
    assert {"Open replication0", "Add m0", "Add comp0", "Migrate"} < {
        *titles("primary-resume", lead=True)
    }


@pytest.mark.parametrize(
    "action", [Hmp("info status"), Shell(()), Qmp(Payload("something-new"))], ids=str
)
def test_what_is_not_known_leads_to_it(action: Action) -> None:
    """As somebody's own runbook may."""
    assert leads_to_its_peer(action)


def test_the_peer_is_asked_before_what_leads_to_it() -> None:
    """And not before what does not."""

    async def work() -> tuple[int, int]:
        hosts = await begin(RESUME, Edition.HMP)
        hosts.sent.clear()
        leading = 0
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook(RESUME.name))
            async for event in run(plan, session):
                leading += isinstance(event, StepStarted) and leads_to_its_peer(event.step.action)
        return leading, hosts.sent.count((TWO, IS_THERE))

    leading, asked = hurry(work())
    assert leading == asked > 10
