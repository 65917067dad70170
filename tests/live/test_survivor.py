# SPDX-License-Identifier: GPL-2.0-or-later
"""A pair that has lost one of its QEMUs: what leads on, and that nothing else is begun."""

import os
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from colorunbook import shelf
from colorunbook.engine.events import StepSkipped, StepStarted
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.errors import ColorunbookError, Refused
from colorunbook.hosts import Host
from colorunbook.lab import making
from colorunbook.lab.faults import Fault, inject
from colorunbook.lab.pair import Lab
from colorunbook.lab.provision import release

pytestmark = pytest.mark.live


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Two hosts and no QEMU yet, which end with the test."""
    made = making.make(f"sur-{os.getpid()}", print, bound=True, hosts=2, qemu=release("11.1"))
    with made.world:
        yield made


async def play(lab: Lab, name: str, until: str = "") -> list[str]:
    """Do a runbook, or what comes before a step of it; the titles of what was skipped."""
    skipped = []
    async with Session(lab.transport, lab.site, lab.edition) as session:
        plan = await session.resolve(shelf.runbook(name))
        async with aclosing(run(plan, session)) as events:
            async for event in events:
                match event:
                    case StepStarted(_, step) if step.title == until:
                        break
                    case StepSkipped(_, step):
                        skipped.append(step.title)
                    case _:
                        pass
    return skipped


async def failed(lab: Lab, name: str) -> ColorunbookError:
    """How a runbook fails."""
    with pytest.raises(ColorunbookError) as raised:
        await play(lab, name)
    return raised.value


def host(lab: Lab, role: str) -> Host:
    """The host of a role."""
    return lab.site.primary if role == "primary" else lab.site.secondary


@pytest.mark.parametrize(("dead", "survivor"), [("primary", "secondary"), ("secondary", "primary")])
async def test_a_bring_up_is_not_done_again_when_one_has_died(
    lab: Lab, dead: str, survivor: str
) -> None:
    """The failover is named, and can be done."""
    await lab.bring_up(lambda _event: None)
    lab.kill_host(host(lab, dead))
    error = await failed(lab, "bring-up")
    assert isinstance(error, Refused)
    assert f"colorunbook run {survivor}-failover" in error.advice
    assert lab.qemu_of(host(lab, dead)) is None
    await play(lab, f"{survivor}-failover")


async def test_a_failover_in_the_midst_of_a_copy_tells_what_the_guest_waits_for(lab: Lab) -> None:
    """The copy's filter is on top of the disk, and hides nothing of it."""
    await lab.bring_up(lambda _event: None)
    lab.kill_host(lab.site.secondary)
    for name in ("primary-failover", "launch-secondary", "prepare-secondary"):
        await play(lab, name)
    await play(lab, "primary-resume", until="See the guest pause")
    inject(lab, Fault.STOP, lab.site.secondary)
    inject(lab, Fault.KILL, lab.site.secondary)
    error = await failed(lab, "primary-failover")
    assert "status=running" in error.message
    assert '{"execute": "cont"}' in error.advice


async def test_a_bring_up_that_ended_between_the_two_is_done_again(lab: Lab) -> None:
    """The primary waits for the secondary, and greets nobody: it is in nobody's way."""
    lab.prepare_images(lab.site.primary, lab.site.secondary)
    await play(lab, "bring-up", until="Start the secondary")
    assert "Start the primary" in await play(lab, "bring-up", until="See COLO begin")
