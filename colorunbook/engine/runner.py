# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine: a plan, done on live QEMUs, step by step, until its postcondition is seen."""

import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence

from colorunbook.book.actions import Await, Qmp
from colorunbook.book.runbook import Step
from colorunbook.engine.account import told_of_pause, told_of_steps, told_of_stop, told_of_undo
from colorunbook.engine.acts import Hands
from colorunbook.engine.beginning import Beginning
from colorunbook.engine.ending import postcondition
from colorunbook.engine.events import (
    Event,
    Progress,
    RunEnded,
    RunStarted,
    StepDone,
    StepSkipped,
    StepStarted,
    UndoFailed,
)
from colorunbook.engine.guards import must_begin
from colorunbook.engine.hearing import Hearing
from colorunbook.engine.journal import Journal
from colorunbook.engine.manner import Manner
from colorunbook.engine.presence import leads_to_its_peer, must_answer, watched
from colorunbook.engine.reckoning import Reckoning
from colorunbook.engine.retreat import Retreat
from colorunbook.engine.session import Session, in_step
from colorunbook.engine.standing import Lookout, State
from colorunbook.engine.survivor import told_of_survivor, told_of_waiting
from colorunbook.engine.undoing import left_behind, undo
from colorunbook.engine.waits import Nearer, Seen
from colorunbook.errors import Aborted, ColorunbookError, StepFailed, Unavailable
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Json


async def run(
    plan: Plan, session: Session, journal: Journal | None = None, manner: Manner | None = None
) -> AsyncGenerator[Event, None]:
    """Do a plan, or what is still to be done of it.

    :param journal: where each event is put before it is yielded.
    :param manner: how it is done; ``None``: to its end, with nothing taken back.
    :raises Refused: a guard does not hold; nothing has been sent.
    :raises StepFailed: QEMU, a shell or the postcondition said no; the error names the step.
    :raises Unavailable: a QEMU could not be reached, or did not answer in time.
    :raises Aborted: somebody wanted it to end.
    """
    run_ = _Run(plan, session, manner or Manner())
    try:
        async with contextlib.aclosing(run_.events()) as events:
            async for event in events:
                if journal is not None:
                    _keep(journal, event, run_.account)
                yield event
    except BaseException as error:
        if journal is not None:
            with contextlib.suppress(Unavailable):
                for event in run_.news():  # of a wait that was broken off
                    journal.write(event)
            journal.fail(error)
        raise


def _keep(journal: Journal, event: Event, account: Callable[[], str]) -> None:
    try:
        journal.write(event)
    except Unavailable as error:
        raise Unavailable(error.message, f"{account()} {error.advice}") from error


class _Run:
    """One run, from its guards to its postcondition."""

    def __init__(self, plan: Plan, session: Session, manner: Manner) -> None:
        self.plan = plan
        self.session = session
        self.manner = manner
        self.roles = plan.roles  # from all its steps, so not at each of them
        self.hearing = Hearing(plan, session)
        self.hands = Hands(plan, session)
        self.lookout = Lookout(plan, session, self.hands.freer)
        self.reckoning = Reckoning(plan, manner, self.lookout)
        self.retreat = Retreat(plan, manner)
        self.finished = 0
        self.replied: Json = None

    async def events(self) -> AsyncGenerator[Event, None]:
        start = time.perf_counter()
        self.hearing.begin()
        yield RunStarted(self.plan.name, self.plan.digest, len(self.plan.steps))
        beginning = Beginning(self.plan, self.session, self.manner)
        async with contextlib.aclosing(beginning.events()) as events:
            async for event in events:
                yield event
        await self.reckoning.look_round()
        async for event in beginning.free_first():
            yield event
        try:
            for number, step in enumerate(self.plan.steps, 1):
                self._heed_stop(number, step)
                await self._begin_part(number)
                async for event in self._step(number, step):
                    yield event
        except ColorunbookError as error:
            account = told_of_steps(self.finished)
            for event in self.news():
                yield event
            done = self.retreat.own()
            if await self.retreat.is_wanted(error, done):
                taken = "Nothing had to be taken back."
                async for undone in self._undo(done, self.retreat.earlier()):
                    taken = told_of_undo(undone, taken)
                    yield undone
                account += f" {taken}"
            elif self.retreat.is_missed(error, done):
                account += " Nothing of it can be taken back."
            if isinstance(error, Aborted):  # it has the account already
                account = ""
            account += await told_of_pause(self.plan, self.session, self.finished + 1)
            error.advice = f"{error.advice} {account.strip()}".strip()
            await self._lead_on(error)
            raise
        freer, stop = self.hands.freer, self.manner.stop
        seeing = postcondition(
            self.plan, self.session, self.hearing, freer, stop, is_new=bool(self.retreat.done)
        )
        try:
            async for event in seeing:
                yield event
        except ColorunbookError as error:
            pause = await told_of_pause(self.plan, self.session, self.finished)
            error.advice = f"{error.advice}{pause}".strip()
            await self._lead_on(error)
            raise
        yield RunEnded(time.perf_counter() - start)

    async def _lead_on(self, error: ColorunbookError) -> None:
        """Tell what leads on, where it is not the same run once more."""
        if isinstance(error, Aborted):
            return
        survivor = await told_of_survivor(self.plan, self.session)
        told = survivor or await told_of_waiting(self.plan, self.session)
        error.leads_elsewhere = bool(survivor)
        error.advice = f"{error.advice} {told}".strip()

    def account(self) -> str:
        """What is done, when an event cannot be put into the journal."""
        return told_of_steps(self.finished) + told_of_stop(self.plan, self.finished + 1)

    def _where(self, number: int) -> str:
        step = self.plan.steps[number - 1]
        host = self.plan.site.host(step.role).address
        title = f"Step {number} of {len(self.plan.steps)}, '{step.title}'"
        return f"{title} on the {step.role.value} {host}"

    async def _begin_part(self, number: int) -> None:
        """See that the runbook which begins with a step may begin, where there are several."""
        name = self.plan.steps[number - 1].runbook
        if self.plan.parts and (number == 1 or self.plan.steps[number - 2].runbook != name):
            self.lookout.forget()
            try:
                await must_begin(self.plan, self.session, self.lookout, name, self.manner.despite)
            except ColorunbookError as error:
                raise in_step(error, self._where(number)) from error

    def _heed_stop(self, number: int, step: Step) -> None:
        if self.manner.stop.is_asked:
            raise Aborted(
                f"{self.plan.name} was interrupted before step {number}, '{step.title}'.",
                told_of_steps(self.finished),
            )

    async def _step(self, number: int, step: Step) -> AsyncIterator[Event]:
        try:
            standing = await self.reckoning.of(number, step)
            if standing.state is State.DONE:
                self.finished = number
                yield StepSkipped(number, step, standing.seen)
                return
            async for event in self._clear(number, step):
                yield event
            yield StepStarted(number, step)
            start = time.perf_counter()
            await self._heed_peer(step)
            if isinstance(step.action, Await):
                async for event in self._await(number, step, step.action):
                    yield event
            else:
                self.hearing.before_an_act()
                await self._act(number, step)
        except ColorunbookError as error:
            for event in self.news():
                yield event
            raise in_step(error, self._where(number)) from error
        self.finished = number
        yield StepDone(number, step, self.replied, time.perf_counter() - start)
        for event in self.news():
            yield event

    async def _clear(self, number: int, step: Step) -> AsyncIterator[Event]:
        """Take back what an earlier attempt has left, before a chained step is done.

        :raises StepFailed: it cannot be taken back.
        """
        left = await left_behind(self.plan, self.lookout, number) if step.chained else ()
        if not left:
            for event in self.news():
                yield event
            return
        async for undone in self._undo(left):
            yield undone
            if isinstance(undone, UndoFailed):
                raise StepFailed(
                    f"An earlier attempt has left step {undone.number}, '{undone.step.title}', "
                    f"and it cannot be taken back: {undone.why}"
                )
        self.lookout.forget()
        self.hearing.mark()

    async def _undo(
        self, steps: Sequence[tuple[int, Step]], earlier: Collection[int] = ()
    ) -> AsyncIterator[Event]:
        """Take steps back; what a QEMU has said is told before what came after it."""
        with self.manner.stop.doing():
            async for undone in undo(self.plan, self.session, steps, earlier):
                for event in self.news():
                    yield event
                yield undone
        for event in self.news():
            yield event

    async def _heed_peer(self, step: Step) -> None:
        """Do nothing more with a peer that has ended meanwhile, or does not answer.

        What its sockets leave behind is not harmless: a ``colo-compare`` that is made on one that
        has just been closed may take its QEMU down, and the guest with it. And a connection to the
        disk of one that does not answer holds QEMU's main loop for good, where a yank does not help
        yet. Both were seen on QEMU 7.2 to 11.1 (docs/explanation/findings.rst).

        :raises Unavailable: the session with it was lost, or a question has had no reply.
        """
        peer = step.role.other
        if self.plan.buries is not None or peer not in self.roles:
            return
        if leads_to_its_peer(step.action):
            await must_answer(self.plan, self.session, peer)

    def news(self) -> list[Event]:
        """What came meanwhile: events of QEMU, and what had to be cut."""
        return [*self.hands.freer.told(), *self.hearing.news()]

    async def _act(self, number: int, step: Step) -> None:
        if isinstance(step.action, Await):
            raise TypeError("a wait is not an act")
        self.retreat.done.append((number, step))
        try:
            with self.manner.stop.doing():
                self.replied = await self.hands.act(step.role, step.action)
        except StepFailed as error:
            if isinstance(step.action, Qmp):  # a program or HMP may have got far
                self.retreat.done.pop()
            if not step.already or step.already not in error.message:
                raise
            self.replied = f"it was so already: {error.message}"
        self.lookout.forget()

    async def _await(self, number: int, step: Step, action: Await) -> AsyncIterator[Event]:
        since = self.hearing.since(step.role)
        with watched(self.plan, self.session, step.role.other) as heed:
            async for news in self.hands.wait(step.role, action, since, heed):
                match news:
                    case Nearer(done, total):
                        yield Progress(number, done, total)
                    case Seen(text):
                        self.replied = text
        self.hearing.after_a_wait()
