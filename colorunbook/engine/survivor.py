# SPDX-License-Identifier: GPL-2.0-or-later
"""One whose peer has gone while they were in COLO: a failover leads on, and nothing else does."""

import asyncio
from contextlib import suppress

from colorunbook import shelf
from colorunbook.book.actions import Launch
from colorunbook.book.conditions import colo_mode_is, guest_is
from colorunbook.engine.account import GO_ON
from colorunbook.engine.presence import answers
from colorunbook.engine.session import SPARE, Session
from colorunbook.engine.standing import Lookout, State
from colorunbook.engine.waits import ask
from colorunbook.errors import ColorunbookError, Refused
from colorunbook.hosts import Role
from colorunbook.plan import Plan


async def refuse_to_start_beside_a_survivor(plan: Plan, session: Session, lookout: Lookout) -> None:
    """What is started beside one that is in COLO still would be taken for its dead peer.

    It is asked of plans that start both. Where only one is started, the other one may wait for that
    and greet nobody until then, which would be waited for each time.

    :raises Refused: the peer of a QEMU that would be started is in COLO.
    """
    launches = {step.role: step for step in plan.steps if isinstance(step.action, Launch)}
    if len(launches) < len(Role):
        return
    there = [r for r, step in launches.items() if (await lookout.of(step)).state is State.DONE]
    if len(there) == 1 and await _is_in_colo(plan, session, there[0]):
        (peer,) = there
        raise Refused(
            f"{plan.name} is refused, and nothing was sent: the {peer.value} "
            f"{plan.site.host(peer).address} is in COLO still, and the {peer.other.value} that "
            "would be started is not the one it has lost.",
            _failover(peer),
        )


async def told_of_survivor(plan: Plan, session: Session) -> str:
    """What leads on where one of a pair has gone; empty: both are there, or nobody can tell."""
    if plan.buries is not None or len(plan.roles) < len(Role):
        return ""
    there = [role for role in Role if await _is_in_colo(plan, session, role)]
    gone = [role for role in Role if not await answers(plan, session, role)]
    if len(there) != 1 or gone != [there[0].other]:
        return ""
    return f"The {there[0].value} is in COLO still, and has lost its peer. {_failover(there[0])}"


async def told_of_waiting(plan: Plan, session: Session) -> str:
    """What lets the guest of a survivor go on that waits; empty: it does not."""
    if plan.buries is None:
        return ""
    with suppress(ColorunbookError):
        monitor = await session.monitor(plan.buries.other, plan.site)
        if (await ask(monitor, guest_is("paused"), _soon()))[0]:
            return f"The guest is paused: {GO_ON}."
    return ""


def _failover(role: Role) -> str:
    runbook = shelf.failover(role)
    if runbook is None:  # somebody's own shelf has others in the place of both
        return ""
    return (
        f"When the {role.other.value} is dead, 'colorunbook run {runbook.name}' lets "
        f"the {role.value} go on alone."
    )


def _soon() -> float:
    return asyncio.get_running_loop().time() + SPARE


async def _is_in_colo(plan: Plan, session: Session, role: Role) -> bool:
    """Whether it says so, soon. One that cannot be asked is none that could be in the way."""
    host = plan.site.host(role)
    opened = dict(session.opened()).get(host.address)
    try:
        monitor = opened or await session.transport.connect(host, SPARE)
    except ColorunbookError:
        return False
    try:
        _, mode = await ask(monitor, colo_mode_is(role.value), _soon())
        return mode in [each.value for each in Role]
    except ColorunbookError:
        return False
    finally:
        if monitor is not opened:
            await monitor.close()
