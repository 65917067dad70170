# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a peer that should be there is, and when that is asked."""

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Action, Hmp, Qmp, Shell
from colorunbook.engine.events import StepDone, StepStarted
from colorunbook.engine.presence import IS_THERE, leads_to_its_peer
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition
from colorunbook.qemu.payload import Payload
from tests.engine.chapters import BEREFT, SITE, TWO, Chapter, begin
from tests.hurry import hurry

RESUME = Chapter("primary-resume", BEREFT)


SWITCH = "Switch x-colo and return-path on"
PREPARED = (SWITCH, "Start the NBD server", "Export parent0")
AT_HOME = {
    "prepare-secondary": PREPARED,
    "set-checkpoint-delay": ("Set x-checkpoint-delay to 2000",),
    "start-replication": (SWITCH,),
    "bring-up": (*PREPARED, SWITCH),
    "primary-resume": ("Add iothread1", SWITCH),
    "secondary-resume": ("Add iothread1", SWITCH),
}
"""All that is sent to a QEMU and does not lead to its peer, of the plans that have one."""


def at_home(name: str, edition: Edition) -> list[str]:
    """What is sent to a QEMU in a runbook and does not lead to its peer."""
    plan = resolve(shelf.runbook(name), Site(), Dialect(NEWEST, edition))
    sent = [step for step in plan.steps if isinstance(step.action, Qmp | Hmp)]
    return [step.title for step in sent if not leads_to_its_peer(step.action)]


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
@pytest.mark.parametrize("name", AT_HOME)
def test_only_what_sets_its_own_qemu_does_not_lead_to_the_peer(name: str, edition: Edition) -> None:
    """Or opens a port for it, or makes a thread. All others do: disks, chardevs, migrations."""
    assert [*AT_HOME[name]] == at_home(name, edition)


def test_what_is_taken_away_makes_no_connection() -> None:
    """Whatever it is."""
    assert not leads_to_its_peer(Qmp(Payload("object-del", {"id": "comp0"})))


@pytest.mark.parametrize(
    "action",
    [
        Hmp("info status"),
        Shell(()),
        Qmp(Payload("something-new")),
        Qmp(Payload("blockdev-add", {"driver": "nbd"})),
        Qmp(Payload("chardev-add", {"id": "red0"})),
        Qmp(Payload("object-add", {"qom-type": "colo-compare"})),
        Qmp(Payload("migrate", {"uri": "tcp:10.0.0.2:9998"})),
    ],
    ids=str,
)
def test_what_connects_or_is_not_known_leads_to_it(action: Action) -> None:
    """As somebody's own runbook may."""
    assert leads_to_its_peer(action)


def test_the_peer_is_asked_before_what_leads_to_it() -> None:
    """And not before what does not."""

    async def work() -> list[tuple[str, bool]]:
        hosts = await begin(RESUME, Edition.HMP)
        done = []
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook(RESUME.name))
            async for event in run(plan, session):
                match event:
                    case StepStarted():
                        hosts.sent.clear()
                    case StepDone(_, step) if isinstance(step.action, Qmp | Hmp):
                        done.append((step.title, hosts.sent[0] == (TWO, IS_THERE)))
                    case _:
                        pass
        return done

    done = hurry(work())
    assert ["Add iothread1"] == [title for title, is_asked in done if not is_asked]
    assert {"Open replication0", "Add comp0", "Migrate"} < {t for t, is_asked in done if is_asked}
