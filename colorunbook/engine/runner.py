# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine: a plan, done on live QEMUs, step by step, until its postcondition is seen."""

import contextlib
import shlex
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from colorunbook.book.actions import Assign, Await, Launch, Qmp, Shell
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.engine.account import told_of_pause, told_of_steps, told_of_undo
from colorunbook.engine.acts import Hands
from colorunbook.engine.ending import postcondition
from colorunbook.engine.events import (
    Event,
    Fencing,
    GuardHeld,
    GuardWaived,
    Progress,
    ProofGiven,
    RunEnded,
    RunStarted,
    StepDone,
    StepSkipped,
    StepStarted,
    UndoFailed,
    Yanking,
)
from colorunbook.engine.fencing import split_fence
from colorunbook.engine.freeing import HANGS, free, leads_to_a_peer, yank_of
from colorunbook.engine.guards import (
    Verdict,
    ask_guards,
    must_begin,
    must_pass,
    refuse_to_start_twice,
)
from colorunbook.engine.hearing import Hearing
from colorunbook.engine.journal import Journal
from colorunbook.engine.manner import Manner, never
from colorunbook.engine.peer import own_ports, prove_dead
from colorunbook.engine.session import Session, in_step
from colorunbook.engine.standing import Lookout, Standing, State, changes
from colorunbook.engine.undoing import can_be_undone, left_behind, undo
from colorunbook.engine.waits import Nearer, Seen
from colorunbook.errors import Aborted, ColorunbookError, StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Json, Payload

PEER = 10.0
"""How long a peer may take to answer whether it is there, in seconds."""


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
        async for event in run_.events():
            if journal is not None:
                _keep(journal, event, run_.account())
            yield event
    except BaseException as error:
        if journal is not None:
            with contextlib.suppress(Unavailable):
                for event in run_.news():  # of a wait that was broken off
                    journal.write(event)
            journal.fail(error)
        raise


def _keep(journal: Journal, event: Event, account: str) -> None:
    try:
        journal.write(event)
    except Unavailable as error:
        raise Unavailable(error.message, f"{account} {error.advice}") from error


class _Run:
    """One run: what it has done, and where it stands."""

    def __init__(self, plan: Plan, session: Session, manner: Manner) -> None:
        self.plan = plan
        self.session = session
        self.manner = manner
        self.hearing = Hearing(plan, session)
        self.lookout = Lookout(
            plan, session, patience=HANGS if plan.buries and plan.freeing else None
        )
        self.hands = Hands(plan, session)
        self.done: list[tuple[int, Step]] = []
        self.finished = 0
        self.taken_up = bool(manner.begun or manner.ended)
        self.is_over = False
        self.is_freed = False
        self.replied: Json = None

    async def events(self) -> AsyncIterator[Event]:
        start = time.perf_counter()
        self.hearing.begin()
        yield RunStarted(self.plan.name, self.plan.digest, len(self.plan.steps))
        if self.plan.buries is not None and (yank := yank_of(self.plan)) is not None:
            await self.session.spare(yank[0], self.plan.site)  # once something hangs it is too late
        await refuse_to_start_twice(self.plan, self.session, self.lookout)
        async for event in self._may_begin():
            yield event
        self.lookout = Lookout(self.plan, self.session, self.hands.freer)
        await self._look_round()
        async for event in self._free_first():
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
            done = self._own()
            if await self._goes_back(error, done):
                taken = "Nothing had to be taken back."
                async for undone in self._undo(done):
                    taken = told_of_undo(undone, taken)
                    yield undone
                account += f" {taken}"
            elif self._has_no_way_back(error, done):
                account += " Nothing of it can be taken back."
            if not isinstance(error, Aborted):
                account += await told_of_pause(self.plan, self.session, self.finished)
                error.advice = f"{error.advice} {account}".strip()
            raise
        stop, is_new = self.manner.stop, bool(self.done)
        seeing = postcondition(self.plan, self.session, self.hearing, stop, is_new=is_new)
        async for event in seeing:
            yield event
        yield RunEnded(time.perf_counter() - start)

    async def _may_begin(self) -> AsyncIterator[Event]:
        """Ask the guards, and have it proved that a peer is dead which has to be.

        A QEMU that hangs on its peer answers no guard. It is freed once that one is known to be
        dead, and asked then.

        :raises Refused: it may not.
        """
        asked: list[Expect] = []
        hangs = False
        async for verdict in ask_guards(self.plan, self.session, self.lookout):
            if verdict.hangs and await self._is_led_astray():
                hangs = True
                break
            asked.append(verdict.expect)
            yield self._judge(verdict)
        if self.plan.buries is not None and (hangs or not await self._is_over()):
            own = () if hangs else await own_ports(self.plan, self.lookout, self.plan.buries.other)
            if self.manner.fence is not None:
                yield Fencing(self.plan.buries, shlex.join(split_fence(self.manner.fence)))
            yield await self._prove_dead(self.plan.buries, own)
        if hangs:
            async for event in self._free_first():
                yield event
            self.lookout = Lookout(self.plan, self.session)
            left = [expect for expect in self.plan.starts if expect not in asked]
            async for verdict in ask_guards(self.plan, self.session, self.lookout, left):
                yield self._judge(verdict)

    def _judge(self, verdict: Verdict) -> GuardHeld | GuardWaived:
        """See that a guard lets the run begin.

        :raises Refused: it does not.
        """
        if not verdict.lets_pass and verdict.name in self.manner.despite:
            return GuardWaived(verdict.expect, verdict.seen)
        must_pass(self.plan, verdict)
        return GuardHeld(verdict.expect, verdict.spent or verdict.seen)

    async def _is_over(self) -> bool:
        """Whether all that changes anything is done: then nobody has to be dead for the rest."""
        steps = [step for step in self.plan.steps if changes(step)]
        states = [(await self.lookout.of(step)).state for step in steps]
        self.is_over = bool(states) and all(state is State.DONE for state in states)
        return self.is_over

    async def _prove_dead(self, peer: Role, own: tuple[int, ...]) -> ProofGiven:
        return await prove_dead(
            self.plan.site,
            peer.other,
            self.session.transport,
            name=self.plan.name,
            own=own,
            fence=self.manner.fence,
            ask_person=self.manner.ask_person,
        )

    def account(self) -> str:
        """What is done, when an event cannot be put into the journal."""
        return told_of_steps(self.finished)

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
                await must_begin(self.plan, self.session, self.lookout, name)
            except ColorunbookError as error:
                raise in_step(error, self._where(number)) from error

    def _heed_stop(self, number: int, step: Step) -> None:
        if self.manner.stop.is_asked:
            raise Aborted(
                f"{self.plan.name} was interrupted before step {number}, '{step.title}'.",
                self.account(),
            )

    def _own(self) -> list[tuple[int, Step]]:
        """What this run has done, in an earlier sitting or in this one."""
        earlier = {number: self.plan.steps[number - 1] for number in self.manner.own}
        return sorted({**earlier, **dict(self.done)}.items())

    async def _goes_back(self, error: ColorunbookError, done: Sequence[tuple[int, Step]]) -> bool:
        if isinstance(error, Aborted) or not can_be_undone(done):
            return False
        return await self.manner.rollback(error)

    def _has_no_way_back(self, error: ColorunbookError, done: Sequence[tuple[int, Step]]) -> bool:
        """Whether somebody who wants it taken back has to be told that it cannot be."""
        wanted = self.manner.rollback is not never and not isinstance(error, Aborted)
        return wanted and not can_be_undone(done or [*enumerate(self.plan.steps, 1)])

    async def _look_round(self) -> None:
        """See whether an earlier run, or a person, has done a part of it already."""
        for step in self.plan.steps:
            if changes(step) and (await self.lookout.of(step)).state is State.DONE:
                self.taken_up = True
                return

    async def _is_led_astray(self) -> bool:
        """Whether what hangs is for sure a QEMU that leads to the peer which has to be dead."""
        yank = yank_of(self.plan) if self.plan.buries is not None else None
        with contextlib.suppress(ColorunbookError):
            return yank is not None and await leads_to_a_peer(self.plan, self.session, *yank)
        return False

    async def _free_first(self) -> AsyncIterator[Event]:
        """Cut what leads to a peer that is dead, before anything can wait for it.

        Where it was only killed this is not needed and harms nothing: a chardev that has not
        noticed is let go as well. Where it is all over already there is nothing to cut.
        """
        yank = yank_of(self.plan) if self.plan.freeing else None
        if yank is None or self.plan.buries is None or self.is_over or self.is_freed:
            return
        self.is_freed = True
        yield Yanking(yank[0])
        with self.manner.stop.doing():
            freed = await free(self.plan, self.session, *yank, "its peer is dead")
        yield freed

    async def _step(self, number: int, step: Step) -> AsyncIterator[Event]:
        try:
            standing = await self._standing(number, step)
            if standing.state is State.DONE:
                self.finished = number
                yield StepSkipped(number, step, standing.seen)
                return
            async for event in self._clear(number, step):
                yield event
            yield StepStarted(number, step)
            start = time.perf_counter()
            await self._heed_peer(step.role.other)
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
        async for undone in self._undo(left):
            yield undone
            if isinstance(undone, UndoFailed):
                raise StepFailed(
                    f"An earlier attempt has left step {undone.number}, '{undone.step.title}', "
                    f"and it cannot be taken back: {undone.why}"
                )
        if left:
            self.lookout.forget()
            self.hearing.mark()

    async def _undo(self, steps: Sequence[tuple[int, Step]]) -> AsyncIterator[Event]:
        """Take steps back; what a QEMU has said is told before what came after it."""
        with self.manner.stop.doing():
            async for undone in undo(self.plan, self.session, steps):
                for event in self.news():
                    yield event
                yield undone
        for event in self.news():
            yield event

    async def _heed_peer(self, peer: Role) -> None:
        """Do nothing more with a peer that has ended meanwhile, or does not answer.

        What its sockets leave behind is not harmless: a ``colo-compare`` that is made on one that
        has just been closed takes its QEMU down, and the guest with it (seen on QEMU 11.1). And a
        connection to the disk of one that does not answer holds QEMU's main loop for good, where
        nothing can be cut yet (7.2 to 11.1).

        :raises Unavailable: the session with it was lost, or a question has had no reply.
        """
        if self.plan.buries is not None or peer not in self.plan.roles:
            return
        host = self.plan.site.host(peer).address
        for address, monitor in self.session.opened():
            if address != host:
                continue
            try:
                with contextlib.suppress(StepFailed):  # that is an answer
                    await monitor.execute(Payload("query-version"), PEER)
            except TimedOut as error:
                silent = f"The {peer.value} {host} does not answer. {error.message}"
                raise TimedOut(silent, error.advice) from error
            except Unavailable as error:
                gone = f"The {peer.value} {host} has gone. {error.message}"
                raise Unavailable(gone, error.advice) from error

    def news(self) -> list[Event]:
        """What came meanwhile: events of QEMU, and what had to be cut."""
        return [*self.hands.freer.told(), *self.hearing.news()]

    async def _standing(self, number: int, step: Step) -> Standing:
        """Where a step stands; in a run that begins at the beginning nothing is done."""
        if not step.done and not self._leads_to_a_launch(number, step):
            return self._as_journaled(number, step)
        return await self.lookout.of(step) if self.taken_up else Standing(State.OPEN)

    def _leads_to_a_launch(self, number: int, step: Step) -> bool:
        """Whether a QEMU that runs tells that a step was done; it may be the launch itself."""
        if not isinstance(step.action, Assign | Shell | Launch):
            return False
        behind = self.plan.steps[number - 1 :]
        return any(isinstance(s.action, Launch) and s.role is step.role for s in behind)

    def _as_journaled(self, number: int, step: Step) -> Standing:
        """Where a step stands that QEMU tells nothing of.

        :raises StepFailed: an earlier run has begun it, and nobody knows.
        """
        if number in self.manner.ended:
            return Standing(State.DONE, "the journal of this run tells so")
        if number in self.manner.begun and changes(step):
            raise StepFailed(
                "This run has begun it before, and nothing tells whether it is done.",
                "Look for yourself, and do what is left by hand.",
            )
        return Standing(State.OPEN)

    async def _act(self, number: int, step: Step) -> None:
        if isinstance(step.action, Await):
            raise TypeError("a wait is not an act")
        self.done.append((number, step))
        try:
            with self.manner.stop.doing():
                self.replied = await self.hands.act(step.role, step.action)
        except StepFailed as error:
            if isinstance(step.action, Qmp):
                self.done.pop()  # what QMP refuses is not done; a program or HMP may have got far
            if not step.already or step.already not in error.message:
                raise
            self.replied = f"it was so already: {error.message}"
        self.lookout.forget()

    async def _await(self, number: int, step: Step, action: Await) -> AsyncIterator[Event]:
        since = self.hearing.since(step.role)
        async for news in self.hands.wait(step.role, action, since):
            match news:
                case Nearer(done, total):
                    yield Progress(number, done, total)
                case Seen(text):
                    self.replied = text
        self.hearing.after_a_wait()
