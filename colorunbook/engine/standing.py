# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a procedure stands: of each step, whether it is done already, as QEMU itself tells."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from colorunbook.book.actions import Assign, Hmp, Launch, Qmp, Shell
from colorunbook.book.conditions import Checkpoints, EventSeen, HostCondition, Probe
from colorunbook.book.phrases import Expect, plain
from colorunbook.book.runbook import Step
from colorunbook.engine.freeing import Freer
from colorunbook.engine.session import Session
from colorunbook.engine.transport import Monitor
from colorunbook.engine.waits import REPLY
from colorunbook.errors import StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import NEGOTIATION, Json, Payload

AT_ONCE = 4
"""Questions that a QEMU gets at once. One that hangs reads no command out of band any more, once
eight others wait behind the one that it hangs at (seen on QEMU 11.1)."""

_OF_ONE_THING = ("qom-get",)


class State(Enum):
    """What is known of a step."""

    DONE = "already done"
    OPEN = "would run"
    UNKNOWN = "cannot tell"
    AGAIN = "would be taken back and run again"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a step, and what tells so."""

    state: State
    seen: str = ""


class Lookout:
    """Asks where a plan stands; each question once, until :meth:`forget`.

    It may be asked more than one thing at the same time; who ends one ends what it waits for. A
    QEMU gets a few questions at once, and after one that it has not answered in time no more.

    :param freer: frees a QEMU that hangs when it is asked; ``None``: nothing does, as before a run
        may change anything.
    :param patience: how long a reply may take, in seconds; ``None``: as long as any.
    """

    def __init__(
        self,
        plan: Plan,
        session: Session,
        freer: Freer | None = None,
        *,
        patience: float | None = None,
    ) -> None:
        self._plan = plan
        self._patience = REPLY if patience is None else patience
        self._session = session
        self._freer = freer
        self._asked: dict[tuple[Role, str], asyncio.Task[Json | StepFailed]] = {}
        self._turns = {role: asyncio.Semaphore(AT_ONCE) for role in Role}
        self._silent: dict[Role, TimedOut] = {}
        self._started: dict[Role, Standing] = {}

    def forget(self) -> None:
        """Ask anew: something has been done since."""
        self._asked.clear()
        self._silent.clear()
        self._started.clear()

    async def survey(self) -> tuple[Standing, ...]:
        """Where each step of the plan stands.

        What cannot be asked is unknown, and the reason is what was seen.
        """
        found = []
        for step in self._plan.steps:
            try:
                found.append(await self.of(step))
            except Unavailable as error:
                found.append(Standing(State.UNKNOWN, error.message))
        return tuple(_in_chains(self._plan.steps, found))

    async def of(self, step: Step) -> Standing:
        """Where one step stands.

        :raises Unavailable: it could not be asked.
        """
        launch = self._launch_behind(step)
        if launch is not None:
            return await self._launched(launch)
        if not step.done:
            return Standing(State.UNKNOWN if changes(step) else State.OPEN)
        if await self._is_yet_to_start(step.role):
            return Standing(State.OPEN, "its QEMU does not run yet")
        for group in step.tells:
            if await self._all_hold(group):
                return Standing(State.DONE, " and ".join(map(plain, group)))
        return Standing(State.OPEN)

    async def ask(self, role: Role, probe: Probe) -> tuple[bool, str]:
        """Whether a probe holds, and what was seen.

        An error is an answer where one thing is asked for that may not be there. To a question that
        always has an answer it is none.

        :raises Unavailable: it could not be asked, or was not answered.
        """
        replies: list[Json] = []
        for question in probe.questions:
            told = await self._ask(role, question)
            if isinstance(told, StepFailed):
                if question.execute not in _OF_ONE_THING:
                    raise Unavailable(f"{question.execute} has no answer: {told.message}")
                return False, told.message
            replies.append(told)
        return probe.holds(replies), probe.seen(replies)

    def _launch_behind(self, step: Step) -> Step | None:
        """The launch that a step makes ready for, or is."""
        if not isinstance(step.action, Assign | Shell | Launch):
            return None
        steps = self._plan.steps
        behind = steps[steps.index(step) :]
        return next(
            (s for s in behind if isinstance(s.action, Launch) and s.role is step.role), None
        )

    async def _launched(self, step: Step) -> Standing:
        if step.role not in self._started:
            self._started[step.role] = await self._look_for(step)
        return self._started[step.role]

    async def _look_for(self, step: Step) -> Standing:
        host = self._plan.site.host(step.role)
        words = [w.text for w in step.action.words] if isinstance(step.action, Launch) else []
        if await self._session.transport.runs(host, words):
            return Standing(State.DONE, f"the {step.role.value}'s QEMU runs, with these words")
        return Standing(State.OPEN, f"no QEMU runs with the words of the {step.role.value}")

    async def _is_yet_to_start(self, role: Role) -> bool:
        launches = (s for s in self._plan.steps if isinstance(s.action, Launch) and s.role is role)
        for launch in launches:
            return (await self._launched(launch)).state is State.OPEN
        return False

    async def _all_hold(self, group: Sequence[Expect]) -> bool:
        for expect in group:
            condition = expect.condition
            if isinstance(condition, EventSeen | Checkpoints | HostCondition):
                raise TypeError(f"{type(condition).__name__} tells of no step that it is done")
            if await self._is_yet_to_start(expect.role):
                return False  # what died, or was never there, has seen nothing of it
            if not (await self.ask(expect.role, condition))[0]:
                return False
        return True

    async def _monitor(self, role: Role) -> Monitor:
        if self._freer is None:
            return await self._session.monitor(role, self._plan.site)
        return await self._freer.monitor(role)

    async def _ask(self, role: Role, question: Payload) -> Json | StepFailed:
        key = (role, question.text)
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(self._reply(role, question))
        asking = self._asked[key]
        try:
            return await asking
        except BaseException:
            if self._asked.get(key) is asking:  # that is no answer: it is asked anew
                del self._asked[key]
            raise

    async def _reply(self, role: Role, question: Payload) -> Json | StepFailed:
        async with self._turns[role]:
            if first := self._silent.get(role):
                raise TimedOut(
                    f"It was not asked {question.execute}: {first.message}", first.advice
                )
            monitor = await self._monitor(role)
            try:
                return await monitor.execute(question, self._patience)
            except StepFailed as error:
                return error
            except TimedOut as error:
                self._silent.setdefault(role, error)
                raise


def changes(step: Step) -> bool:
    """Tell whether a step changes something, so that doing it twice is not nothing."""
    match step.action:
        case Shell() | Launch() | Hmp():
            return True
        case Qmp(payload):
            return payload.execute != NEGOTIATION and not payload.execute.startswith("query-")
        case _:
            return False


def _in_chains(steps: Sequence[Step], standings: Sequence[Standing]) -> Iterator[Standing]:
    """What is done is done again, where a chained step before it has to be."""
    first = ""
    for number, (step, standing) in enumerate(zip(steps, standings, strict=True), 1):
        if step.chained and standing.state is State.OPEN:
            first = first or f"step {number}, '{step.title}', has to be done first"
        again = bool(first) and step.chained and standing.state is State.DONE
        yield Standing(State.AGAIN, first) if again else standing
