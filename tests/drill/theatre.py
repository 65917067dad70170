# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab that is nowhere, for what only has to believe that there is one."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from colorunbook.drill import director, pair, pulse
from colorunbook.drill.acknowledged import Disk
from colorunbook.drill.crew import Crowd
from colorunbook.drill.requests import Request
from colorunbook.engine.events import Event, StepDone, StepStarted
from colorunbook.errors import ColorunbookError, InputError
from colorunbook.hosts import Accel, Host, Role, Site
from colorunbook.lab.cables import Cables
from colorunbook.lab.faults import Fault, SetPorts
from colorunbook.lab.guest.services import Service
from colorunbook.lab.labs import site_in
from colorunbook.lab.life import Life
from colorunbook.lab.making import APART
from colorunbook.lab.pair import Lab
from colorunbook.lab.switch import Spaces
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import JsonObject
from tests.drill.streams import stream

ONE, TWO = "10.0.0.1", "10.0.0.2"


def lab_in(folder: Path) -> Lab:
    """Two hosts with cables; nothing of it lives but this very process."""
    cables = Cables(ONE, TWO, Spaces(second=7, switch=8, client=9))
    world = World(Tree(Path("/"), "11.1.3"), folder, Life.of(os.getpid()), cables=cables)
    return Lab("mine", world, site_in(folder, Accel.TCG, tap=True, like=APART), (), linux=True)


class Beat:
    """A heartbeat that says what it is told to."""

    def __init__(self) -> None:
        self.stdout = asyncio.StreamReader()
        self.killed = False
        self.say("heard")

    def say(self, word: str) -> None:
        """Say something, now; who was killed says nothing."""
        if not self.killed:
            self.stdout.feed_data(f"{word} {time.monotonic()}\n".encode())

    def kill(self) -> None:
        """It says nothing any more."""
        self.killed = True
        self.stdout.feed_eof()


class Monitor:
    """A monitor at which nothing was heard."""

    events: tuple[JsonObject, ...] = ()


class Session:
    """Opens every monitor there is."""

    def __init__(self, _transport: object, site: Site, _edition: Edition) -> None:
        self.site = site
        self._open: dict[str, Monitor] = {}

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open.clear()

    async def monitor(self, role: Role) -> Monitor:
        """The monitor of a role."""
        return self._open.setdefault(self.site.host(role).address, Monitor())

    def opened(self) -> tuple[tuple[str, Monitor], ...]:
        """Those that are open."""
        return tuple(self._open.items())


@dataclass
class Theatre:
    """A stage on which a drill is played without a lab: people, runbooks and faults are made up.

    :ivar acts: what was done, in order.
    :ivar fails: runbooks that fail, and how; each of them once.
    :ivar waits: runbooks that wait until something happens to a host; each of them once.
    :ivar unheard: heartbeats say nothing of a death.
    :ivar intruder: the old host goes on to answer after it was struck.
    :ivar forgets: the surviving disk has lost so many lines.
    :ivar impossible: faults for which there is no QEMU.
    :ivar in_colo: the primary has a secondary in its own eyes, also where a resume was disturbed.
    """

    lab: Lab
    folder: Path
    acts: list[str] = field(default_factory=list)
    fails: dict[str, ColorunbookError] = field(default_factory=dict)
    waits: set[str] = field(default_factory=set)
    unheard: bool = False
    intruder: bool = False
    forgets: int = 0
    impossible: set[Fault] = field(default_factory=set)
    in_colo: bool = True
    crowd: Crowd | None = None
    beats: dict[str, Beat] = field(default_factory=dict)
    _happened: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def frames(self) -> Path:
        """What the witness has written down."""
        return self.folder / "frames"

    def answer(self, address: str) -> None:
        """Let the guest answer from a host."""
        port = self.lab.cables.ports_of(address)[-1]
        with self.frames.open("a") as file:
            file.write(f"{time.monotonic()} {port}\n")

    # The people of a drill.

    @asynccontextmanager
    async def people(self, *_: object) -> AsyncIterator["Theatre"]:
        """They end with the drill."""
        try:
            yield self
        finally:
            self.acts.append("everybody goes")

    async def watch(self) -> Path:
        """Write down from where answers come."""
        self.frames.touch()
        return self.frames

    async def beat(self, orders: pulse.Beat) -> Beat:
        """Start a heartbeat."""
        self.beats[orders.own] = Beat()
        return self.beats[orders.own]

    async def gather(self, crowd: Crowd) -> None:
        """The clients come."""
        self.crowd = crowd
        self.acts.append("clients come")
        self.answer(ONE)

    async def disperse(self) -> tuple[Request, ...]:
        """All of them were answered rightly."""
        self.acts.append("clients go")
        return self.requests

    @property
    def requests(self) -> tuple[Request, ...]:
        """Three on each connection; none before the clients have come."""
        many = self.crowd.connections.items() if self.crowd else ()
        return tuple(
            request
            for service, connections in many
            for connection in range(1, connections + 1)
            for request in stream(3, service, connection)
        )

    async def disk(self) -> Disk:
        """What the guest says that its disk has."""
        asked = [each for each in self.requests if each.service is Service.DISK]
        lines = [r.expected for r in sorted(asked, key=lambda r: r.got)]
        kept = lines[: len(lines) - self.forgets]
        return Disk.read("".join(f"{line}\n" for line in kept).encode())

    # What is done to the lab.

    async def do(self, name: str, session: Session, _watch: object) -> None:
        """Do a runbook."""
        await self._perform(name, session.site)

    async def run(
        self, plan: Plan, session: Session, _journal: object, _manner: object
    ) -> AsyncIterator[Event]:
        """Do a runbook, as the engine does it."""
        await self._perform(plan.name, session.site)
        for number, planned in enumerate(plan.steps, 1):
            yield StepStarted(number, planned)
            if number == 1 and plan.name.endswith("-failover"):
                self.answer(session.site.host(Role(plan.name.removesuffix("-failover"))).address)
                if self.intruder:
                    self.answer(ONE)
            yield StepDone(number, planned, {}, 0.0)

    async def _perform(self, name: str, site: Site) -> None:
        self.acts.append(f"{name} at {site.primary.address}")
        if name in self.waits:
            self.waits.remove(name)
            self._happened.clear()
            await self._happened.wait()
        if name in self.fails:
            raise self.fails.pop(name)

    def inject(self, lab: Lab, fault: Fault, host: Host, set_ports: SetPorts) -> None:
        """Let a fault happen; the peer of the host hears nothing of it any more."""
        self._happened.set()
        if fault in self.impossible:
            raise InputError(f"No QEMU runs on {host.address}.")
        self.acts.append(f"{fault.value} {host.address}")
        if fault.cables:
            set_ports("down", lab.cables.ports_of(host.address, fault.cables))
        if not self.unheard:
            for own, beat in self.beats.items():
                if own != host.address:
                    beat.say("lost")

    def set(self, _state: str, _ports: Sequence[str]) -> float:
        """Set ports of the switches."""
        return time.monotonic()

    async def ask(self, *_: object) -> tuple[bool, str]:
        """What mode a QEMU is in."""
        return True, "primary" if self.in_colo else "none"

    @contextmanager
    def hand(self, *_: object) -> Iterator["Theatre"]:
        """A hand at the switches."""
        yield self


def theatre_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Theatre:
    """Put a stage where the lab of a drill would be."""
    made = Theatre(lab_in(folder), folder)
    monkeypatch.setattr(director, "crew", made.people)
    monkeypatch.setattr(director, "inject", made.inject)
    monkeypatch.setattr(director, "Session", Session)
    monkeypatch.setattr(pair, "Session", Session)
    monkeypatch.setattr(pair, "run", made.run)
    monkeypatch.setattr(pair, "ask", made.ask)
    monkeypatch.setattr(Cables, "hand", made.hand)

    async def do(_: Lab, name: str, session: Session, watch: object) -> None:
        await made.do(name, session, watch)

    async def see_guest_up(_: Lab, host: Host) -> float:
        made.acts.append(f"a guest boots on {host.address}")
        return 0.0

    def kill_host(_: Lab, host: Host) -> None:
        made.acts.append(f"the QEMU of {host.address} ends")

    monkeypatch.setattr(Lab, "do", do)
    monkeypatch.setattr(Lab, "see_guest_up", see_guest_up)
    monkeypatch.setattr(Lab, "prepare_images", lambda *_: None)
    monkeypatch.setattr(Lab, "qemu_of", lambda *_: None)
    monkeypatch.setattr(Lab, "kill_host", kill_host)
    return made
