# SPDX-License-Identifier: GPL-2.0-or-later
"""Freeing a QEMU that waits for a peer that has vanished, past whatever hangs in it."""

from colorunbook.book.actions import Yank
from colorunbook.engine.events import Yanked
from colorunbook.engine.session import Session
from colorunbook.errors import StepFailed
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import JsonObject

ANSWER = 5.0
"""How long a reply out of band may take, in seconds; nothing in QEMU is before it in the queue."""


async def free(plan: Plan, session: Session, role: Role, yank: Yank, why: str) -> Yanked:
    """Cut what leads to the peer, out of band.

    :param why: what it is done for.
    :raises Unavailable: the QEMU does not answer out of band either.
    :raises StepFailed: it refuses.
    """
    monitor = await session.spare(role, plan.site)
    chosen = yank.chosen(await monitor.execute(yank.question, ANSWER))
    if chosen:
        try:
            await monitor.execute(yank.payload(chosen), ANSWER)
        except StepFailed:  # one of them was gone meanwhile, and then none is cut
            chosen = yank.chosen(await monitor.execute(yank.question, ANSWER))
            await monitor.execute(yank.payload(chosen), ANSWER)
    return Yanked(role, tuple(map(_named, chosen)), why)


def yank_of(plan: Plan) -> tuple[Role, Yank] | None:
    """What frees the QEMU of a plan, and whose QEMU that is; ``None``: nothing does."""
    for step in (*plan.freeing, *plan.steps):
        if isinstance(step.action, Yank):
            return step.role, step.action
    return None


def _named(instance: JsonObject) -> str:
    name = instance.get("node-name") or instance.get("id")
    return f"{instance.get('type')} {name}" if name else str(instance.get("type"))
