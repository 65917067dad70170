# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays a drill: clients are served, a fault happens, a runbook is done, replication goes on."""

import asyncio
import shlex
import shutil
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from colorunbook.book.actions import Await
from colorunbook.book.runbook import Step
from colorunbook.drill import pulse, witness
from colorunbook.drill.acknowledged import Disk, DiskVerdict, judge_disk
from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.crew import Crew, Crowd, crew
from colorunbook.drill.pair import Pair
from colorunbook.drill.parts import Span, SpanKind
from colorunbook.drill.result import Result, Setting
from colorunbook.drill.scenes import Relapse, Scene
from colorunbook.drill.summary import Course, summarise
from colorunbook.drill.witness import Reign
from colorunbook.engine.events import Event, Fencing, ProofGiven, StepDone, StepStarted
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.errors import ColorunbookError, InputError, TimedOut
from colorunbook.hosts import Host
from colorunbook.lab.cables import Hand
from colorunbook.lab.faults import Fault, inject
from colorunbook.lab.guest.recipe import USUAL_ADDRESS
from colorunbook.lab.pair import ALONE, Lab
from colorunbook.lab.tree import PATH

ADDRESS: Final = str(USUAL_ADDRESS.ip)
"""Of the guest."""

UNSEEN: Final = 10.0
"""How long a fault may go unseen, in seconds."""

Tell = Callable[[str], None]


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
            drill = _Drill(lab, orders, people, hand, tell)
            await drill.begin()
            try:
                for scene in orders.scenes:
                    await drill.scene(scene)
                await asyncio.sleep(orders.rest)
            except ColorunbookError as error:
                drill.find(f"The drill ended early: {error}")
            return await drill.judge(setting)


@dataclass(slots=True)
class _Drill:
    """A drill that goes on.

    :ivar reigns: who was to answer the clients, one after the other.
    """

    lab: Lab
    orders: Orders
    people: Crew
    hand: Hand
    tell: Tell
    start: float = field(default_factory=time.monotonic)
    spans: list[Span] = field(default_factory=list)
    reigns: list[Reign] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pair: Pair = field(init=False)
    frames: Path = field(init=False)
    before: int = 0
    _beats: dict[str, Process] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pair = Pair(self.lab, self.lab.site)

    async def begin(self) -> None:
        """Boot the guest, protect it, and let the clients come."""
        lab = self.lab
        lab.prepare_images(*self._hosts())
        async with Session(lab.transport, lab.site, lab.edition) as session:
            with self._span(SpanKind.BOOT, ALONE, self.pair.primary):
                await lab.do(ALONE, session, _ignore)
                await lab.see_guest_up(self.pair.primary)
            self.tell("The guest is up.")
            with self._span(SpanKind.PROTECT, "protect", self.pair.primary):
                await lab.do("protect", session, _ignore)
        self._reign(self.start)
        self.frames = await self.people.watch()
        self.before = len((await self.people.disk()).lines)
        await self._beat()
        await self.people.gather(self.orders.crowd)
        await self.pair.session()
        self.tell("The guest is protected, and its clients are served.")

    async def scene(self, scene: Scene) -> None:
        """Let a fault happen, and see the pair through it.

        :raises ColorunbookError: a runbook failed, or nobody noticed.
        """
        await asyncio.sleep(scene.rest)
        victim = self.pair.site.host(scene.victim)
        survivor = self.pair.site.host(scene.victim.other)
        plan = self.pair.plan(f"{scene.victim.other.value}-failover")
        qemu = self.lab.qemu_of(victim)
        self.tell(f"{scene.fault.value}: {victim.address}, the {scene.victim.value}.")
        begun = self._strike(scene.fault, victim)
        self._note(SpanKind.FAULT, scene.fault.value, victim, begun, begun)
        lost = await self._lost(survivor, begun)
        self._note(SpanKind.DETECTION, "heartbeat", survivor, begun, lost)
        fence = _end(qemu.pid) if qemu is not None and _lives(qemu) else None
        await self._fail_over(survivor, self.pair.fail_over(plan, Manner(fence=fence)))
        took = time.monotonic() - begun
        self.tell(f"  {survivor.address} carries on, {took * 1000:.0f} ms after the fault.")
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
                    self._note(SpanKind.FENCE, "kill", survivor, fenced, now)
                case StepStarted(number=1):
                    first = now
                    if self.reigns[-1].host != survivor.address:
                        self.reigns.append(self._reign_of(survivor, now))
                case StepDone(step=Step(action=Await())):
                    last = now
                    self._note(SpanKind.ALIVE, "goes on", survivor, now, now)
                case StepDone():
                    last = now
                case _:
                    pass
        name = "failover"
        self._note(SpanKind.FAILOVER, name, survivor, first, last)

    async def _repair(self, victim: Host) -> None:
        """Make a host whole again, on which nothing of the old guest runs any more."""
        for beat in self._beats.values():
            with suppress(ProcessLookupError):
                beat.kill()
        if self.lab.qemu_of(victim) is not None:
            self.find(f"The QEMU of {victim.address} was still there when it was to come back.")
            self.lab.kill_host(victim)
        begun = time.monotonic()
        self.hand.set("up", self.lab.cables.ports_of(victim.address))
        self._note(SpanKind.REPAIR, "mend", victim, begun, time.monotonic())

    async def _resume(self, relapse: Relapse | None) -> None:
        with self._span(SpanKind.RESUME, "resume", self.pair.primary):
            resuming = asyncio.create_task(self._see_resumed())
            if relapse is not None:
                await asyncio.wait((resuming,), timeout=relapse.after)
                if not resuming.done() and await self._relapse(relapse, resuming):
                    resuming = asyncio.create_task(self._see_resumed())
            await resuming
        await self._beat()
        await self.pair.session()
        self.tell(f"  {self.pair.site.secondary.address} is the secondary now.")

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
        self.tell(f"  {relapse.fault.value}: {lost.address}, in the midst of its resume.")
        self._note(SpanKind.FAULT, relapse.fault.value, lost, begun, begun)
        await asyncio.sleep(self.orders.bound)
        self.lab.kill_host(lost)
        try:
            await resuming
        except ColorunbookError as error:
            self.tell(f"  The resume ended as it should: {error.message}")
        await self._repair(lost)
        if await self.pair.is_in_colo():
            plan = self.pair.plan("primary-failover")
            await self._fail_over(self.pair.primary, self.pair.fail_over(plan, Manner()))
        return True

    async def _beat(self) -> None:
        """Let each host hear the other, by the QEMUs of now."""
        first, second = self._hosts()
        for own, peer in ((first, second), (second, first)):
            qemu = self.lab.qemu_of(own)
            beat = pulse.Beat(own.address, peer.address, qemu.pid if qemu else 0, self.orders.bound)
            self._beats[own.address] = await self.people.beat(beat)
        for host in (first, second):
            await self._word(self._beats[host.address], "heard", 0.0)

    async def _lost(self, survivor: Host, since: float) -> float:
        """When a host has noticed that its peer is lost.

        :raises TimedOut: it did not.
        """
        return await self._word(self._beats[survivor.address], "lost", since)

    async def _word(self, beat: Process, wanted: str, since: float) -> float:
        try:
            async with asyncio.timeout(UNSEEN):
                while beat.stdout is not None and (line := await beat.stdout.readline()):
                    what, when = line.decode().split()
                    if what == wanted and float(when) >= since:
                        return float(when)
        except TimeoutError:
            pass
        raise TimedOut(f"The heartbeat did not say {wanted!r} within {UNSEEN:g} s.")

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
            self.find(f"The surviving disk could not be asked: {error}")
        self.findings += witness.judge(witness.read(self.frames), self.reigns)
        course = Course(
            self.start,
            end,
            requests,
            self.orders.crowd.connections,
            self.spans,
            [pause for address, pause in self.pair.pauses if self._answers(address, pause.begin)],
        )
        return summarise(setting, course, disk, self.findings)

    async def _rebooted(self) -> Disk:
        """What is on the surviving disk after both hosts lost their power: nothing is in memory."""
        for host in self._hosts():
            inject(self.lab, Fault.POWER, host, self.hand.set)
        for host in self._hosts():
            self.hand.set("up", self.lab.cables.ports_of(host.address))
        self.tell("Both hosts have lost their power; the surviving disk is booted alone.")
        async with Session(self.lab.transport, self.pair.site, self.lab.edition) as session:
            await self.lab.do(ALONE, session, _ignore)
            await self.lab.see_guest_up(self.pair.primary)
        return await self.people.disk()

    def find(self, text: str) -> None:
        """Something is wrong."""
        self.tell(text)
        self.findings.append(Finding(Flaw.DRILL, text))

    def _answers(self, address: str, when: float) -> bool:
        begun = [reign for reign in self.reigns if reign.begin <= when]
        return bool(begun) and begun[-1].host == address

    def _hosts(self) -> tuple[Host, Host]:
        return self.lab.site.primary, self.lab.site.secondary

    def _reign(self, begin: float) -> None:
        self.reigns.append(self._reign_of(self.pair.primary, begin))

    def _reign_of(self, host: Host, begin: float) -> Reign:
        return Reign(host.address, self.lab.cables.ports_of(host.address)[-1], begin)

    @contextmanager
    def _span(self, kind: SpanKind, name: str, host: Host) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self._note(kind, name, host, begun, time.monotonic())

    def _note(self, kind: SpanKind, name: str, host: Host, begin: float, end: float) -> None:
        self.spans.append(Span(kind, name, host.address, begin, end))


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    return False


def _end(pid: int) -> str:
    """A command line that ends a process: the fence of a lab.

    Not every machine has ``kill`` as a program, which begins sooner.
    """
    if (tool := shutil.which("kill", path=PATH)) is not None:
        return shlex.join((tool, "-KILL", str(pid)))
    program = f"import os, signal; os.kill({pid}, signal.SIGKILL)"
    return shlex.join((sys.executable, "-I", "-S", "-c", program))


def _ignore(_event: Event) -> None:
    """Hear of an event and do nothing."""
