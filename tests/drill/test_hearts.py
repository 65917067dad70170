# SPDX-License-Identifier: GPL-2.0-or-later
"""The director hears the heartbeats of both hosts."""

import asyncio
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field

import pytest

from colorunbook.drill import hearts
from colorunbook.drill.hearts import Hearts
from colorunbook.drill.pulse import Beat
from colorunbook.errors import TimedOut
from colorunbook.hosts import Host

ONE, TWO = Host("10.0.0.1", "/a"), Host("10.0.0.2", "/b")
BEATS = (Beat(ONE.address, TWO.address, 1), Beat(TWO.address, ONE.address, 2))


@dataclass
class Says:
    """Starts programs that say something and wait."""

    lines: str
    started: list[Process] = field(default_factory=list)

    async def beat(self, _orders: Beat) -> Process:
        """One that says it."""
        program = f"printf '{self.lines}'; exec sleep 300"
        self.started.append(await asyncio.create_subprocess_exec("sh", "-c", program, stdout=PIPE))
        return self.started[-1]


async def ended(people: Says, made: Hearts) -> list[int]:
    """How they end."""
    made.end()
    return [await each.wait() for each in people.started]


async def test_a_loss_is_told_with_its_time() -> None:
    """Whatever was said of the time before the fault."""
    people = Says("heard 1.0\\nlost 2.0\\nheard 3.0\\nlost 4.5\\n")
    made = Hearts(people, 0.3)
    await made.begin(BEATS)
    assert 4.5 == await made.lost(TWO, 2.5)
    assert [-9, -9] == await ended(people, made)


async def test_they_have_begun_when_each_host_has_heard_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that hears nothing is named; the bound counts too."""
    monkeypatch.setattr(hearts, "UNSEEN", 0.1)
    people = Says("lost 2.0\\n")
    made = Hearts(people, 0.2)
    told = "The heartbeat of 10.0.0.1 did not say 'heard' within 0.3 s."
    with pytest.raises(TimedOut, match=told):
        await made.begin(BEATS)
    assert [-9, -9] == await ended(people, made)


async def test_a_heartbeat_that_has_ended_says_nothing() -> None:
    """Nobody waits for it until the time is over."""
    people = Says("heard 1.0\\n")
    made = Hearts(people, 300)
    await made.begin(BEATS)
    await ended(people, made)
    with pytest.raises(TimedOut, match="did not say 'lost'"):
        await made.lost(ONE, 0)
