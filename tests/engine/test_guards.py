# SPDX-License-Identifier: GPL-2.0-or-later
"""Guards, which are asked at the same time, on hosts that are made up."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from colorunbook import shelf
from colorunbook.book.machines import Output
from colorunbook.engine.events import GuardHeld
from colorunbook.engine.fake import FakeTransport, Fault, Says, Silence
from colorunbook.engine.guards import ask_guards, must_begin
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.standing import Lookout
from colorunbook.errors import ColorunbookError, TimedOut, Unavailable
from colorunbook.hosts import Host
from colorunbook.qemu.dialect import Edition
from tests.engine.chapters import ONE, PAIR, SITE, TWO, Chapter, begin
from tests.hurry import hurry


class Waiting(FakeTransport):
    """Hosts of which neither answers before the other one was asked as well."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.both = asyncio.Event()

    async def shell(self, host: Host, argv: Sequence[str], within: float) -> Output:
        self.asked.add(host.address)
        if len(self.asked) == 2:
            self.both.set()
        async with asyncio.timeout(within):
            await self.both.wait()
        return await super().shell(host, argv, within)


def test_both_hosts_are_asked_at_the_same_time() -> None:
    """And what they tell comes in the order of the plan."""

    async def work() -> tuple[list[str], list[str]]:
        hosts = Waiting()
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("bring-up"))
            lookout = Lookout(plan, session)
            async with ask_guards(plan, session, lookout) as asked:
                verdicts = [await each for each in asked]
        addresses = [SITE.host(verdict.expect.role).address for verdict in verdicts]
        assert [*plan.starts] == [verdict.expect for verdict in verdicts]
        return sorted(hosts.asked), [*dict.fromkeys(addresses)]

    assert ([ONE, TWO], [ONE, TWO]) == hurry(work())


class Sluggish(FakeTransport):
    """Hosts that take longer with each question."""

    async def shell(self, host: Host, argv: Sequence[str], within: float) -> Output:
        await asyncio.sleep(len(self.ran))
        return await super().shell(host, argv, within)


def test_nothing_is_asked_after_the_end_of_a_run() -> None:
    """Whoever hears it ends it in the midst of the guards."""

    async def work() -> tuple[int, int]:
        hosts = Sluggish()
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("bring-up"))
            async with contextlib.aclosing(run(plan, session)) as events:
                async for event in events:
                    if isinstance(event, GuardHeld):
                        break
            return len(hosts.ran), len(asyncio.all_tasks())

    ran, tasks = hurry(work())
    assert ran < 6
    assert 1 == tasks


@pytest.mark.parametrize(("outcome", "kind"), [(Silence(), TimedOut), (Says("no"), Unavailable)])
def test_a_part_that_nobody_can_tell_of_may_not_begin(
    outcome: Silence | Says, kind: type[Unavailable]
) -> None:
    """That is not the same as one of which QEMU says no."""

    async def work() -> ColorunbookError:
        hosts = await begin(Chapter("launch-secondary", PAIR[:2]), Edition.HMP)
        hosts.faults = [Fault("query-status", outcome, nth=None)]
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("bring-up"))
            with pytest.raises(ColorunbookError) as raised:
                await must_begin(plan, session, Lookout(plan, session), "prepare-secondary")
        return raised.value

    assert kind is type(hurry(work()))
