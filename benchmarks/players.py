# SPDX-License-Identifier: GPL-2.0-or-later
"""Who does a runbook in a lab: the library, a bare script, the program, the least program."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Protocol

from benchmarks.bare import socket_of
from benchmarks.child import python
from benchmarks.script import Script, acts
from colorunbook import shelf
from colorunbook.book.actions import Assign, Await, Hmp, Launch, Qmp, Yank
from colorunbook.book.conditions import StatusIs
from colorunbook.book.runbook import Step
from colorunbook.engine.events import RunEnded, StepDone, StepStarted, Yanking
from colorunbook.engine.journal import Journal
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.hosts import Role, Site
from colorunbook.lab.pair import Lab
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.payload import NEGOTIATION, JsonObject


@dataclass(frozen=True, slots=True)
class Took:
    """How long a runbook took, in seconds.

    :ivar acting: from the first command to the postcondition; where it has none, to the last reply.
    :ivar whole: with all that comes before: sessions, guards, the proof that a peer is dead.
    :ivar steps: from the first command to the reply to the last one, where that was looked at.
    :ivar commands: of that, what each host's commands took; its waits are not among them.
    """

    acting: float
    whole: float
    steps: float = 0.0
    commands: Mapping[Role, float] = field(default_factory=dict)

    def __add__(self, other: "Took") -> "Took":
        return Took(
            self.acting + other.acting,
            self.whole + other.whole,
            self.steps + other.steps,
            _sum(self.commands, other.commands),
        )

    @property
    def overlapped(self) -> float:
        """What it would take if no host's commands ever waited for the other's, at the least."""
        return self.acting - min(self.commands.get(role, 0.0) for role in Role)


def _sum(some: Mapping[Role, float], others: Mapping[Role, float]) -> dict[Role, float]:
    return {role: some.get(role, 0.0) + others.get(role, 0.0) for role in Role}


class Player(Protocol):
    """Does a runbook."""

    def play(self, lab: Lab, name: str, site: Site) -> Took:
        """Do it with the roles of a site.

        :raises ColorunbookError: it did not work.
        """


class Library:
    """The engine, in this process.

    :param journal: keep one, on the disk.
    """

    def __init__(self, *, journal: bool) -> None:
        self._journal = journal

    def play(self, lab: Lab, name: str, site: Site) -> Took:
        """Do it, and see that it has worked."""
        return asyncio.run(self._play(lab, name, site))

    async def _play(self, lab: Lab, name: str, site: Site) -> Took:
        book = shelf.runbook(name)
        start = perf_counter()
        first = last = end = start
        commands = dict.fromkeys(Role, 0.0)
        with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
            async with Session(lab.transport, site, lab.edition) as session:
                plan = await session.resolve(book)
                journal = Journal(Path(folder), plan) if self._journal else None
                async for event in run(plan, session, journal):
                    if isinstance(event, Yanking | StepStarted) and first == start:
                        first = perf_counter()
                    if isinstance(event, StepDone):
                        last = perf_counter()
                        if not isinstance(event.step.action, Await):
                            commands[event.step.role] += event.seconds
                    if isinstance(event, RunEnded):
                        end = perf_counter()
                if journal is not None:
                    journal.close()
        return Took(end - first, end - start, last - first, commands)


class Bare:
    """A script over blocking sockets.

    :param ends: wait for the postcondition too.
    """

    def __init__(self, *, ends: bool) -> None:
        self._ends = ends

    def play(self, lab: Lab, name: str, site: Site) -> Took:
        """Do it, and take every reply for a good one."""
        plan = resolve(shelf.runbook(name), site, lab.dialect)
        launches = {step.role for step in plan.steps if isinstance(step.action, Launch)}
        script = Script(lab)
        start = perf_counter()
        try:
            script.open(plan.site, [role for role in plan.roles if role not in launches])
            first = perf_counter()
            script.play(plan, ends=self._ends)
            end = perf_counter()
        finally:
            script.close()
        return Took(end - first, end - start)


class Program:
    """``colorunbook run``, in a process of its own."""

    def play(self, lab: Lab, name: str, site: Site) -> Took:
        """Do it, from the start of the process to its end."""
        with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
            words = ("run", name, "--lab", lab.name, "--state", folder)
            return _process("-m", "colorunbook", *words)


class Least:
    """A Python script that imports ``qemu.qmp``, in a process of its own."""

    def play(self, lab: Lab, name: str, site: Site) -> Took:
        """Do it, from the start of the process to its end."""
        plan = resolve(shelf.runbook(name), site, lab.dialect)
        with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
            file = Path(folder) / "payloads.json"
            file.write_text(json.dumps(orders(plan)))
            return _process(str(Path(__file__).with_name("least.py")), str(file))


def _process(*words: str) -> Took:
    start = perf_counter()
    python(*words)
    took = perf_counter() - start
    return Took(took, took)


def orders(plan: Plan) -> JsonObject:
    """What the least program is told, which only one QEMU is sent to."""
    (role,) = plan.roles
    steps = [order for step in acts(plan) if (order := _order(step))]
    return {"socket": socket_of(plan.site.host(role)), "steps": [*steps]}


def _order(step: Step) -> JsonObject:
    match step.action:
        case Qmp(payload):
            if payload.execute == NEGOTIATION or payload.execute == "query-yank":
                return {}
            return payload.as_json()
        case Hmp() as line:
            return line.payload.as_json()
        case Yank(chardevs):
            return {"yank": [*chardevs]}
        case Await(StatusIs(query, member, value)):
            return {"wait": query, "member": member, "value": value}
        case Assign():
            return {}
        case action:
            raise TypeError(f"the least program cannot do {action}")
