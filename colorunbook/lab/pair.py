# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab: a live COLO pair in a world of its own, brought up by the same runbooks as anywhere."""

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from colorunbook import shelf
from colorunbook.book.conditions import colo_mode_is, guest_is
from colorunbook.engine.events import Event
from colorunbook.engine.local import LocalTransport
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.waits import ask
from colorunbook.errors import InputError, Unavailable
from colorunbook.hosts import Host, Role, Site
from colorunbook.lab.cables import Cable, Cables
from colorunbook.lab.world import World
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version

if TYPE_CHECKING:
    import psutil

Watch = Callable[[Event], None]

BRING_UP: Final = (
    "launch-primary",
    "launch-secondary",
    "prepare-secondary",
    "set-checkpoint-delay",
    "start-replication",
)
ALONE: Final = "launch-alone"
PROTECT: Final = (ALONE, "protect")
_WAYS_IN = ("nsenter", "env", "setpriv")


@dataclasses.dataclass(frozen=True, slots=True)
class Lab:
    """A world, and the site of the pair in it.

    :ivar site: the pair with the roles it was brought up in.
    :ivar remarks: what is not as on an ordinary host, a sentence each.
    :ivar edition: how its runbooks are spelled, unless somebody says otherwise.
    :ivar linux: its guest is a real Linux, which answers clients; otherwise it only halts.
    """

    name: str
    world: World
    site: Site
    remarks: tuple[str, ...]
    edition: Edition = Edition.HMP
    linux: bool = False

    @property
    def transport(self) -> LocalTransport:
        """Reaches the hosts of this lab."""
        world = self.world
        return LocalTransport(
            world.runtime, self._on, net=self._in_network_of, tables=world.net_folder, whole=True
        )

    @property
    def dialect(self) -> Dialect:
        """How its runbooks are spelled for its QEMU."""
        return Dialect(Version.parse(self.world.tree.version), self.edition)

    def host_at(self, address: str) -> Host:
        """The host that has an address.

        :raises InputError: it is none of the two.
        """
        for host in (self.site.primary, self.site.secondary):
            if host.address == address:
                return host
        raise InputError(
            f"The lab {self.name} has no host {address}.",
            f"It has {self.site.primary.address} and {self.site.secondary.address}.",
        )

    def qemu_of(self, host: Host) -> "psutil.Process | None":
        """The QEMU that serves a host's monitor; ``None``: it does not run.

        A script may have started it and wait for it. So it is the last that was given the monitor,
        whatever it is called.
        """
        import psutil

        wanted = f"{host.monitor},server=on,wait=off"
        given: dict[int, psutil.Process] = {}
        parents: set[int | None] = set()
        for process in self.world.processes():
            with suppress(psutil.NoSuchProcess):
                words, parent = process.cmdline(), process.ppid()
                if wanted in words and Path(words[0]).name not in _WAYS_IN:
                    given[process.pid] = process
                    parents.add(parent)
        return next((process for pid, process in given.items() if pid not in parents), None)

    def prepare_images(self, *hosts: Host) -> None:
        """Make ``primary.qcow2`` of each host anew, with the guest on it.

        :raises Unavailable: the guest cannot be made, or a tool failed.
        """
        from colorunbook.lab import images

        images.prepare(self.world, hosts, self.site.disk, linux=self.linux)

    async def bring_up(self, watch: Watch) -> None:
        """Start the guest and see both QEMUs in lock-step, by the runbooks.

        A real Linux boots first, and is given its secondary then.

        :raises ColorunbookError: what the engine says.
        :raises Unavailable: the Linux does not come up.
        """
        self.prepare_images(self.site.primary, self.site.secondary)
        async with Session(self.transport, self.site, self.edition) as session:
            for name in PROTECT if self.linux else BRING_UP:
                await self.do(name, session, watch)
                if name == ALONE:
                    await self.see_guest_up(self.site.primary)

    async def do(self, name: str, session: Session, watch: Watch) -> None:
        """Do a runbook, with the roles of the session's site.

        :raises ColorunbookError: what the engine says.
        """
        plan = resolve(shelf.runbook(name), session.site, self.dialect)
        async for event in run(plan, session):
            watch(event)

    async def see_guest_up(self, host: Host) -> float:
        """Wait until the Linux that boots on a host says that it is up.

        :returns: how long it took from here, in seconds.
        :raises Unavailable: it does not come up; the message says why.
        """
        from colorunbook.lab.guest.console import until_up

        log = self.transport.log_of(host)
        return await until_up(log, lambda: self.qemu_of(host) is not None)

    async def role_of(self, host: Host) -> Role | None:
        """The role that a host's QEMU plays now; ``None``: it does not run."""
        if self.qemu_of(host) is None:
            return None
        async with Session(self.transport, self.site) as session:
            role = Role.PRIMARY if host == self.site.primary else Role.SECONDARY
            monitor = await session.monitor(role)
            _, mode = await ask(monitor, colo_mode_is(""))
            _, status = await ask(monitor, guest_is(""))
        if mode in ("primary", "secondary"):
            return Role(mode)
        return Role.SECONDARY if status == "inmigrate" else Role.PRIMARY

    async def kill(self, role: Role) -> Host:
        """End the QEMU that has a role now, as a power cut would.

        :raises InputError: no QEMU of this lab has the role.
        """
        silent: list[Unavailable] = []
        for host in (self.site.primary, self.site.secondary):
            try:
                if await self.role_of(host) is role:
                    self.kill_host(host)
                    return host
            except Unavailable as error:
                silent.append(error)
        if silent:
            raise silent[0]
        raise InputError(
            f"No QEMU of the lab {self.name} is a {role.value} now.",
            "See 'colorunbook lab status'.",
        )

    def kill_host(self, host: Host) -> None:
        """End a host's QEMU, as a power cut would, and see it gone."""
        from colorunbook.lab.waking import kill

        process = self.qemu_of(host)
        if process is not None:
            kill([process])

    @property
    def cables(self) -> Cables:
        """The cables of its hosts.

        :raises InputError: the two hosts have one network.
        """
        if self.world.cables is None:
            raise InputError(
                f"The two hosts of the lab {self.name} share one network: there is no cable.",
                "'colorunbook lab up --hosts 2' makes hosts with a network each.",
            )
        return self.world.cables

    def set_ports(self, state: str, ports: Sequence[str]) -> None:
        """Set ports of the switches ``up`` or ``down``; its cables name them.

        :raises InputError: the two hosts have one network.
        :raises Unavailable: the lab has ended, or the kernel refused.
        """
        self.cables.set(state, ports, self.world.keeper)

    def those_cut(self) -> dict[str, tuple[Cable, ...]]:
        """The cables that are pulled, by the address of their host.

        :raises Unavailable: the lab has ended, or the kernel refused.
        """
        cables = self.world.cables
        return {} if cables is None else cables.those_cut(self.world.keeper)

    def _on(self, address: str, argv: Sequence[str]) -> Sequence[str]:
        """The words that run a command on a host."""
        return self.world.command(argv, address=address)

    def _in_network_of(self, address: str, argv: Sequence[str]) -> Sequence[str]:
        """The words that run a command of this machine in the network of a host."""
        return self.world.net_command(argv, address=address)
