# SPDX-License-Identifier: GPL-2.0-or-later
"""The other side of the seam: a transport whose hosts, QEMUs and faults are made up.

Everything runs as with :class:`~colorunbook.engine.local.LocalTransport`, without a process or a
socket. Whoever waits for news of a QEMU lets a moment pass for it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from colorunbook.addresses import Door
from colorunbook.book.machines import NobodyListens
from colorunbook.book.ports import Knock
from colorunbook.engine.mimic import Mimic, Nature, listeners, roomy
from colorunbook.engine.replies import NotSoError, reply
from colorunbook.engine.transport import Output
from colorunbook.errors import StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Host
from colorunbook.qemu.dialect import NEWEST, Version
from colorunbook.qemu.payload import HMP, Json, JsonObject, Payload

MOMENT = 0.05
"""How long a QEMU takes from one thing to the next, in seconds."""


@dataclass(frozen=True, slots=True)
class Says:
    """The reply is an error with this description."""

    text: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The reply is this, and nothing is done: as from the human monitor, or a broken COLO."""

    value: Json


@dataclass(frozen=True, slots=True)
class Silence:
    """There is no reply."""


@dataclass(frozen=True, slots=True)
class Loss:
    """The session ends instead of a reply."""


@dataclass(frozen=True, slots=True)
class Hangs:
    """There is no reply, to this command or any other in band, until the QEMU is freed.

    :param bereaved: its peer loses its power then.
    """

    bereaved: bool = False


Outcome = Says | Answers | Silence | Loss | Hangs


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong.

    :param command: the name of the command, or of the human monitor's.
    :param outcome: what happens instead.
    :param nth: at which time that the command is sent, counted from 1; ``None``: each time.
    :param address: only at this host; ``None``: at any.
    """

    command: str
    outcome: Outcome
    nth: int | None = 1
    address: str | None = None

    def concerns(self, address: str, payload: Payload) -> bool:
        """Tell whether a command at an address is the one."""
        line = str(payload.arguments.get("command-line", ""))
        name = line.partition(" ")[0] if payload.execute == HMP else payload.execute
        return self.command == name and self.address in (None, address)


@dataclass(slots=True)
class FakeTransport:
    """Hosts that are made up.

    :param faults: what goes wrong.
    :param nature: how each QEMU that is launched turns out.
    :param builds: what QEMUs tell of their build, by address.
    :param broken: programs that end with a failure.
    :param doors: what comes of a knock, where it is not what the QEMUs there would do.
    :param outputs: what command lines that ask a host put out, where it is not what a host with
        room for everything would.
    :param disk: the virtual size of each image, in bytes.
    :param whole: the hosts are all on this machine.
    :ivar sent: every command that reached a QEMU, with the address of its host.
    :ivar ran: every command line, with the address of its host.
    :ivar knocked: every port that was tried.
    """

    faults: Sequence[Fault] = ()
    nature: Nature = field(default_factory=Nature)
    version: Version = NEWEST
    builds: Mapping[str, str] = field(default_factory=dict)
    broken: Sequence[str] = ()
    doors: Mapping[Door, Knock] = field(default_factory=dict)
    outputs: Mapping[tuple[str, ...], Output] = field(default_factory=dict)
    disk: int = 10 * 2**30
    whole: bool = True
    sent: list[tuple[str, Payload]] = field(default_factory=list)
    ran: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    qemus: dict[str, Mimic] = field(default_factory=dict)
    knocked: list[Door] = field(default_factory=list)

    async def connect(self, host: Host, within: float) -> "FakeMonitor":
        """Open a session; see :meth:`colorunbook.engine.transport.Transport.connect`."""
        if host.address not in self.qemus:
            raise Unavailable(f"Nobody answers at {host.address} within {within:g} s.")
        return FakeMonitor(host.address, self)

    async def qemu_version(self, host: Host) -> Version:
        """Tell the version; see :class:`colorunbook.engine.transport.Transport`."""
        self.ran.append((host.address, ("--version",)))
        return self.version

    async def runs(self, host: Host, argv: Sequence[str]) -> bool:
        """Tell whether it runs; see :meth:`colorunbook.engine.transport.Transport.runs`."""
        found = self.qemus.get(host.address)
        return found is not None and list(found.argv) == list(argv)

    async def end(self, host: Host, argv: Sequence[str]) -> None:
        """End it; see :meth:`colorunbook.engine.transport.Transport.end`."""
        if await self.runs(host, argv):
            self.kill(host.address)

    async def serves(self, host: Host) -> bool:
        """Tell whether there is one; see :class:`colorunbook.engine.transport.Transport`."""
        return host.address in self.qemus

    async def meet(self, host: Host, within: float) -> Knock:
        """Tell it; see :meth:`colorunbook.engine.transport.Transport.meet`."""
        return Knock.ANSWERS if host.address in self.qemus else Knock.REFUSED

    async def knock(self, host: Host, doors: Sequence[Door], within: float) -> tuple[Knock, ...]:
        """Tell it; see :meth:`colorunbook.engine.transport.Transport.knock`."""
        self.knocked += doors
        return tuple(self.doors.get(door) or self._listener(door) for door in doors)

    def sees_all(self, host: Host) -> bool:
        """Tell it; see :meth:`colorunbook.engine.transport.Transport.sees_all`."""
        return self.whole

    async def shell(self, host: Host, argv: Sequence[str], within: float) -> Output:
        """Answer, and do nothing; see :class:`colorunbook.engine.transport.Transport`."""
        self.ran.append((host.address, tuple(argv)))
        if argv[0] in self.broken:
            return Output(1, f"failed within {within:g} s")
        if (tuple(argv),) == NobodyListens(()).questions:
            there = [each for each in self.doors if each.address == host.address]
            return listeners(d.port for d in there if self.doors[d] is Knock.ANSWERS)
        return self.outputs.get(tuple(argv)) or roomy(argv, self.disk)

    async def tcp_tables(self, host: Host, within: float) -> Output:
        """Tell them; see :meth:`colorunbook.engine.transport.Transport.tcp_tables`."""
        (question,) = NobodyListens(()).questions
        return await self.shell(host, question, within)

    async def launch(self, host: Host, argv: Sequence[str]) -> str:
        """Put a QEMU there; see :meth:`colorunbook.engine.transport.Transport.launch`."""
        self.ran.append((host.address, tuple(argv)))
        if argv[0] in self.broken:
            raise StepFailed("QEMU ended at once.")
        self.put(host.address, argv)
        return "made up"

    def _listener(self, door: Door) -> Knock:
        return Knock.ANSWERS if door.address in self.qemus else Knock.REFUSED

    def put(self, address: str, argv: Sequence[str]) -> Mimic:
        """A QEMU at an address; the other one there is, if any, becomes its peer."""
        self.kill(address)
        made = Mimic(argv, self.nature)
        for other in self.qemus.values():
            made.peer, other.peer = other, made
        self.qemus[address] = made
        return made

    def kill(self, address: str) -> None:
        """End a QEMU, as a power cut would."""
        dead = self.qemus.pop(address, None)
        if dead is not None and dead.peer is not None:
            dead.peer.peer = None

    def mutations(self) -> list[str]:
        """The names of the commands sent that do more than ask."""
        names = [payload.execute for _, payload in self.sent]
        return [n for n in names if not n.startswith(("query-", "qom-", "x-debug-query-"))]

    def fault(self, address: str, payload: Payload) -> Outcome | None:
        """What goes wrong at the command that was sent last; ``None``: nothing."""
        for fault in self.faults:
            times = sum(fault.concerns(*sent) for sent in self.sent)
            if fault.concerns(address, payload) and fault.nth in (None, times):
                return fault.outcome
        return None


class FakeMonitor:
    """One session with a QEMU that is made up."""

    def __init__(self, address: str, hosts: FakeTransport) -> None:
        self._address = address
        self._hosts = hosts
        self._qemu = hosts.qemus[address]
        self._begun = len(self._qemu.events)
        self._lost = False
        self.is_closed = False

    @property
    def version(self) -> Version:
        """What the greeting told."""
        return self._hosts.version

    @property
    def events(self) -> Sequence[JsonObject]:
        """Every event since the session was opened, oldest first."""
        return self._qemu.events[self._begun :]

    async def execute(self, payload: Payload, within: float) -> Json:
        """Send one command; see :meth:`colorunbook.engine.transport.Monitor.execute`."""
        self._must_live()
        self._hosts.sent.append((self._address, payload))
        match self._hosts.fault(self._address, payload):
            case Says(text):
                raise StepFailed(f"QEMU replied: GenericError: {text}")
            case Answers(value):
                return value
            case Silence():
                await asyncio.sleep(within)
                raise TimedOut(f"Within {within:g} s there was no reply to {payload.text}.")
            case Hangs(bereaved):
                for other in (self._hosts.qemus.keys() - {self._address}) if bereaved else ():
                    self._hosts.kill(other)
                await self._freed(within, payload)
            case Loss():
                self._lost = True
                self._must_live()
            case None:
                pass
        if payload.execute == "query-version":
            return {"package": self._hosts.builds.get(self._address, "")}
        try:
            return reply(self._qemu, payload)
        except NotSoError as error:
            raise StepFailed(f"QEMU replied: GenericError: {error}") from error

    async def _freed(self, within: float, payload: Payload) -> None:
        end = asyncio.get_running_loop().time() + within
        before = len(self._qemu.cut)
        while len(self._qemu.cut) == before:
            if asyncio.get_running_loop().time() >= end:
                raise TimedOut(f"Within {within:g} s there was no reply to {payload.text}.")
            await asyncio.sleep(MOMENT)

    async def next_event(self, after: int, within: float) -> bool:
        """Let a moment pass; see :meth:`colorunbook.engine.transport.Monitor.next_event`."""
        if len(self.events) > after:
            return True
        await asyncio.sleep(min(within, MOMENT))
        self._must_live()
        for qemu in self._hosts.qemus.values():
            qemu.tick()
        return len(self.events) > after

    async def lost(self) -> None:
        """Wait for it; see :meth:`colorunbook.engine.transport.Monitor.lost`."""
        while self._is_there():  # noqa: ASYNC110 - a fault has no event
            await asyncio.sleep(MOMENT)

    async def close(self) -> None:
        """End the session."""
        self.is_closed = True

    def _is_there(self) -> bool:
        return not self._lost and self._hosts.qemus.get(self._address) is self._qemu

    def _must_live(self) -> None:
        if not self._is_there():
            raise Unavailable(f"The session with {self._address} was lost.")
