# SPDX-License-Identifier: GPL-2.0-or-later
"""The end of a run: its postcondition, asked until it is seen or its time is over."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from colorunbook.book.conditions import Checkpoints, Condition, HostCondition
from colorunbook.book.phrases import Expect, plain
from colorunbook.engine.asking import wait_for_host
from colorunbook.engine.events import Event, ExpectationMet, Progress
from colorunbook.engine.freeing import HANGS, Freer
from colorunbook.engine.hearing import Hearing
from colorunbook.engine.once_over import seen_at_once
from colorunbook.engine.presence import watched
from colorunbook.engine.session import Session
from colorunbook.engine.standing import Lookout
from colorunbook.engine.stopping import Stop
from colorunbook.engine.waits import Nearer, Seen, pace, wait
from colorunbook.errors import Aborted, ColorunbookError, StepFailed, TimedOut
from colorunbook.hosts import Role
from colorunbook.plan import Plan

SETTLE = 30.0
"""How long a part of the postcondition may take to hold, in seconds."""

AT_REST = 5.0
"""The same where nothing was done, because all was done already."""


async def postcondition(
    plan: Plan,
    session: Session,
    hearing: Hearing,
    freer: Freer,
    stop: Stop,
    *,
    is_new: bool,
) -> AsyncIterator[Event]:
    """See each part of a plan's postcondition.

    :param freer: frees a QEMU that hangs meanwhile.
    :param stop: looked at before each look at a QEMU.
    :param is_new: this run has done something, so that QEMU may need its time.
    :raises StepFailed: a part does not hold.
    :raises Unavailable: a QEMU could not be reached, or did not answer in time.
    :raises Aborted: somebody wanted it to end.
    """
    hearing.mark()
    start = time.perf_counter()
    if stop.is_asked:
        raise unseen(plan.name, len(plan.steps))
    known = await seen_at_once(plan.ends, Lookout(plan, session, freer, patience=HANGS))
    for expect, seen in zip(plan.ends, known, strict=False):
        yield ExpectationMet(expect, seen, time.perf_counter() - start)
    for event in _news(freer, hearing):
        yield event
    for expect in plan.ends[len(known) :]:
        start = time.perf_counter()
        seen = ""
        try:
            rest, since = SETTLE if is_new else AT_REST, hearing.since(expect.role)
            with _heeding(plan, session, stop, expect) as heed:
                heed()
                async for news in _wait(plan, session, freer, expect, rest, since, heed):
                    match news:
                        case Nearer(done, total):
                            yield Progress(len(plan.steps), done, total)
                        case Seen(text):
                            seen = text
        except ColorunbookError as error:
            for event in _news(freer, hearing):
                yield event
            if isinstance(error, Aborted):
                raise
            raise _failure(plan, expect, error, is_new=is_new) from error
        yield ExpectationMet(expect, seen, time.perf_counter() - start)
        for event in _news(freer, hearing):
            yield event


def _news(freer: Freer, hearing: Hearing) -> list[Event]:
    return [*freer.told(), *hearing.news()]


@contextmanager
def _heeding(
    plan: Plan, session: Session, stop: Stop, expect: Expect
) -> Iterator[Callable[[], None]]:
    """What is looked at between two looks: whether somebody wants an end, and the peer."""
    with watched(plan, session, expect.role.other) as peer_must_be_there:

        def heed() -> None:
            if stop.is_asked:
                raise unseen(plan.name, len(plan.steps))
            peer_must_be_there()

        yield heed


async def _wait(
    plan: Plan,
    session: Session,
    freer: Freer,
    expect: Expect,
    rest: float,
    since: int,
    heed: Callable[[], None],
) -> AsyncIterator[Nearer | Seen]:
    condition = expect.condition
    waiting: AsyncIterator[Nearer | Seen]
    if isinstance(condition, HostCondition):
        host = plan.site.host(expect.role)
        waiting = wait_for_host(session.transport, host, condition, rest, heed)
    else:
        monitor = await freer.monitor(expect.role)
        within = await _bound(freer, condition, rest)
        waiting = wait(monitor, condition, within, since, heed)
    async for news in waiting:
        yield news


def unseen(name: str, steps: int) -> Aborted:
    """What is to be said of a run that was ended before its postcondition was seen.

    :param steps: how many there are, all of them done.
    """
    done = "its only step is done" if steps == 1 else f"all {steps} steps are done"
    return Aborted(f"{name} was interrupted: {done}; whether it worked was not seen.")


def _failure(
    plan: Plan, expect: Expect, error: ColorunbookError, *, is_new: bool
) -> ColorunbookError:
    kind = StepFailed if isinstance(error, StepFailed | TimedOut) else type(error)
    done = "was done" if is_new else "was done already, by an earlier run or by hand"
    return kind(
        f"Every step of {plan.name} {done}, and it has not worked: not so that "
        f"{plain(expect)}: {error.message}",
        "Take the pair for unprotected.",
    )


async def _bound(freer: Freer, condition: Condition, rest: float) -> float:
    """Checkpoints come at a pace that the primary knows, in milliseconds."""
    if not isinstance(condition, Checkpoints):
        return rest
    primary = await freer.monitor(Role.PRIMARY)
    return SETTLE + 2 * (condition.count + 1) * await pace(primary)
