# SPDX-License-Identifier: GPL-2.0-or-later
"""The end of a run: its postcondition, asked until it is seen or its time is over."""

import time
from collections.abc import AsyncIterator

from colorunbook.book.conditions import Checkpoints, Condition, HostCondition
from colorunbook.book.phrases import Expect, plain
from colorunbook.engine.asking import wait_for_host
from colorunbook.engine.events import Event, ExpectationMet, Progress
from colorunbook.engine.hearing import Hearing
from colorunbook.engine.session import Session
from colorunbook.engine.waits import Nearer, Seen, pace, wait
from colorunbook.errors import ColorunbookError, StepFailed, TimedOut
from colorunbook.hosts import Role
from colorunbook.plan import Plan

SETTLE = 30.0
"""How long a part of the postcondition may take to hold, in seconds."""

AT_REST = 5.0
"""The same where nothing was done, because all was done already."""


async def postcondition(
    plan: Plan, session: Session, hearing: Hearing, *, is_new: bool
) -> AsyncIterator[Event]:
    """See each part of a plan's postcondition.

    :param is_new: this run has done something, so that QEMU may need its time.
    :raises StepFailed: a part does not hold.
    :raises Unavailable: a QEMU could not be reached, or did not answer in time.
    """
    hearing.mark()
    for expect in plan.ends:
        start = time.perf_counter()
        seen = ""
        try:
            rest = SETTLE if is_new else AT_REST
            async for news in _wait(plan, session, expect, rest, hearing.since(expect.role)):
                match news:
                    case Nearer(done, total):
                        yield Progress(len(plan.steps), done, total)
                    case Seen(text):
                        seen = text
        except ColorunbookError as error:
            for event in hearing.news():
                yield event
            raise _failure(plan, expect, error, is_new=is_new) from error
        yield ExpectationMet(expect, seen, time.perf_counter() - start)
        for event in hearing.news():
            yield event


async def _wait(
    plan: Plan, session: Session, expect: Expect, rest: float, since: int
) -> AsyncIterator[Nearer | Seen]:
    condition = expect.condition
    waiting: AsyncIterator[Nearer | Seen]
    if isinstance(condition, HostCondition):
        host = plan.site.host(expect.role)
        waiting = wait_for_host(session.transport, host, condition, rest)
    else:
        monitor = await session.monitor(expect.role, plan.site)
        waiting = wait(monitor, condition, await _bound(plan, session, condition, rest), since)
    async for news in waiting:
        yield news


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


async def _bound(plan: Plan, session: Session, condition: Condition, rest: float) -> float:
    """Checkpoints come at a pace that the primary knows, in milliseconds."""
    if not isinstance(condition, Checkpoints):
        return rest
    primary = await session.monitor(Role.PRIMARY, plan.site)
    return SETTLE + 2 * (condition.count + 1) * await pace(primary)
