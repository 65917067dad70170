# SPDX-License-Identifier: GPL-2.0-or-later
"""One that has lost its peer: a failover leads on, on hosts that are made up."""

import pytest

from colorunbook import shelf
from colorunbook.engine.events import StepDone
from colorunbook.engine.fake import FakeMonitor, FakeTransport, Fault, Loss, Silence
from colorunbook.engine.foresight import foresee
from colorunbook.engine.manner import Manner
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.survivor import told_of_survivor
from colorunbook.errors import Aborted, ColorunbookError, Refused
from colorunbook.hosts import Host
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


async def stopped(hosts: FakeTransport) -> ColorunbookError:
    """How a replication ends whose secondary dies as somebody has had enough."""
    manner = Manner()
    async with Session(hosts, SITE) as session:
        plan = await session.resolve(shelf.runbook("start-replication"))
        with pytest.raises(ColorunbookError) as raised:
            async for event in run(plan, session, None, manner):
                if isinstance(event, StepDone) and event.number == len(plan.steps):
                    hosts.kill(TWO)
                    manner.stop.ask()
    return raised.value


def test_who_has_had_enough_is_not_told_what_leads_on() -> None:
    """Nobody knows yet whether it is needed."""

    async def work() -> ColorunbookError:
        return await stopped(await begin(Chapter("start-replication", PAIR[:3]), Edition.HMP))

    error = hurry(work())
    assert isinstance(error, Aborted)
    assert "failover" not in error.advice


def test_a_peer_that_answers_is_not_lost() -> None:
    """Though it is not in COLO, as the other one is."""

    async def work() -> str:
        hosts = await begin(Chapter("start-replication", PAIR), Edition.HMP)
        hosts.qemus[TWO].mode = "none"
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("start-replication"))
            return await told_of_survivor(plan, session)

    assert "" == hurry(work())


def test_who_was_only_asked_is_let_go_of() -> None:
    """Its monitor takes one client, and the failover is the next."""
    opened: list[FakeMonitor] = []

    class Kept(FakeTransport):
        async def connect(self, host: Host, within: float) -> FakeMonitor:
            opened.append(await super().connect(host, within))
            return opened[-1]

    async def work() -> None:
        hosts = await begin(Chapter("start-replication", (*PAIR, f"-{TWO}")), Edition.HMP)
        await failed(Kept(qemus=hosts.qemus), "bring-up")

    hurry(work())
    assert [True] == [monitor.is_closed for monitor in opened]
