# SPDX-License-Identifier: GPL-2.0-or-later
"""The pair of a drill: who is what now, and the runbooks that are done to it."""

import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from colorunbook import shelf
from colorunbook.book.conditions import colo_mode_is
from colorunbook.drill import measures
from colorunbook.drill.measures import Stretch
from colorunbook.engine.events import Event
from colorunbook.engine.manner import Manner, on_failure
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.waits import ask
from colorunbook.errors import Unavailable
from colorunbook.hosts import Host, Role, Site
from colorunbook.lab.pair import Lab
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.payload import JsonObject, is_object

NEW_SECONDARY: Final = ("launch-secondary", "prepare-secondary", "set-checkpoint-delay")
"""What comes before a resume."""


@dataclass(slots=True)
class Pair:
    """Two QEMUs, as those who run them know them.

    :param site: with the roles of now.
    :ivar heirs: the addresses whose QEMU was a secondary once: its resume is another.
    :ivar pauses: when the guest stood still, by the address of the host.
    """

    lab: Lab
    site: Site
    heirs: set[str] = field(default_factory=set)
    pauses: list[tuple[str, Stretch]] = field(default_factory=list)
    _session: Session | None = None

    @property
    def primary(self) -> Host:
        """The host that clients are answered by."""
        return self.site.primary

    async def session(self) -> Session:
        """An open session with both, as a watch over the pair would have it.

        Who has gone meanwhile is not in it: its death may be what the session is for.
        """
        if self._session is None:
            session = Session(self.lab.transport, self.site, self.lab.edition)
            self._session = session
            for role in Role:
                with suppress(Unavailable):
                    await session.monitor(role)
        return self._session

    async def close(self) -> None:
        """Close the session, and keep what was heard in it."""
        session, self._session = self._session, None
        if session is not None:
            await self._close(session)

    def plan(self, name: str) -> Plan:
        """A runbook for the roles of now."""
        return resolve(shelf.runbook(name), self.site, self.lab.dialect)

    async def fail_over(self, plan: Plan, manner: Manner) -> AsyncIterator[Event]:
        """Do a failover, in the session that is open.

        :raises ColorunbookError: what the engine says.
        """
        async for event in run(plan, await self.session(), None, manner):
            yield event
        await self.close()
        if plan.name == "secondary-failover":
            self.site = self.site.flipped()
            self.heirs.add(self.primary.address)

    async def resume(self) -> AsyncIterator[Event]:
        """Give the survivor a new secondary.

        :raises ColorunbookError: what the engine says.
        """
        self.heirs.discard(self.site.secondary.address)
        heir = self.primary.address in self.heirs
        last = "secondary-resume" if heir else "primary-resume"
        for name, site in (
            *((name, self.site) for name in NEW_SECONDARY),
            (last, self.site.flipped() if heir else self.site),
        ):
            session = Session(self.lab.transport, site, self.lab.edition)
            plan = resolve(shelf.runbook(name), site, self.lab.dialect)
            try:
                async for event in run(plan, session, None, Manner(rollback=on_failure)):
                    yield event
            finally:
                await self._close(session)

    async def is_in_colo(self) -> bool:
        """Whether the primary has a secondary in its own eyes.

        :raises ColorunbookError: it does not answer.
        """
        async with Session(self.lab.transport, self.site, self.lab.edition) as session:
            _, mode = await ask(await session.monitor(Role.PRIMARY), colo_mode_is(""))
        return mode == Role.PRIMARY.value

    async def _close(self, session: Session) -> None:
        for address, monitor in session.opened():
            told = [(_monotonic(event), str(event.get("event"))) for event in monitor.events]
            self.pauses += [(address, each) for each in measures.pauses(told)]
        await session.__aexit__()


def _monotonic(event: JsonObject) -> float:
    """When an event was sent, in seconds of ``CLOCK_MONOTONIC``; QEMU tells the time of day."""
    stamp = event.get("timestamp")
    if not is_object(stamp):
        return time.monotonic()
    seconds, micro = stamp.get("seconds"), stamp.get("microseconds")
    if not isinstance(seconds, int) or not isinstance(micro, int):
        return time.monotonic()
    return seconds + micro / 1e6 - (time.time() - time.monotonic())
