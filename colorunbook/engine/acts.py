# SPDX-License-Identifier: GPL-2.0-or-later
"""Doing one action on one host; waits are elsewhere, as they tell how far they have come."""

from collections.abc import Sequence

from colorunbook.book.actions import Assign, Command, Hmp, Launch, Qmp, Shell
from colorunbook.engine.monitor import NEGOTIATION
from colorunbook.engine.session import Session
from colorunbook.engine.waits import REPLY
from colorunbook.errors import StepFailed
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Json, Payload
from colorunbook.qemu.shell import Word

IMAGE = 120.0
"""How long a command of a shell may take, in seconds."""


async def act(plan: Plan, session: Session, role: Role, action: Command) -> Json:
    """Do an action; the reply, or what is known of what was started.

    :raises StepFailed: QEMU or a program said no.
    :raises Unavailable: it could not be reached, or did not answer in time.
    """
    host = plan.site.host(role)
    match action:
        case Assign(variable):
            return f"{variable.name} is {variable.value}"
        case Shell(words):
            output = await session.transport.shell(host, _texts(words), IMAGE)
            if output.status:
                raise StepFailed(
                    f"{words[0].text} ended with {output.status}: {output.text.strip()}"
                )
            return output.text.strip()
        case Launch(words):
            await session.forget(role, plan.site)
            return await session.transport.launch(host, _texts(words))
        case Qmp(payload):
            if payload.execute == NEGOTIATION:
                await session.monitor(role, plan.site)
                return "sent when the session was opened"
            return await _send(plan, session, role, payload)
        case Hmp() as line:
            reply = await _send(plan, session, role, line.payload)
            if complaint := line.complaint(reply):
                raise StepFailed(f"The human monitor replied: {complaint}")
            return str(reply).strip()


async def _send(plan: Plan, session: Session, role: Role, payload: Payload) -> Json:
    monitor = await session.monitor(role, plan.site)
    return await monitor.execute(payload, REPLY)


def _texts(words: Sequence[Word]) -> list[str]:
    return [word.text for word in words]
