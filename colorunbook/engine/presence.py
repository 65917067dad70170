# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a peer that should be there is."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from colorunbook.book.actions import Action, Assign, Qmp
from colorunbook.book.ports import Knock
from colorunbook.engine.session import Session
from colorunbook.engine.transport import Monitor
from colorunbook.errors import StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Payload

ANSWER = 5.0
"""How long a peer may take to answer whether it is there, in seconds."""

IS_THERE: Final = Payload("query-version")
"""What a peer is asked, for the sake of an answer."""

_AT_HOME: Final = frozenset(
    (
        "migrate-set-capabilities",
        "migrate-set-parameters",
        "nbd-server-start",
        "nbd-server-add",
        "block-export-add",
        "object-del",
    )
)
"""Commands that set something of their own QEMU, open a port or take an object away. None waits for
a peer or makes a connection: so after the peer was killed, stopped or cut off (QEMU 11.1)."""


def leads_to_its_peer(action: Action) -> bool:
    """Tell whether an action may open a connection to the peer, or wait for one.

    What is not known does.
    """
    match action:
        case Assign():
            return False
        case Qmp(payload):
            is_thread = payload.arguments.get("qom-type") == "iothread"
            made = payload.execute == "object-add" and is_thread
            return not (made or payload.execute in _AT_HOME)
        case _:
            return True


async def must_answer(plan: Plan, session: Session, peer: Role) -> None:
    """See that a peer that is spoken to answers still.

    :raises Unavailable: the session with it was lost, or it does not answer.
    """
    monitor = _opened(plan, session, peer)
    if monitor is None:
        return
    who = f"The {peer.value} {plan.site.host(peer).address}"
    try:
        await _ask(monitor)
    except TimedOut as error:
        raise TimedOut(f"{who} does not answer. {error.message}", error.advice) from error
    except Unavailable as error:
        raise Unavailable(f"{who} has gone. {error.message}", error.advice) from error


async def answers(plan: Plan, session: Session, peer: Role) -> bool:
    """Tell whether a peer answers, whether it was spoken to before or not."""
    monitor = _opened(plan, session, peer)
    if monitor is None:
        return await session.transport.meet(plan.site.host(peer), ANSWER) is Knock.ANSWERS
    try:
        await _ask(monitor)
    except Unavailable:
        return False
    return True


@contextmanager
def watched(plan: Plan, session: Session, peer: Role) -> Iterator[Callable[[], None]]:
    """Watch a peer that is spoken to, while something is waited for that it has a part in.

    :returns: what raises :class:`Unavailable` once the session with the peer is lost. It never does
        where the plan is for the time after its death.
    """
    if plan.buries is not None or peer not in plan.roles:
        yield lambda: None
        return
    gone = asyncio.ensure_future(has_gone(plan, session, peer))

    def heed() -> None:
        if gone.done():
            raise Unavailable(
                f"The {peer.value} {plan.site.host(peer).address} has gone: the session with "
                "it was lost.",
                "See whether that QEMU still runs.",
            )

    try:
        yield heed
    finally:
        gone.cancel()


async def has_gone(plan: Plan, session: Session, peer: Role) -> None:
    """Wait until the session with a peer is lost; without one it never is."""
    monitor = _opened(plan, session, peer)
    if monitor is None:
        await asyncio.Event().wait()
    else:
        await monitor.lost()


def _opened(plan: Plan, session: Session, peer: Role) -> Monitor | None:
    return dict(session.opened()).get(plan.site.host(peer).address)


async def _ask(monitor: Monitor) -> None:
    with suppress(StepFailed):  # that is an answer
        await monitor.execute(IS_THERE, ANSWER)
