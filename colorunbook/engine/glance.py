# SPDX-License-Identifier: GPL-2.0-or-later
"""A session for questions alone: who has not answered once is not waited for again."""

from collections.abc import Sequence

from colorunbook.engine.session import Session
from colorunbook.engine.transport import Monitor
from colorunbook.errors import TimedOut, Unavailable
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Json, JsonObject, Payload


class Glance(Session):
    """Opens monitors as a session does; a QEMU that hangs costs one time-out and no more."""

    async def monitor(self, role: Role, site: Site | None = None) -> Monitor:
        """The monitor of a role, which is asked until a question has no answer.

        :raises Unavailable: it cannot be opened.
        """
        found = await super().monitor(role, site)
        address = (site or self.site).host(role).address
        if not isinstance(found, _Once):
            found = self._open[address] = _Once(found)
        return found


class _Once:
    """A monitor that gives up at the first time-out."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._silence = ""

    @property
    def version(self) -> Version:
        return self._monitor.version

    @property
    def events(self) -> Sequence[JsonObject]:
        return self._monitor.events

    async def execute(self, payload: Payload, within: float) -> Json:
        if self._silence:
            raise Unavailable(f"It was not asked {payload.execute}: {self._silence}")
        try:
            return await self._monitor.execute(payload, within)
        except TimedOut as error:
            self._silence = error.message
            raise

    async def next_event(self, after: int, within: float) -> bool:
        return await self._monitor.next_event(after, within)

    async def lost(self) -> None:
        await self._monitor.lost()

    async def close(self) -> None:
        await self._monitor.close()
