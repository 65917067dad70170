# SPDX-License-Identifier: GPL-2.0-or-later
"""One that has lost its peer: a failover leads on, on hosts that are made up."""

import pytest

from colorunbook import shelf
from colorunbook.engine.events import StepDone
from colorunbook.engine.fake import FakeTransport, Fault, Loss, Silence
from colorunbook.engine.foresight import foresee
from colorunbook.engine.manner import Manner
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.errors import ColorunbookError, Refused
from colorunbook.qemu.dialect import Edition
from tests.engine.chapters import BEREFT, ONE, PAIR, SITE, TWO, Chapter, begin, play
from tests.hurry import hurry

PRIMARY_ON = "When the secondary is dead, 'colorunbook run primary-failover' lets the primary go on"
SECONDARY_ON = (
    "When the primary is dead, 'colorunbook run secondary-failover' lets the secondary go on"
)


async def failed(hosts: FakeTransport, name: str, dies: str = "") -> ColorunbookError:
    """How a runbook fails.

    :param dies: the host that dies after the last step.
    """
    async with Session(hosts, SITE) as session:
        plan = await session.resolve(shelf.runbook(name))
        with pytest.raises(ColorunbookError) as raised:
            async for event in run(plan, session):
                if isinstance(event, StepDone) and event.number == len(plan.steps) and dies:
                    hosts.kill(dies)
    return raised.value


@pytest.mark.parametrize(
    ("dead", "name", "advice"),
    [
        (ONE, "bring-up", SECONDARY_ON),
        (TWO, "bring-up", PRIMARY_ON),
    ],
)
def test_nothing_is_started_beside_a_survivor(dead: str, name: str, advice: str) -> None:
    """It would be taken for the peer that has died, and stand in the way of the failover."""

    async def work() -> tuple[ColorunbookError, list[str]]:
        hosts = await begin(Chapter("start-replication", (*PAIR, f"-{dead}")), Edition.HMP)
        hosts.ran.clear()
        error = await failed(hosts, name)
        return error, [argv[0] for _, argv in hosts.ran if argv[0].startswith("qemu-system")]

    error, started = hurry(work())
    assert isinstance(error, Refused)
    assert advice in error.advice
    assert [] == started


def test_a_dry_run_tells_so() -> None:
    """As the run would."""

    async def work() -> list[str]:
        hosts = await begin(Chapter("start-replication", (*PAIR, f"-{TWO}")), Edition.HMP)
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("bring-up"))
            seen = await foresee(plan, session, Manner())
        return [reason.advice for reason in seen.refusals]

    assert any(PRIMARY_ON in advice for advice in hurry(work()))


def test_one_that_cannot_be_asked_is_in_nobodys_way() -> None:
    """A primary that was just started greets only when its secondary is there."""

    async def work() -> set[str]:
        hosts = await begin(Chapter("launch-secondary", PAIR[:1]), Edition.HMP)
        hosts.faults = [Fault("query-colo-status", Silence(), address=ONE)]
        await play(hosts, "bring-up", Edition.HMP)
        return {*hosts.qemus}

    assert {ONE, TWO} == hurry(work())


@pytest.mark.parametrize(("gone", "advice"), [(ONE, SECONDARY_ON), (TWO, PRIMARY_ON)])
def test_who_loses_its_peer_at_the_end_is_told_of_the_failover(gone: str, advice: str) -> None:
    """To take the run up again would start another QEMU, or wait for a dead one."""

    async def work() -> ColorunbookError:
        hosts = await begin(Chapter("start-replication", PAIR[:3]), Edition.HMP)
        return await failed(hosts, "start-replication", gone)

    error = hurry(work())
    assert advice in error.advice
    assert error.leads_elsewhere


def test_a_pair_that_is_whole_is_told_of_none() -> None:
    """What has failed is something else."""

    async def work() -> ColorunbookError:
        hosts = await begin(Chapter("start-replication", PAIR[:3]), Edition.HMP)
        hosts.faults = [Fault("migrate", Loss(), address=ONE)]
        return await failed(hosts, "start-replication")

    error = hurry(work())
    assert "failover" not in str(error)
    assert not error.leads_elsewhere


def test_a_guest_that_waits_after_a_failover_is_told_of() -> None:
    """A resume that was broken off has paused it; no failover lets it go on."""

    async def work() -> ColorunbookError:
        hosts = await begin(Chapter("primary-failover", BEREFT[:6]), Edition.HMP)
        hosts.qemus[ONE].status = "paused"
        return await failed(hosts, "primary-failover")

    error = hurry(work())
    assert "The guest is paused" in error.advice
    assert '{"execute": "cont"}' in error.advice
    assert not error.leads_elsewhere
