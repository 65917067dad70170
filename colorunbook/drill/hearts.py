# SPDX-License-Identifier: GPL-2.0-or-later
"""The heartbeats of both hosts, as the director of a drill hears them."""

from asyncio import timeout
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from colorunbook.drill.pulse import Beat
from colorunbook.errors import TimedOut
from colorunbook.hosts import Host

UNSEEN: Final = 10.0
"""How long a fault may go unseen beyond the bound, in seconds."""


class Starts(Protocol):
    """Starts programs on the hosts of a drill."""

    async def beat(self, orders: Beat) -> Process:
        """Start the heartbeat of a host."""


@dataclass(slots=True)
class Hearts:
    """A heartbeat on each host.

    :param bound: how long a peer may be silent before it counts as lost, in seconds.
    """

    people: Starts
    bound: float
    _beats: dict[str, Process] = field(default_factory=dict)

    async def begin(self, beats: Sequence[Beat]) -> None:
        """Start them, and wait until each host has heard the other.

        :raises TimedOut: one does not.
        """
        for beat in beats:
            self._beats[beat.own] = await self.people.beat(beat)
        for beat in beats:
            await self._word(beat.own, "heard", 0.0)

    async def lost(self, survivor: Host, since: float) -> float:
        """When a host has noticed that its peer is lost; seconds of ``CLOCK_MONOTONIC``.

        :raises TimedOut: it did not.
        """
        return await self._word(survivor.address, "lost", since)

    def end(self) -> None:
        """End them: a QEMU that they tell of is gone."""
        for beat in self._beats.values():
            with suppress(ProcessLookupError):
                beat.kill()

    async def _word(self, address: str, wanted: str, since: float) -> float:
        beat, within = self._beats[address], self.bound + UNSEEN
        with suppress(TimeoutError):
            async with timeout(within):
                while beat.stdout is not None and (line := await beat.stdout.readline()):
                    what, when = line.decode().split()
                    if what == wanted and float(when) >= since:
                        return float(when)
        raise TimedOut(f"The heartbeat of {address} did not say {wanted!r} within {within:g} s.")
