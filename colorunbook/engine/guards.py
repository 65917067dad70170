# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to be so before anything is touched."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass

from colorunbook.book.actions import Launch
from colorunbook.book.conditions import Checkpoints, EventSeen, HostCondition
from colorunbook.book.phrases import Expect, plain
from colorunbook.engine.account import GO_ON, STOP
from colorunbook.engine.asking import ask_host
from colorunbook.engine.session import Session
from colorunbook.engine.standing import Lookout, State
from colorunbook.engine.together import together
from colorunbook.errors import ColorunbookError, Refused, StepFailed, TimedOut, Unavailable
from colorunbook.plan import Plan


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen of a guard.

    :param holds: ``None``: nobody knows, which is not that it holds.
    :param spent: why it need not hold any more; empty: it has to.
    :param hangs: there was no answer in time.
    """

    expect: Expect
    holds: bool | None
    seen: str
    spent: str = ""
    hangs: bool = False

    @property
    def lets_pass(self) -> bool:
        """Whether the procedure may go on from here."""
        return self.holds is True or bool(self.spent)

    @property
    def name(self) -> str:
        """The name by which a person can let it be; empty: nobody can."""
        condition = self.expect.condition
        return condition.NAME if isinstance(condition, HostCondition) else ""


def ask_guards(
    plan: Plan, session: Session, lookout: Lookout, starts: Sequence[Expect] | None = None
) -> AbstractAsyncContextManager[Sequence["asyncio.Task[Verdict]"]]:
    """Ask every guard of a plan, all at the same time; nothing is changed.

    :param starts: these instead: of a part of it.
    :returns: a verdict each, in their order.
    """
    asked = plan.starts if starts is None else starts
    return together(_verdict(plan, session, lookout, expect) for expect in asked)


async def _verdict(plan: Plan, session: Session, lookout: Lookout, expect: Expect) -> Verdict:
    try:
        holds, seen = await _ask(plan, session, lookout, expect)
    except Unavailable as error:
        spent, hangs = "", isinstance(error, TimedOut)
        if not hangs:
            with suppress(Unavailable):
                spent = await _spent(plan, lookout, expect)
        return Verdict(expect, None, error.message, spent, hangs)
    spent = "" if holds else await _spent(plan, lookout, expect)
    return Verdict(expect, holds, seen, spent)


async def _ask(
    plan: Plan, session: Session, lookout: Lookout, expect: Expect
) -> tuple[bool | None, str]:
    condition = expect.condition
    if isinstance(condition, EventSeen | Checkpoints):
        raise TypeError(f"{type(condition).__name__} cannot be asked beforehand")
    if isinstance(condition, HostCondition):
        return await ask_host(session.transport, plan.site.host(expect.role), condition)
    return await lookout.ask(expect.role, condition)


async def _spent(plan: Plan, lookout: Lookout, expect: Expect) -> str:
    """The step that has made an end of a guard; empty: none has."""
    for number, step in enumerate(plan.steps, 1):
        if expect in step.spends and (await lookout.of(step)).state is State.DONE:
            return f"step {number}, '{step.title}', is done already"
    return ""


def must_pass(plan: Plan, verdict: Verdict, done: str = "nothing was sent") -> None:
    """See that a guard lets the procedure begin.

    :param done: what had to be done before it could be asked.
    :raises Refused: it does not.
    """
    if verdict.lets_pass:
        return
    only = f"it begins only when {plain(verdict.expect)}"
    seen = "seen" if verdict.holds is False else "and nobody can tell"
    advice = f"'colorunbook show {plan.name}' tells what it is for."
    if verdict.seen == "paused" and any(step.action == STOP for step in plan.steps):
        advice = f"Where a resume that was broken off has paused it, {GO_ON}. Then say this again."
    if verdict.name:
        advice = f"Where you know better, --despite {verdict.name} lets it be."
    raise Refused(
        f"{plan.name} is refused, and {done}: {only}; {seen}: {verdict.seen.rstrip('.')}.",
        advice,
    )


async def must_begin(
    plan: Plan, session: Session, lookout: Lookout, part: str, despite: Collection[str] = ()
) -> None:
    """See that a part of a composed plan may begin where the parts before it have led.

    Of a part that begins a QEMU nothing is asked here: the plan's own guards have asked it.

    :param despite: names of guards that a person lets be.
    :raises StepFailed: it may not.
    :raises Unavailable: nobody can tell.
    """
    starts = dict(plan.parts).get(part, ())
    if any(isinstance(s.action, Launch) and s.runbook == part for s in plan.steps):
        return
    async with ask_guards(plan, session, lookout, starts) as asked:
        for each in asked:
            verdict = await each
            if not verdict.lets_pass and verdict.name not in despite:
                raise _kind(verdict)(
                    f"{part} may not begin: it begins only when {plain(verdict.expect)}; seen: "
                    f"{verdict.seen.rstrip('.')}."
                )


def _kind(verdict: Verdict) -> type[ColorunbookError]:
    if verdict.holds is False:
        return StepFailed
    return TimedOut if verdict.hangs else Unavailable


async def refuse_to_start_twice(plan: Plan, session: Session, lookout: Lookout) -> None:
    """A QEMU that runs already may be the one that carries the guest.

    :raises Refused: one serves the monitor, and it is not the one that the plan would start.
    """
    for step in plan.steps:
        host = plan.site.host(step.role)
        if not isinstance(step.action, Launch) or not await session.transport.serves(host):
            continue
        if (await lookout.of(step)).state is not State.DONE:
            raise Refused(
                f"{plan.name} is refused, and nothing was sent: on the {step.role.value} "
                f"{host.address} another QEMU serves {host.monitor} already.",
                "End it first, or choose another monitor; if the roles have changed hosts, "
                "give --primary.",
            )
