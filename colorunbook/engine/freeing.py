# SPDX-License-Identifier: GPL-2.0-or-later
"""Freeing a QEMU that waits for a peer that has vanished, past whatever hangs in it."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Sequence

from colorunbook.book.actions import Yank
from colorunbook.engine.events import Yanked
from colorunbook.engine.presence import answers, has_gone
from colorunbook.engine.session import Session
from colorunbook.engine.transport import Monitor
from colorunbook.errors import ColorunbookError, StepFailed
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Json, JsonObject, Payload

HANGS = 1.0
"""After how many seconds without a reply a QEMU whose peer is dead is taken to wait for it; the
session with a peer that was lost is a sign of that."""

HANGS_BESIDE_A_PEER = 15
"""The same where the peer may be there, and only be slow: cutting it off ends the replication."""

ANSWER = 5.0
"""How long a reply out of band may take, in seconds; nothing in QEMU is before it in the queue."""


async def free(plan: Plan, session: Session, role: Role, yank: Yank, why: str) -> Yanked:
    """Cut what leads to the peer, out of band.

    :param why: what it is done for.
    :raises Unavailable: the QEMU does not answer out of band either.
    :raises StepFailed: it refuses.
    """
    monitor = await session.spare(role, plan.site)
    chosen = yank.chosen(await monitor.execute(yank.question, ANSWER))
    if chosen:
        try:
            await monitor.execute(yank.payload(chosen), ANSWER)
        except StepFailed:  # one of them was gone meanwhile, and then none is cut
            chosen = yank.chosen(await monitor.execute(yank.question, ANSWER))
            await monitor.execute(yank.payload(chosen), ANSWER)
    return Yanked(role, tuple(map(_named, chosen)), why)


async def leads_to_a_peer(plan: Plan, session: Session, role: Role, yank: Yank) -> bool:
    """Tell of a QEMU that answers only out of band whether it is one that can be freed.

    It is when it has all that leads from a primary in COLO to its secondary.

    :raises Unavailable: it does not answer out of band either.
    :raises StepFailed: it refuses.
    """
    monitor = await session.spare(role, plan.site)
    chosen = yank.chosen(await monitor.execute(yank.question, ANSWER))
    kinds = {instance.get("type") for instance in chosen}
    chardevs = {instance.get("id") for instance in chosen}
    return {"block-node", "migration", "chardev"} == kinds and {*yank.chardevs} <= chardevs


def yank_of(plan: Plan) -> tuple[Role, Yank] | None:
    """What frees the QEMU of a plan, and whose QEMU that is; ``None``: nothing does."""
    for step in (*plan.freeing, *plan.steps):
        if isinstance(step.action, Yank):
            return step.role, step.action
    return None


class Freer:
    """Frees the QEMU of a plan whenever it hangs: at a command, in a wait, at an undo.

    :ivar freed: what had to be cut so that a reply came, until it is told.
    """

    def __init__(self, plan: Plan, session: Session) -> None:
        self._plan = plan
        self._session = session
        self._yank = yank_of(plan)
        self.freed: list[Yanked] = []
        self._turn = asyncio.Lock()
        self._looks = 0

    def told(self) -> list[Yanked]:
        """What had to be cut and was not told yet; it is now."""
        freed, self.freed = self.freed, []
        return freed

    async def monitor(self, role: Role) -> Monitor:
        """The monitor of a role; where that is the QEMU that can be freed, it is when it hangs.

        :raises Unavailable: it cannot be opened.
        """
        monitor = await self._session.monitor(role, self._plan.site)
        if self._yank is None or self._yank[0] is not role:
            return monitor
        await self._session.spare(role, self._plan.site)  # once something hangs it is too late
        return _Freeing(self, monitor)

    async def sent(self, monitor: Monitor, payload: Payload, within: float) -> Json:
        """Send a command; where it hangs, free the QEMU of its peer and go on waiting."""
        if payload.oob or within <= HANGS:
            return await monitor.execute(payload, within)
        loop = asyncio.get_running_loop()
        begun, answered = loop.time(), loop.create_future()
        watching: list[asyncio.Task[None]] = []

        async def watch() -> None:
            if await self._hangs(answered):
                after = loop.time() - begun
                await self.cut_off(f"{payload.execute} had no reply after {after:.3g} s")

        timer = loop.call_later(HANGS, lambda: watching.append(loop.create_task(watch())))
        try:
            return await monitor.execute(payload, within)
        except asyncio.CancelledError:
            for task in watching:
                task.cancel()
            raise
        finally:
            timer.cancel()
            answered.set_result(None)
            for task in watching:
                await task

    async def _hangs(self, answered: "asyncio.Future[None]") -> bool:
        """Tell of a command without a reply when it is time for its peer to be cut off."""
        if self._yank is None or self._plan.buries:
            return not answered.done()
        gone = asyncio.ensure_future(has_gone(self._plan, self._session, self._yank[0].other))
        try:
            await asyncio.wait(
                (answered, gone), timeout=HANGS_BESIDE_A_PEER - HANGS, return_when=FIRST_COMPLETED
            )
        finally:
            gone.cancel()
        return not answered.done()

    async def cut_off(self, why: str) -> None:
        """Free the QEMU of a peer that is dead, or does not answer; a peer that does is spared.

        Where several questions hang in one QEMU, this is done once for all of them.
        """
        looks = self._looks
        async with self._turn:
            if looks == self._looks:
                await self._cut_off(why)
                self._looks += 1

    async def _cut_off(self, why: str) -> None:
        if self._yank is None:
            return
        role, yank = self._yank
        if self._plan.buries is None and await answers(self._plan, self._session, role.other):
            return
        try:
            self.freed.append(await free(self._plan, self._session, role, yank, why))
        except ColorunbookError as error:
            self.freed.append(Yanked(role, (), f"{why}, and nothing could be cut: {error.message}"))


class _Freeing:
    """A monitor whose QEMU is freed when it hangs."""

    def __init__(self, freer: Freer, monitor: Monitor) -> None:
        self._freer = freer
        self._monitor = monitor

    @property
    def version(self) -> Version:
        return self._monitor.version

    @property
    def events(self) -> Sequence[JsonObject]:
        return self._monitor.events

    async def execute(self, payload: Payload, within: float) -> Json:
        return await self._freer.sent(self._monitor, payload, within)

    async def next_event(self, after: int, within: float) -> bool:
        return await self._monitor.next_event(after, within)

    async def lost(self) -> None:
        await self._monitor.lost()

    async def close(self) -> None:
        await self._monitor.close()


def _named(instance: JsonObject) -> str:
    name = instance.get("node-name") or instance.get("id")
    return f"{instance.get('type')} {name}" if name else str(instance.get("type"))
