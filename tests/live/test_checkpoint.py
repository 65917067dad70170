# SPDX-License-Identifier: GPL-2.0-or-later
"""A peer that dies while a checkpoint is in flight."""

import os

import pytest

from colorunbook import shelf
from colorunbook.engine.events import Event, RunEnded
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.hosts import Accel, Role
from colorunbook.lab import making
from colorunbook.lab.pair import Lab

pytestmark = pytest.mark.live


@pytest.mark.parametrize("dead", Role)
async def test_the_survivor_is_not_refused(dead: Role) -> None:
    """It stands still in the middle of a checkpoint, and the failover lets it go on."""
    name = f"mid-{os.getpid()}-{dead.value}"
    lab = making.make(name, print, bound=True, accel=Accel.TCG)
    try:
        await lab.bring_up(lambda _event: None)
        await kill_in_a_checkpoint(lab, dead)
        told: list[Event] = []
        async with Session(lab.transport, lab.site) as session:
            plan = await session.resolve(shelf.runbook(f"{dead.other.value}-failover"))
            told.extend([event async for event in run(plan, session)])
        assert isinstance(told[-1], RunEnded)
    finally:
        lab.world.close()


async def kill_in_a_checkpoint(lab: Lab, dead: Role) -> None:
    """End a QEMU as soon as its peer has stopped the guest for a checkpoint."""
    async with Session(lab.transport, lab.site) as session:
        survivor = await session.monitor(dead.other)
        seen = len(survivor.events)
        while "STOP" not in [event.get("event") for event in survivor.events[seen:]]:
            await survivor.next_event(len(survivor.events), 1)
        lab.kill_host(lab.site.host(dead))
