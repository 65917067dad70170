# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person is told of a run that went no further."""

import asyncio

from colorunbook.book.actions import Action, Qmp
from colorunbook.book.conditions import guest_is
from colorunbook.engine.events import Event, UndoDone, UndoFailed
from colorunbook.engine.freeing import HANGS
from colorunbook.engine.session import Session
from colorunbook.engine.waits import ask
from colorunbook.errors import ColorunbookError
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Payload

STOP = Qmp(Payload("stop"))

GO_ON = '{"execute": "cont"} in its monitor lets it go on, alone'
"""What to do with a guest that waits for a pair that does not come."""


def told_of_steps(last: int) -> str:
    """What is done when it goes no further than a step."""
    if last < 1:
        return "No step is done."
    return "Step 1 is done." if last == 1 else f"Steps 1 to {last} are done."


def told_of_undo(undone: Event, account: str) -> str:
    """What is to be said after a step was taken back, or was not."""
    match undone:
        case UndoDone(number):
            return f"What was done from step {number} on is taken back."
        case UndoFailed(number, step, why):
            return f"Taking back ended at step {number}, '{step.title}': {why}"
        case _:
            return account


def told_of_stop(plan: Plan, last: int) -> str:
    """The same where nobody can be asked: whether the guest may wait; empty: it does not.

    :param last: the last step that is done, or may be.
    """
    actions = [step.action for step in plan.steps[:last]]
    if STOP not in actions or any(map(goes_over, actions)):
        return ""
    number = actions.index(STOP) + 1
    return f" Step {number} has paused the guest, and nobody can tell whether it waits: {GO_ON}."


async def told_of_pause(plan: Plan, session: Session, last: int) -> str:
    """Whether the guest waits for what did not come about; empty: it does not.

    :param last: the last step that is done, or may be, counted from 1.
    """
    for number, step in enumerate(plan.steps[:last], 1):
        if step.action != STOP:
            continue
        try:
            async with asyncio.timeout(HANGS):
                monitor = await session.monitor(step.role, plan.site)
                paused, _ = await ask(monitor, guest_is("paused"))
        except (ColorunbookError, TimeoutError):
            return told_of_stop(plan, number)
        if paused:
            return f" The guest is paused: when nothing of the pair is left half done, {GO_ON}."
    return ""


def goes_over(action: Action) -> bool:
    """Whether it is what lets the guest go on, in COLO."""
    return isinstance(action, Qmp) and action.payload.execute == "migrate"
