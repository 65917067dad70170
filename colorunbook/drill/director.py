# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays a drill: clients are served, a fault happens, a runbook is done, replication goes on."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from colorunbook.book.actions import Await
from colorunbook.book.runbook import Step
from colorunbook.drill import pulse, witness
from colorunbook.drill.acknowledged import Disk, DiskVerdict, judge_disk
from colorunbook.drill.crew import Crew, Crowd, crew
from colorunbook.drill.fence import fence_of
from colorunbook.drill.hearts import Hearts
from colorunbook.drill.pair import Pair
from colorunbook.drill.parts import SpanKind
from colorunbook.drill.result import Result, Setting
from colorunbook.drill.scenes import Relapse, Scene
from colorunbook.drill.score import Score, Tell
from colorunbook.drill.summary import Course, summarise
from colorunbook.engine.events import Event, Fencing, ProofGiven, StepDone, StepStarted
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.errors import ColorunbookError, InputError
from colorunbook.hosts import Host
from colorunbook.lab.cables import Hand
from colorunbook.lab.faults import Fault, inject
from colorunbook.lab.guest.recipe import USUAL_ADDRESS
from colorunbook.lab.pair import ALONE, Lab

ADDRESS: Final = str(USUAL_ADDRESS.ip)
"""Of the guest."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be played.

    :param scenes: one after the other.
    :param crowd: the clients.
    :param bound: how long a peer may be silent before it counts as lost, in seconds.
    :param rest: how long clients are served after the last resume, in seconds.
    :param disk: the surviving disk is booted at the end, and asked for every write.
    """

    scenes: Sequence[Scene]
    crowd: Crowd
    bound: float = pulse.BOUND
    rest: float = 5.0
    disk: bool = True


async def play(lab: Lab, setting: Setting, orders: Orders, folder: Path, tell: Tell) -> Result:
    """Play a drill in a lab of two hosts with a Linux, which is empty.

    A runbook that fails ends the drill; that is a finding, and what was seen so far is judged.

    :param folder: for what clients and witness write.
    :param tell: told what happens, a sentence each.
    :raises ColorunbookError: it did not come to the first scene, or what was written is lost.
    """
    async with crew(lab, ADDRESS, folder) as people:
        with lab.cables.hand(lab.world.keeper) as hand:
            drill = _Drill(lab, orders, people, hand, Score(lab.cables, tell))
            await drill.begin()
            try:
                for scene in orders.scenes:
                    await drill.scene(scene)
                await asyncio.sleep(orders.rest)
            except ColorunbookError as error:
                drill.score.find(f"The drill ended early: {error}")
            return await drill.judge(setting)


@dataclass(slots=True)
class _Drill:
    """A drill that goes on.

    :ivar frames: what the witness writes.
    :ivar before: how many lines the disk had before the first client came.
    """

    lab: Lab
    orders: Orders
    people: Crew
    hand: Hand
    score: Score
    hearts: Hearts = field(init=False)
    pair: Pair = field(init=False)
    frames: Path = field(init=False)
    before: int = 0

    def __post_init__(self) -> None:
        self.hearts = Hearts(self.people, self.orders.bound)
        self.pair = Pair(self.lab, self.lab.site)

    async def begin(self) -> None:
        """Boot the guest, protect it, and let the clients come."""
        lab = self.lab
        lab.prepare_images(*self._hosts())
        async with Session(lab.transport, lab.site, lab.edition) as session:
            with self.score.span(SpanKind.BOOT, ALONE, self.pair.primary):
                await lab.do(ALONE, session, _ignore)
                await lab.see_guest_up(self.pair.primary)
            self.score.tell("The guest is up.")
            with self.score.span(SpanKind.PROTECT, "protect", self.pair.primary):
                await lab.do("protect", session, _ignore)
        self.score.reign(self.pair.primary, self.score.start)
        self.frames = await self.people.watch()
        self.before = len((await self.people.disk()).lines)
        await self._beat()
        await self.people.gather(self.orders.crowd)
        await self.pair.session()
        self.score.tell("The guest is protected, and its clients are served.")

    async def scene(self, scene: Scene) -> None:
        """Let a fault happen, and see the pair through it.

        :raises ColorunbookError: a runbook failed, or nobody noticed.
        """
        await asyncio.sleep(scene.rest)
        victim = self.pair.site.host(scene.victim)
        survivor = self.pair.site.host(scene.victim.other)
        plan = self.pair.plan(f"{scene.victim.other.value}-failover")
        qemu = self.lab.qemu_of(victim)
        self.score.tell(f"{scene.fault.value}: {victim.address}, the {scene.victim.value}.")
        begun = self._strike(scene.fault, victim)
        self.score.note(SpanKind.FAULT, scene.fault.value, victim, begun)
        lost = await self.hearts.lost(survivor, begun)
        self.score.note(SpanKind.DETECTION, "heartbeat", survivor, begun, lost)
        fence = fence_of(qemu)
        await self._fail_over(survivor, self.pair.fail_over(plan, Manner(fence=fence)))
        took = time.monotonic() - begun
        self.score.tell(f"  {survivor.address} carries on, {took * 1000:.0f} ms after the fault.")
        await self._repair(victim)
        await self._resume(scene.relapse)

    def _strike(self, fault: Fault, victim: Host) -> float:
        """Let a fault happen; when it did."""
        when: list[float] = []
        if not fault.cables:
            when.append(time.monotonic())
        inject(self.lab, fault, victim, lambda s, ports: when.append(self.hand.set(s, ports)))
        return when[0]

    async def _fail_over(self, survivor: Host, events: AsyncIterator[Event]) -> None:
        first = last = fenced = time.monotonic()
        async for event in events:
            now = time.monotonic()
            match event:
                case Fencing():
                    fenced = now
                case ProofGiven(kind="fence"):
                    self.score.note(SpanKind.FENCE, "kill", survivor, fenced, now)
                case StepStarted(number=1):
                    first = now
                    self.score.reign(survivor, now)
                case StepDone(step=Step(action=Await())):
                    last = now
                    self.score.note(SpanKind.ALIVE, "goes on", survivor, now)
                case StepDone():
                    last = now
                case _:
                    pass
        self.score.note(SpanKind.FAILOVER, "failover", survivor, first, last)

    async def _repair(self, victim: Host) -> None:
        """Make a host whole again, on which nothing of the old guest runs any more."""
        self.hearts.end()
        if self.lab.qemu_of(victim) is not None:
            self.score.find(
                f"The QEMU of {victim.address} was still there when it was to come back."
            )
            self.lab.kill_host(victim)
        begun = time.monotonic()
        self.hand.set("up", self.lab.cables.ports_of(victim.address))
        self.score.note(SpanKind.REPAIR, "mend", victim, begun, time.monotonic())

    async def _resume(self, relapse: Relapse | None) -> None:
        with self.score.span(SpanKind.RESUME, "resume", self.pair.primary):
            resuming = asyncio.create_task(self._see_resumed())
            if relapse is not None:
                await asyncio.wait((resuming,), timeout=relapse.after)
                if not resuming.done() and await self._relapse(relapse, resuming):
                    resuming = asyncio.create_task(self._see_resumed())
            await resuming
        await self._beat()
        await self.pair.session()
        self.score.tell(f"  {self.pair.site.secondary.address} is the secondary now.")

    async def _see_resumed(self) -> None:
        async for _ in self.pair.resume():
            pass

    async def _relapse(self, relapse: Relapse, resuming: "asyncio.Task[None]") -> bool:
        """Take the new secondary away before it is one, and see what that leaves behind it.

        Nobody has a heartbeat yet: the loser is cut off after the bound of one.

        :returns: whether it happened: there may be no QEMU yet that it could happen to.
        """
        lost = self.pair.site.secondary
        try:
            begun = self._strike(relapse.fault, lost)
        except InputError:
            return False
        self.score.tell(f"  {relapse.fault.value}: {lost.address}, in the midst of its resume.")
        self.score.note(SpanKind.FAULT, relapse.fault.value, lost, begun)
        await asyncio.sleep(self.orders.bound)
        self.lab.kill_host(lost)
        try:
            await resuming
        except ColorunbookError as error:
            self.score.tell(f"  The resume ended as it should: {error.message}")
        await self._repair(lost)
        if await self.pair.is_in_colo():
            plan = self.pair.plan("primary-failover")
            await self._fail_over(self.pair.primary, self.pair.fail_over(plan, Manner()))
        return True

    async def _beat(self) -> None:
        """Let each host hear the other, by the QEMUs of now."""
        first, second = self._hosts()
        beats = []
        for own, peer in ((first, second), (second, first)):
            qemu = self.lab.qemu_of(own)
            pid = qemu.pid if qemu else 0
            beats.append(pulse.Beat(own.address, peer.address, pid, self.orders.bound))
        await self.hearts.begin(beats)

    async def judge(self, setting: Setting) -> Result:
        """Let the clients go, look at the disk, and tell what was seen."""
        requests = await self.people.disperse()
        end = time.monotonic()
        await self.pair.close()
        disk: DiskVerdict | None = None
        try:
            if self.orders.disk:
                disk = judge_disk(requests, await self._rebooted(), self.before)
        except ColorunbookError as error:
            self.score.find(f"The surviving disk could not be asked: {error}")
        score = self.score
        score.findings += witness.judge(witness.read(self.frames), score.reigns)
        course = Course(
            score.start,
            end,
            requests,
            self.orders.crowd.connections,
            score.spans,
            score.felt(self.pair.pauses),
        )
        return summarise(setting, course, disk, score.findings)

    async def _rebooted(self) -> Disk:
        """What is on the surviving disk after both hosts lost their power: nothing is in memory."""
        for host in self._hosts():
            inject(self.lab, Fault.POWER, host, self.hand.set)
        for host in self._hosts():
            self.hand.set("up", self.lab.cables.ports_of(host.address))
        self.score.tell("Both hosts have lost their power; the surviving disk is booted alone.")
        async with Session(self.lab.transport, self.pair.site, self.lab.edition) as session:
            await self.lab.do(ALONE, session, _ignore)
            await self.lab.see_guest_up(self.pair.primary)
        return await self.people.disk()

    def _hosts(self) -> tuple[Host, Host]:
        return self.lab.site.primary, self.lab.site.secondary


def _ignore(_event: Event) -> None:
    """Hear of an event and do nothing."""
