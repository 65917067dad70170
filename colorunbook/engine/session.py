# SPDX-License-Identifier: GPL-2.0-or-later
"""The open monitors of one run."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace

from colorunbook.book.actions import Launch
from colorunbook.book.runbook import Runbook
from colorunbook.engine.together import together
from colorunbook.engine.transport import Monitor, Transport
from colorunbook.errors import ColorunbookError, Refused, StepFailed, Unavailable
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition, Version
from colorunbook.qemu.payload import Json, Payload, is_object

CONNECT = 10.0
"""How long a monitor may take to greet, in seconds."""

SPARE = 2.0
"""How long a spare monitor may take to greet, in seconds; without it there is another way."""


class Session:
    """Opens the monitors of a site when they are needed, and closes them all at the end.

    :param edition: which of the two spellings runbooks are resolved in.
    """

    def __init__(self, transport: Transport, site: Site, edition: Edition = Edition.HMP) -> None:
        self.transport = transport
        self.site = site
        self.edition = edition
        self._open: dict[str, Monitor] = {}
        self._spares: dict[str, Monitor] = {}
        self._turns: defaultdict[str | tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for monitor in {*self._open.values(), *self._spares.values()}:
            await monitor.close()
        self._open.clear()
        self._spares.clear()

    async def monitor(self, role: Role, site: Site | None = None) -> Monitor:
        """The monitor of a role, opened at the first call.

        :param site: whose roles are meant, where they are not those of the session.
        :raises Unavailable: it cannot be opened.
        """
        host = (site or self.site).host(role)
        async with self._turns[host.address]:
            if host.address not in self._open:
                self._open[host.address] = await self._connect(role, host)
        return self._open[host.address]

    async def spare(self, role: Role, site: Site | None = None) -> Monitor:
        """A session of a role for commands out of band: with its spare monitor, if it has one.

        Ask for it before anything hangs: a session that is opened later gets no further than the
        greeting. Where there is no spare monitor, or it is taken, the first session does as well,
        as what is sent out of band overtakes what waits in it.
        """
        host = (site or self.site).host(role)
        if host.spare is None:
            return await self.monitor(role, site)
        async with self._turns[host.address, "spare"]:
            if host.address not in self._spares:
                try:
                    second = replace(host, monitor=host.spare, spare=None)
                    self._spares[host.address] = await self.transport.connect(second, SPARE)
                except Unavailable:
                    self._spares[host.address] = await self.monitor(role, site)
        return self._spares[host.address]

    def opened(self) -> tuple[tuple[str, Monitor], ...]:
        """The monitors that are open, with the address of each one's host."""
        return tuple(self._open.items())

    async def resolve(self, runbook: Runbook) -> Plan:
        """Resolve a runbook for the QEMU that is really there.

        What runs tells its version in its greeting; what has yet to be started is asked with
        ``--version``.

        :raises Unavailable: a QEMU that the runbook needs is not there.
        :raises Refused: the two are of different versions.
        """
        draft = resolve(runbook, self.site, Dialect(NEWEST, self.edition))
        launched = {s.role for s in draft.steps if isinstance(s.action, Launch)}

        async def version(role: Role) -> Version:
            if role in launched:
                return await self.transport.qemu_version(draft.site.host(role))
            return (await self.monitor(role, draft.site)).version

        roles = [role for role in Role if role in {*draft.roles, *launched}]
        async with together(map(version, roles)) as asked:
            versions = {role: await each for role, each in zip(roles, asked, strict=True)}
        found = sorted(set(versions.values()))
        if len(found) > 1:
            told = " and ".join(f"the {r.value} QEMU {v}" for r, v in versions.items())
            raise Refused(
                f"{runbook.name} is refused, and nothing was sent: the versions differ, {told}.",
                "COLO passes the guest's whole state: run the same QEMU on both hosts.",
            )
        return resolve(runbook, self.site, Dialect(found[0] if found else NEWEST, self.edition))

    async def _connect(self, role: Role, host: Host) -> Monitor:
        try:
            return await self.transport.connect(host, CONNECT)
        except Unavailable as error:
            raise type(error)(
                f"The {role.value} {host.address} cannot be reached. {error.message}",
                error.advice,
            ) from error

    async def builds(self) -> dict[str, str]:
        """What each QEMU that is spoken to tells of its build beside its version, by address.

        :raises Unavailable: one does not answer.
        """
        found: dict[str, str] = {}
        for address, monitor in self._open.items():
            reply: Json = None
            with suppress(StepFailed):
                reply = await monitor.execute(Payload("query-version"), CONNECT)
            found[address] = str(reply.get("package") or "") if is_object(reply) else ""
        return found

    async def forget(self, role: Role, site: Site) -> None:
        """Close a monitor whose QEMU is about to be started anew."""
        address = site.host(role).address
        for monitor in {self._open.pop(address, None), self._spares.pop(address, None)}:
            if monitor is not None:
                await monitor.close()


def in_step(error: ColorunbookError, where: str) -> ColorunbookError:
    """The same error, telling where in the procedure it came up."""
    return type(error)(f"{where}: {error.message}", error.advice)
