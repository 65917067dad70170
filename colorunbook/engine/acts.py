# SPDX-License-Identifier: GPL-2.0-or-later
"""Doing one action on one host, or waiting for what comes of it."""

from collections.abc import AsyncIterator, Callable, Sequence

from colorunbook.book.actions import Assign, Await, Command, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import Checkpoints, HostCondition
from colorunbook.engine.asking import wait_for_host
from colorunbook.engine.freeing import Freer, free
from colorunbook.engine.session import Session
from colorunbook.engine.waits import REPLY, Nearer, Seen, wait
from colorunbook.errors import StepFailed
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import NEGOTIATION, Json
from colorunbook.qemu.shell import Word

IMAGE = 120.0
"""How long a command of a shell may take, in seconds."""


class Hands:
    """Does the actions of one plan.

    :ivar freer: frees a QEMU that hangs meanwhile.
    """

    def __init__(self, plan: Plan, session: Session) -> None:
        self._plan = plan
        self._session = session
        self.freer = Freer(plan, session)

    async def act(self, role: Role, action: Command) -> Json:
        """Do an action; the reply, or what is known of what was started.

        :raises StepFailed: QEMU or a program said no.
        :raises Unavailable: it could not be reached, or did not answer in time.
        """
        host = self._plan.site.host(role)
        transport = self._session.transport
        match action:
            case Assign(variable):
                return f"{variable.name} is {variable.value}"
            case Shell(words):
                output = await transport.shell(host, _texts(words), IMAGE)
                if output.status:
                    program = words[0].text
                    raise StepFailed(f"{program} ended with {output.status}: {output.text.strip()}")
                return output.text.strip()
            case Launch(words):
                await self._session.forget(role, self._plan.site)
                return await transport.launch(host, _texts(words))
            case Qmp(payload):
                if payload.execute == NEGOTIATION:
                    await self._session.monitor(role, self._plan.site)
                    return "sent when the session was opened"
                return await (await self.freer.monitor(role)).execute(payload, REPLY)
            case Hmp() as line:
                reply = await (await self.freer.monitor(role)).execute(line.payload, REPLY)
                if complaint := line.complaint(reply):
                    raise StepFailed(f"The human monitor replied: {complaint}")
                return str(reply).strip()
            case Yank() as yank:
                done = await free(self._plan, self._session, role, yank, "as a step")
                return ", ".join(done.instances)

    async def wait(
        self,
        role: Role,
        action: Await,
        since: int | None = None,
        heed: Callable[[], None] = lambda: None,
    ) -> AsyncIterator[Nearer | Seen]:
        """Wait for a QEMU or its host; the last value tells what was seen.

        :param since: from where on events of the QEMU count; ``None``: from now on, as checkpoints
            always do.
        :param heed: called between two looks; what it raises ends the wait.
        :raises TimedOut: it does not hold in time.
        :raises StepFailed: it can no longer come to hold.
        """
        condition = action.condition
        waiting: AsyncIterator[Nearer | Seen]
        if isinstance(condition, HostCondition):
            host = self._plan.site.host(role)
            waiting = wait_for_host(self._session.transport, host, condition, action.within, heed)
        else:
            monitor = await self.freer.monitor(role)
            if since is None or isinstance(condition, Checkpoints):
                since = len(monitor.events)
            waiting = wait(monitor, condition, action.within, since, heed)
        async for news in waiting:
            yield news


def _texts(words: Sequence[Word]) -> list[str]:
    return [word.text for word in words]
