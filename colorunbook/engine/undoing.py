# SPDX-License-Identifier: GPL-2.0-or-later
"""Taking back what a run has done: in reverse, and each undo is seen to have worked."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace

from colorunbook.book.actions import Action, Await, Launch
from colorunbook.book.conditions import StatusIs, guest_is
from colorunbook.book.phrases import plain
from colorunbook.book.runbook import Step
from colorunbook.book.verbs import under_way
from colorunbook.engine.acts import Hands
from colorunbook.engine.events import UndoDone, UndoFailed, UndoReplied, UndoStarted, Yanked
from colorunbook.engine.freeing import HANGS_BESIDE_A_PEER
from colorunbook.engine.session import Session
from colorunbook.engine.standing import Lookout, Standing, State, changes
from colorunbook.engine.waits import Seen, ask
from colorunbook.errors import ColorunbookError, StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Role
from colorunbook.plan import Plan, undone_by
from colorunbook.qemu.payload import Json

SETTLED = 10.0
"""How long an undo may take to be seen, in seconds."""

_PAUSE = 0.05

Done = tuple[int, Step]
Undone = UndoStarted | UndoReplied | UndoDone | UndoFailed | Yanked


def can_be_undone(steps: Sequence[Done]) -> bool:
    """Tell whether there is anything to take back of what was done."""
    return any(_has_undo(step) for _, step in steps)


async def undo(
    plan: Plan, session: Session, steps: Sequence[Done], earlier: Collection[int] = ()
) -> AsyncIterator[Undone]:
    """Take steps back, the last one first.

    It ends at the first that cannot be taken back, since those before it lie under it. Once COLO
    runs nothing is: there is no way back from there but a failover.

    :param steps: what was done, in order.
    :param earlier: the numbers of those that an earlier sitting of the run has done: much may have
        come since.
    """
    hands = Hands(plan, session)
    for number, step in reversed(steps):
        if not changes(step) or not _has_undo(step):
            continue
        is_new = number not in earlier
        async for event in _one(plan, session, hands, number, step, is_new=is_new):
            yield event
            if isinstance(event, UndoFailed):
                return


async def left_behind(plan: Plan, lookout: Lookout, number: int) -> tuple[Done, ...]:
    """What an earlier attempt has left of a chained step and of those that are chained to it.

    :param number: the step's, counted from 1.
    :raises Unavailable: it could not be asked.
    """
    found = []
    for each, step in enumerate(plan.steps, 1):
        if each >= number and step.chained and (await _left(lookout, step)).state is State.DONE:
            found.append((each, step))
    return tuple(found)


async def _one(
    plan: Plan, session: Session, hands: Hands, number: int, step: Step, *, is_new: bool
) -> AsyncIterator[Undone]:
    if why := await _forbidden(plan, session, hands):
        yield UndoFailed(number, step, why)
        return
    yield UndoStarted(number, step)
    try:
        async for event in _undo(plan, session, hands, number, step, is_new=is_new):
            for yanked in hands.freer.told():
                yield yanked
            yield event
    except ColorunbookError as error:
        for yanked in hands.freer.told():
            yield yanked
        yield UndoFailed(number, step, _by_hand(plan, step, error))


def _has_undo(step: Step) -> bool:
    return bool(step.undo) or isinstance(step.action, Launch)


async def _forbidden(plan: Plan, session: Session, hands: Hands) -> str:
    """Why nothing may be taken back; empty: it may."""
    for address, _ in session.opened():
        if address == plan.site.host(Role.PRIMARY).address:
            try:
                _, status = await ask(await hands.freer.monitor(Role.PRIMARY), under_way())
            except ColorunbookError as error:
                return f"Nobody can tell whether COLO runs: {error.message}"
            if status == "colo":
                return "COLO runs. From here a failover leads on, and nothing leads back."
    return ""


async def _undo(
    plan: Plan, session: Session, hands: Hands, number: int, step: Step, *, is_new: bool
) -> AsyncIterator[UndoReplied | UndoDone]:
    start = time.perf_counter()

    def done(reply: Json) -> UndoDone:
        return UndoDone(number, step, reply, time.perf_counter() - start)

    lookout = Lookout(plan, session, hands.freer)
    if isinstance(step.action, Launch):
        host = plan.site.host(step.role)
        await _must_run_no_guest(plan, session, step.role, is_new=is_new)
        await session.forget(step.role, plan.site)
        await session.transport.end(host, [word.text for word in step.action.words])
        yield done("ended")
        return
    # Where doing it again tells that it is done, its probe does not tell that it is not.
    if not step.already and (await _left(lookout, step)).state is State.OPEN:
        yield done("it was not done")
        return
    reply: Json = None
    refusal: StepFailed | None = None
    for action, text in zip(step.undo, undone_by(step), strict=True):
        said_no: StepFailed | None = None
        try:
            reply = await _do(hands, step.role, action)
        except StepFailed as error:  # it may have come to that by itself
            said_no = error
        refusal = refusal or said_no
        answer = said_no.message if said_no else reply
        yield UndoReplied(number, text, answer, refused=said_no is not None)
    if refusal is not None:
        lookout.forget()
        if (await _left(lookout, step)).state is not State.OPEN:
            raise refusal
        yield done(refusal.message)
        return
    await _see_undone(lookout, step)
    yield done(reply)


async def _must_run_no_guest(plan: Plan, session: Session, role: Role, *, is_new: bool) -> None:
    """See that a QEMU that is to end carries no guest: it may be the survivor of a failover.

    :param is_new: it was started just now, and one that does not answer waits for its peer.
    :raises StepFailed: it does, or nobody can tell.
    """
    host = plan.site.host(role)
    if not await session.transport.serves(host):
        return
    try:
        monitor = await session.monitor(role, plan.site)
        _, status = await ask(monitor, guest_is("prelaunch"))
        _, last = await ask(monitor, StatusIs("query-colo-status", "last-mode", "none"))
    except Unavailable as error:
        if is_new:
            return
        raise StepFailed(f"Nobody can tell whether it runs the guest: {error.message}") from error
    if status not in _WITHOUT_A_GUEST or last not in ("none", "missing"):
        raise StepFailed(f"It would end the guest with it: that is {status} there.")


_WITHOUT_A_GUEST = ("prelaunch", "inmigrate")


async def _left(lookout: Lookout, step: Step) -> Standing:
    """Whether there is anything to take back."""
    if step.unless is None:
        return await lookout.of(step)
    gone, seen = await lookout.ask(step.role, step.unless)
    return Standing(State.OPEN if gone else State.DONE, seen)


async def _do(hands: Hands, role: Role, action: Action) -> Json:
    if not isinstance(action, Await):
        return await hands.act(role, action)
    begin = min(action.within, HANGS_BESIDE_A_PEER)
    try:
        return await _wait(hands, role, replace(action, within=begin))
    except TimedOut:
        await hands.freer.cut_off(f"what was to end had not ended after {begin:g} s")
        return await _wait(hands, role, action)


async def _wait(hands: Hands, role: Role, action: Await) -> str:
    seen = ""
    async for news in hands.wait(role, action):
        if isinstance(news, Seen):
            seen = news.text
    return seen


async def _see_undone(lookout: Lookout, step: Step) -> None:
    """Wait until what tells that a step is done tells it no more.

    :raises TimedOut: it goes on telling so.
    """
    end = asyncio.get_running_loop().time() + SETTLED
    while True:
        lookout.forget()
        standing = await _left(lookout, step)
        if standing.state is not State.DONE:
            return
        if asyncio.get_running_loop().time() > end:
            raise TimedOut(f"After {SETTLED:g} s it is still so that {standing.seen}.")
        await asyncio.sleep(_PAUSE)


def _by_hand(plan: Plan, step: Step, error: ColorunbookError) -> str:
    """What stands against an undo, and what a person can do."""
    where = f"on the {step.role.value} {plan.site.host(step.role).address}"
    words = [plain(expect) for expect in step.tells[0]] if step.done else []
    so = f" See first whether it is still so that {' and '.join(words)}." if words else ""
    return f"{error.message} Nothing before it was taken back either. Look {where}.{so}"
