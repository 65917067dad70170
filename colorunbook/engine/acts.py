# SPDX-License-Identifier: GPL-2.0-or-later
"""Doing one action on one host; waits are elsewhere, as they tell how far they have come."""

import asyncio
from collections.abc import Sequence

from colorunbook.book.actions import Assign, Command, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.engine.events import Yanked
from colorunbook.engine.freeing import free, yank_of
from colorunbook.engine.monitor import NEGOTIATION
from colorunbook.engine.session import Session
from colorunbook.engine.waits import REPLY
from colorunbook.errors import ColorunbookError, StepFailed
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Json, Payload
from colorunbook.qemu.shell import Word

IMAGE = 120.0
"""How long a command of a shell may take, in seconds."""

HANGS = 3.0
"""After how many seconds without a reply a QEMU whose peer is dead is taken to wait for it."""

HANGS_BESIDE_A_PEER = 20.0
"""The same where the peer is there, and may only be slow: cutting it off ends the replication."""


class Hands:
    """Does the actions of one plan.

    :ivar freed: what had to be cut so that an action came to its end, until it is told.
    """

    def __init__(self, plan: Plan, session: Session) -> None:
        self._plan = plan
        self._session = session
        self._yank = yank_of(plan)
        self._hangs = HANGS if plan.buries else HANGS_BESIDE_A_PEER
        self.freed: list[Yanked] = []

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
                return await self._send(role, payload)
            case Hmp() as line:
                reply = await self._send(role, line.payload)
                if complaint := line.complaint(reply):
                    raise StepFailed(f"The human monitor replied: {complaint}")
                return str(reply).strip()
            case Yank() as yank:
                done = await free(self._plan, self._session, role, yank, "as a step")
                return ", ".join(done.instances)

    async def _send(self, role: Role, payload: Payload) -> Json:
        """Send a command; where it hangs, free the QEMU of its peer and go on waiting."""
        monitor = await self._session.monitor(role, self._plan.site)
        if payload.oob or self._yank is None or self._yank[0] is not role:
            return await monitor.execute(payload, REPLY)
        await self._session.spare(role, self._plan.site)  # once it hangs it is too late
        sending = asyncio.ensure_future(monitor.execute(payload, REPLY))
        try:
            done, _ = await asyncio.wait((sending,), timeout=self._hangs)
            if not done:
                await self._free(role, self._yank[1], payload)
            return await sending
        finally:
            sending.cancel()

    async def _free(self, role: Role, yank: Yank, payload: Payload) -> None:
        why = f"{payload.execute} had no reply after {self._hangs:g} s"
        try:
            self.freed.append(await free(self._plan, self._session, role, yank, why))
        except ColorunbookError as error:
            self.freed.append(Yanked(role, (), f"{why}, and nothing could be cut: {error.message}"))


def _texts(words: Sequence[Word]) -> list[str]:
    return [word.text for word in words]
