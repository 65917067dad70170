# SPDX-License-Identifier: GPL-2.0-or-later
"""One pair that lives through the text: brought up, bereaved, resumed."""

from collections.abc import AsyncIterator, Sequence

from colorunbook.book.actions import Assign, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import Checkpoints, EventSeen, HostCondition
from colorunbook.book.phrases import Death, Expect, Place, Replacement, Vanishing
from colorunbook.check.adapt import Adaptation
from colorunbook.check.crossing import crossed
from colorunbook.check.evidence import Statement, testify
from colorunbook.check.machine import Machine
from colorunbook.check.parsers import (
    Garbled,
    Guarded,
    Passage,
    Promised,
    Typed,
    Waited,
)
from colorunbook.engine.asking import ask_host, wait_for_host
from colorunbook.engine.monitor import QmpMonitor
from colorunbook.engine.waits import REPLY, Nearer, Seen, ask, pace, wait
from colorunbook.errors import ColorunbookError, StepFailed, Untrue
from colorunbook.hosts import Host, Role
from colorunbook.lab.pair import Lab
from colorunbook.qemu.payload import NEGOTIATION, as_objects

PATIENCE = 30.0
"""The longest wait of a check, in seconds, whatever the text allows: the disks are small here."""

OWED = "to be seen "
"""How what was seen of a passage begins when it is put off."""

SETTLE = 15.0
"""How long an outcome may take to hold, in seconds."""


class Life:
    """A lab, seen as the text sees it: which address is the primary, which the secondary.

    :param is_bereft: one of the two dies in the text.
    :ivar settled: passages that were put off and came true since, with what was seen.
    """

    def __init__(self, lab: Lab, adapt: Adaptation, *, is_bereft: bool = True) -> None:
        self.lab = lab
        self._is_bereft = is_bereft
        self.dead: str | None = None
        self.settled: list[tuple[Passage, str]] = []
        self._owed: list[tuple[Passage, Machine]] = []
        self._unplaced: list[tuple[Passage, Role]] = []
        self._roles: dict[Role, str] = {}
        self._machines: dict[str, Machine] = {}
        self.adapt = adapt

    async def do(self, passage: Passage, *, at: str | None = None) -> str:
        """Do what a passage says; tell what was answered or seen.

        :param at: on this host instead of the one that the passage names.
        :raises ColorunbookError: it did not come out as the text says.
        """
        match passage.content:
            case Typed() as typed:
                said = await self._type(typed, passage.line, at)
                self._see_no_crossing()
                return said
            case Waited(expect, waiting):
                said = await self._wait(
                    self.adapt.expect(expect), min(waiting.within, PATIENCE), mark=True
                )
                self._see_no_crossing()
                return said
            case Guarded(expect) | Promised(expect):
                return self._owe(passage, expect) or await self._ask(passage)
            case Death(role, address):
                await self._lose(role, address)
                await self._machine(address).kill()
                return "killed"
            case Vanishing(role, address):
                await self._lose(role, address)
                self._machine(address).stop()
                return "stopped"
            case Replacement() | Garbled():
                raise TypeError(f"{type(passage.content).__name__} is not a life's business")

    async def replace(self, said: Replacement, before: Sequence[Passage]) -> str:
        """Start a new secondary by what the text said before, with other values of its variables.

        :param before: the passages of the sections that the sentence names.
        """
        other = next(a for a in self._machines if a != said.address)
        self._roles = {Role.PRIMARY: other, Role.SECONDARY: said.address}
        values = {line.partition("=")[0]: line for line in (said.images, said.primary)}
        for passage in before:
            content = passage.content
            if isinstance(content, Typed) and isinstance(content.command, Assign):
                name = content.command.variable.name
                await self._machine(said.address).assign(values.get(name, content.text[2:]))
            else:
                await self.do(passage, at=said.address)
        return f"{len(before)} passages done again on {said.address}"

    async def testify(self) -> tuple[Statement, ...]:
        """Ask each QEMU of this pair how it is, with a bound."""
        return await testify({r: self._machine(a) for r, a in self._roles.items()})

    async def close(self) -> None:
        """Leave nothing behind."""
        for machine in self._machines.values():
            await machine.end()
        self.lab.world.close()

    async def _lose(self, role: Role, address: str) -> None:
        """See what was put off while both are there, and count one of them as dead."""
        self._know(role, address)
        if self.dead != address:
            for machine in self._machines.values():
                await self._settle(machine)
        self.dead = address

    async def _type(self, typed: Typed, line: int, at: str | None) -> str:
        address = at or self._know(typed.where.role, typed.where.address)
        await self._place(typed.where.role)
        machine = self._machine(address)
        match typed.command:
            case Assign():
                return await machine.assign(typed.text[2:])
            case Shell():
                return await machine.shell(typed.text[2:])
            case Launch():
                return await machine.launch(typed.text[2:], line)
            case Qmp(payload):
                monitor = await self._monitor_of(machine, typed.where.place)
                reply = await monitor.execute_text(typed.text, REPLY)
                if payload.execute == NEGOTIATION:
                    machine.negotiated = True
                    await machine.second_monitor()  # once something hangs it is too late
                    await self._settle(machine)
                return str(reply)
            case Yank() as yank:
                monitor = await self._monitor_of(machine, typed.where.place)
                return await self._yank(monitor, yank)
            case Hmp() as asked:
                reply = await (await machine.monitor()).execute_text(typed.text, REPLY)
                if complaint := asked.complaint(reply):
                    raise StepFailed(f"The human monitor replied: {complaint}")
                return str(reply).strip()

    async def _monitor_of(self, machine: Machine, place: Place) -> QmpMonitor:
        if place is Place.SECOND_MONITOR:
            return await machine.second_monitor()
        return await machine.monitor()

    async def _yank(self, monitor: QmpMonitor, yank: Yank) -> str:
        """Type the command with the names that QEMU has made up, as the text says to."""
        there = as_objects(await monitor.execute(yank.question, REPLY))
        nodes = [instance for instance in there if instance.get("type") == "block-node"]
        if not nodes:
            raise StepFailed("query-yank shows no block node, so there is nothing to free")
        printed = as_objects(yank.example.arguments["instances"])
        others = [instance for instance in printed if instance.get("type") != "block-node"]
        self.adapt.made.add("The name of the block node in yank became the one in query-yank.")
        return str(await monitor.execute(yank.payload([*nodes, *others]), REPLY))

    def _owe(self, passage: Passage, expect: Expect) -> str:
        """Put off what cannot be seen yet; empty: it can.

        No question is answered before ``qmp_capabilities``. Checkpoints are waited for before the
        first death, because a later section may make them come sooner. A host is asked as soon as
        the text has said where it is.
        """
        if isinstance(expect.condition, HostCondition):
            if expect.role in self._roles:
                return ""
            self._unplaced.append((passage, expect.role))
            return f"{OWED}when its host is named"
        machine = self._of(expect.role)
        if not machine.negotiated:
            due = "when its session is open"
        elif self._is_bereft and isinstance(expect.condition, Checkpoints) and self.dead is None:
            due = "before the first death"
        else:
            return ""
        self._owed.append((passage, machine))
        return f"{OWED}{due}"

    async def _settle(self, machine: Machine) -> None:
        """See what was put off for a host."""
        due = [passage for passage, of in self._owed if of is machine]
        self._owed = [owed for owed in self._owed if owed[1] is not machine]
        await self._see(due)

    async def _place(self, role: Role) -> None:
        """See what was put off until the text named a role's host."""
        due = [passage for passage, of in self._unplaced if of is role]
        self._unplaced = [owed for owed in self._unplaced if owed[1] is not role]
        await self._see(due)

    async def _see(self, due: Sequence[Passage]) -> None:
        for passage in due:
            try:
                self.settled.append((passage, await self._ask(passage)))
            except ColorunbookError as error:
                raise Untrue(error.message, passage.line) from error

    async def _ask(self, passage: Passage) -> str:
        match passage.content:
            case Guarded(expect):
                return await self._guard(self.adapt.expect(expect))
            case Promised(expect):
                return await self._promise(self.adapt.expect(expect))
            case content:
                raise TypeError(f"{type(content).__name__} asks nothing")

    def _see_no_crossing(self) -> None:
        """Hold the connections to what two hosts would have."""
        pids = {address: m.pid for address, m in self._machines.items()}
        for found in crossed({address: pid for address, pid in pids.items() if pid is not None}):
            raise StepFailed(f"On two hosts this would not work: {found}.")

    async def _guard(self, expect: Expect) -> str:
        if isinstance(expect.condition, EventSeen | Checkpoints):
            raise StepFailed("an event cannot be asked for beforehand")
        if isinstance(expect.condition, HostCondition):
            return await self._ask_host(expect.role, expect.condition)
        monitor = await self._of(expect.role).monitor()
        holds, seen = await ask(monitor, expect.condition)
        if not holds:
            raise StepFailed(f"seen: {seen}")
        return seen

    def _host(self, role: Role) -> Host:
        if role not in self._roles:
            raise StepFailed(f"the text has not said yet where the {role.value} is")
        return Host(self._roles[role], self.lab.site.host(role).images)

    async def _ask_host(self, role: Role, condition: HostCondition) -> str:
        holds, seen = await ask_host(self.lab.transport, self._host(role), condition)
        if not holds:
            raise StepFailed(f"seen: {seen}")
        return seen

    async def _promise(self, expect: Expect) -> str:
        if isinstance(expect.condition, HostCondition):
            return await self._ask_host(expect.role, expect.condition)
        within = SETTLE
        if isinstance(expect.condition, Checkpoints):
            within += (expect.condition.count + 1) * await pace(
                await self._of(Role.PRIMARY).monitor()
            )
        return await self._wait(expect, within, mark=False)

    async def _wait(self, expect: Expect, within: float, *, mark: bool) -> str:
        seen = ""
        async for news in self._waiting(expect, within):
            if isinstance(news, Seen):
                seen = news.text
        if mark:
            for each in self._machines.values():
                each.mark()
        return seen

    async def _waiting(self, expect: Expect, within: float) -> AsyncIterator[Nearer | Seen]:
        waiting: AsyncIterator[Nearer | Seen]
        if isinstance(expect.condition, HostCondition):
            host = self._host(expect.role)
            waiting = wait_for_host(self.lab.transport, host, expect.condition, within)
        else:
            machine = self._of(expect.role)
            waiting = wait(await machine.monitor(), expect.condition, within, machine.begun)
        async for news in waiting:
            yield news

    def _know(self, role: Role, address: str) -> str:
        """Learn from the text who is where; it may not change its mind."""
        known = self._roles.setdefault(role, address)
        if known != address:
            raise StepFailed(f"the text speaks of the {role.value} on {address}; it is on {known}")
        return address

    def _of(self, role: Role) -> Machine:
        if role not in self._roles:
            raise StepFailed(f"the text has not said yet where the {role.value} is")
        return self._machine(self._roles[role])

    def _machine(self, address: str) -> Machine:
        if address not in self._machines:
            self._machines[address] = Machine(self.lab, address, self.adapt)
        return self._machines[address]
