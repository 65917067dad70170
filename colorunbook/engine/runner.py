# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine: a plan, done on live QEMUs, step by step, until its postcondition is seen."""

import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from colorunbook.book.actions import Assign, Await, Hmp, Launch, Qmp, Shell
from colorunbook.book.conditions import Checkpoints, Condition, EventSeen, guest_is
from colorunbook.book.phrases import Expect, plain
from colorunbook.book.runbook import Step
from colorunbook.engine.events import (
    Event,
    ExpectationMet,
    GuardHeld,
    Progress,
    QemuSpoke,
    RunEnded,
    RunStarted,
    StepDone,
    StepStarted,
)
from colorunbook.engine.journal import Journal
from colorunbook.engine.monitor import NEGOTIATION
from colorunbook.engine.session import Session, in_step
from colorunbook.engine.transport import Monitor
from colorunbook.engine.waits import REPLY, Nearer, Seen, ask, pace, wait
from colorunbook.errors import ColorunbookError, Refused, StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Json, Payload

SETTLE = 30.0
"""How long a part of the postcondition may take to hold, in seconds."""

_STOP = Qmp(Payload("stop"))

IMAGE = 120.0
"""How long a command of a shell may take, in seconds."""


async def run(
    plan: Plan, session: Session, journal: Journal | None = None
) -> AsyncGenerator[Event, None]:
    """Do a plan.

    :param journal: where each event is put before it is yielded.
    :raises Refused: a guard does not hold; nothing has been sent.
    :raises StepFailed: QEMU, a shell or the postcondition said no; the error names the step.
    :raises Unavailable: a QEMU could not be reached, or did not answer in time.
    """
    done = 0
    try:
        async for event in _Run(plan, session).events():
            if isinstance(event, StepDone):
                done = event.number
            if journal is not None:
                _keep(journal, event, done)
            yield event
    except BaseException as error:
        if journal is not None:
            journal.fail(error)
        raise


def _keep(journal: Journal, event: Event, done: int) -> None:
    try:
        journal.write(event)
    except Unavailable as error:
        where = f"Steps 1 to {done} are done, no other." if done else "No step is done."
        raise Unavailable(error.message, f"{where} {error.advice}") from error


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen of a guard."""

    expect: Expect
    holds: bool
    seen: str


async def ask_guards(plan: Plan, session: Session) -> tuple[Verdict, ...]:
    """Ask every guard of a plan; nothing is changed.

    :raises Unavailable: a QEMU could not be reached.
    """
    return tuple([await _ask(plan, session, expect) for expect in plan.starts])


async def _ask(plan: Plan, session: Session, expect: Expect) -> Verdict:
    condition = expect.condition
    if isinstance(condition, EventSeen | Checkpoints):
        raise TypeError(f"{type(condition).__name__} cannot be asked beforehand")
    return Verdict(expect, *await ask(await session.monitor(expect.role, plan.site), condition))


class _Run:
    """One run: the plan, the monitors, and from where on their events count."""

    def __init__(self, plan: Plan, session: Session) -> None:
        self.plan = plan
        self.session = session
        self.begun: dict[str, int] = {}
        self.told: dict[str, int] = {}
        self.waited = False
        self.replied: Json = None

    async def events(self) -> AsyncIterator[Event]:
        start = time.perf_counter()
        self._mark()
        self.told = dict(self.begun)
        yield RunStarted(self.plan.name, self.plan.digest, len(self.plan.steps))
        await self._refuse_to_start_twice()
        for expect in self.plan.starts:
            yield await self._guard(expect)
        for number, step in enumerate(self.plan.steps, 1):
            async for event in self._step(number, step):
                yield event
        async for event in self._ends():
            yield event
        yield RunEnded(time.perf_counter() - start)

    async def _refuse_to_start_twice(self) -> None:
        """A QEMU that runs already may be the one that carries the guest."""
        for step in self.plan.steps:
            host = self.plan.site.host(step.role)
            if isinstance(step.action, Launch) and await self.session.transport.serves(host):
                raise Refused(
                    f"{self.plan.name} is refused, and nothing was sent: on the {step.role.value} "
                    f"{host.address} a QEMU serves {host.monitor} already.",
                    "End it first, or choose another monitor; if the roles have changed hosts, "
                    "give --primary.",
                )

    async def _guard(self, expect: Expect) -> GuardHeld:
        verdict = await _ask(self.plan, self.session, expect)
        if not verdict.holds:
            raise Refused(
                f"{self.plan.name} is refused, and nothing was sent: it begins only when "
                f"{plain(expect)}; seen: {verdict.seen}.",
                f"'colorunbook show {self.plan.name}' tells what it is for.",
            )
        return GuardHeld(expect, verdict.seen)

    async def _step(self, number: int, step: Step) -> AsyncIterator[Event]:
        yield StepStarted(number, step)
        start = time.perf_counter()
        try:
            if isinstance(step.action, Await):
                async for event in self._await(number, step, step.action):
                    yield event
                self.waited = True
            else:
                if self.waited:
                    self._mark()
                self.replied = await self._act(step)
        except ColorunbookError as error:
            for event in self._news():
                yield event
            host = self.plan.site.host(step.role).address
            where = f"Step {number} of {len(self.plan.steps)}, '{step.title}' on the "
            raise in_step(
                error,
                f"{where}{step.role.value} {host}",
                await self._standing(number),
            ) from error
        yield StepDone(number, step, self.replied, time.perf_counter() - start)
        for event in self._news():
            yield event

    async def _standing(self, number: int) -> str:
        """How things are when a step has failed: what is done, and whether the guest waits."""
        if number == 1:
            return "No step is done."
        done = "Step 1 is done." if number == 2 else f"Steps 1 to {number - 1} are done."
        stopped = [step for step in self.plan.steps[: number - 1] if step.action == _STOP]
        for step in stopped:
            with contextlib.suppress(ColorunbookError):
                paused, _ = await ask(await self._monitor(step.role), guest_is("paused"))
                if paused:
                    done += (
                        " The guest is paused: when nothing of the pair is left half done, "
                        '{"execute": "cont"} in its monitor lets it go on, alone.'
                    )
        return done

    async def _act(self, step: Step) -> Json:
        host = self.plan.site.host(step.role)
        match step.action:
            case Assign(variable):
                return f"{variable.name} is {variable.value}"
            case Shell(words):
                argv = [word.text for word in words]
                output = await self.session.transport.shell(host, argv, IMAGE)
                if output.status:
                    raise StepFailed(f"{argv[0]} ended with {output.status}: {output.text.strip()}")
                return output.text.strip()
            case Launch(words):
                await self.session.forget(step.role, self.plan.site)
                return await self.session.transport.launch(host, [word.text for word in words])
            case Qmp(payload):
                monitor = await self._monitor(step.role)
                if payload.execute == NEGOTIATION:
                    return "sent when the session was opened"
                return await monitor.execute(payload, REPLY)
            case Hmp() as line:
                return await self._hmp(await self._monitor(step.role), line)
            case Await():
                raise TypeError("a wait is not an act")

    async def _hmp(self, monitor: Monitor, line: Hmp) -> Json:
        reply = await monitor.execute(line.payload, REPLY)
        if complaint := line.complaint(reply):
            raise StepFailed(f"The human monitor replied: {complaint}")
        return str(reply).strip()

    async def _await(self, number: int, step: Step, action: Await) -> AsyncIterator[Event]:
        monitor = await self._monitor(step.role)
        since = self._since(step.role)
        if isinstance(action.condition, Checkpoints):
            since = len(monitor.events)
        async for news in wait(monitor, action.condition, action.within, since):
            match news:
                case Nearer(done, total):
                    yield Progress(number, done, total)
                case Seen(text):
                    self.replied = text

    async def _ends(self) -> AsyncIterator[Event]:
        self._mark()
        for expect in self.plan.ends:
            start = time.perf_counter()
            monitor = await self._monitor(expect.role)
            within = await self._bound(expect.condition)
            since = self._since(expect.role)
            seen = ""
            try:
                async for news in wait(monitor, expect.condition, within, since):
                    match news:
                        case Nearer(done, total):
                            yield Progress(len(self.plan.steps), done, total)
                        case Seen(text):
                            seen = text
            except ColorunbookError as error:
                for event in self._news():
                    yield event
                kind = StepFailed if isinstance(error, StepFailed | TimedOut) else type(error)
                raise kind(
                    f"Every step of {self.plan.name} was done, and it has not worked: not so that "
                    f"{plain(expect)}: {error.message}",
                    "Take the pair for unprotected.",
                ) from error
            yield ExpectationMet(expect, seen, time.perf_counter() - start)
            for event in self._news():
                yield event

    async def _bound(self, condition: Condition) -> float:
        """Checkpoints come at a pace that the primary knows, in milliseconds."""
        if not isinstance(condition, Checkpoints):
            return SETTLE
        primary = await self._monitor(Role.PRIMARY)
        return SETTLE + 2 * (condition.count + 1) * await pace(primary)

    async def _monitor(self, role: Role) -> Monitor:
        return await self.session.monitor(role, self.plan.site)

    def _mark(self) -> None:
        """Let events count from here on: at the first act after a wait, and at the end."""
        self.waited = False
        self.begun = {address: len(m.events) for address, m in self.session.opened()}

    def _since(self, role: Role) -> int:
        """From where on a host's events count; all of them where it was opened since then."""
        return self.begun.get(self.plan.site.host(role).address, 0)

    def _news(self) -> list[QemuSpoke]:
        """The events that came meanwhile."""
        news: list[QemuSpoke] = []
        roles = {self.plan.site.host(role).address: role for role in Role}
        for address, monitor in self.session.opened():
            news.extend(
                QemuSpoke(roles[address], str(event.get("event")), event.get("data"))
                for event in monitor.events[self.told.get(address, 0) :]
            )
            self.told[address] = len(monitor.events)
        return news
