# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab: a live COLO pair in a world of its own, brought up by the same runbooks as anywhere."""

import dataclasses
import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from typing import Final

import psutil

from colorunbook import shelf
from colorunbook.book.conditions import colo_mode_is, guest_is
from colorunbook.engine.events import Event
from colorunbook.engine.local import LocalTransport
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.waits import ask
from colorunbook.errors import InputError, Unavailable
from colorunbook.hosts import Accel, Host, Role, Site, UnixMonitor, size_in_bytes
from colorunbook.lab import genesis, runtime
from colorunbook.lab.cables import Cable, Cables
from colorunbook.lab.guest.building import build
from colorunbook.lab.guest.console import until_up
from colorunbook.lab.world import World, find
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version

Watch = Callable[[Event], None]

DEFAULT: Final = "default"
DISK: Final = "64M"
LINUX_MEMORY: Final = 256
"""MiB: what the Linux of a lab is given at the most, since each checkpoint looks at all of it."""

CHECKPOINT_DELAY: Final = 500
"""Milliseconds: two checkpoints are soon seen."""

HALT: Final = b"\xfa\xf4\xeb\xfd"
"""``cli``, ``hlt``, and back to ``hlt``: a guest that asks nothing of its host."""

BRING_UP: Final = (
    "launch-primary",
    "launch-secondary",
    "prepare-secondary",
    "set-checkpoint-delay",
    "start-replication",
)
ALONE: Final = "launch-alone"
PROTECT: Final = (ALONE, "protect")
_RECORD = "lab.json"
_CONSOLE = (
    *("-chardev", "file,id=console0,path=/proc/self/fd/1,append=on"),
    *("-serial", "chardev:console0"),
)
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
        return LocalTransport(self.world.runtime, self._on, net=self._in_network_of, whole=True)

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

    def qemu_of(self, host: Host) -> psutil.Process | None:
        """The QEMU that serves a host's monitor; ``None``: it does not run.

        A script may have started it and wait for it. So it is the last that was given the monitor,
        whatever it is called.
        """
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
        if self.linux:
            made = self.world.runtime / "guest.qcow2"
            shutil.copy(build().disk, made)
            how: tuple[str, ...] = ("cp", "--sparse=always", str(made))
        else:
            made = self._halting()
            how = ("qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(made))
        try:
            for host in hosts:
                self._must("mkdir", "-p", host.images)
                self._must(*how, f"{host.images}/primary.qcow2")
        finally:
            made.unlink()

    def _halting(self) -> Path:
        """A disk with a boot sector that halts, and nothing else.

        Without it the firmware goes on to boot from the network, with instructions that not every
        nested KVM can run: the guest would end in ``internal-error`` after half a minute.
        """
        raw = self.world.runtime / "disk.raw"
        with raw.open("wb") as file:
            file.write(HALT.ljust(510, b"\0") + b"\x55\xaa")
            file.truncate(size_in_bytes(self.site.disk))
        return raw

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
        process = self.qemu_of(host)
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(SIGKILL)
            psutil.wait_procs([process], timeout=10)

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

    def save(self) -> None:
        """Write the record by which later commands find the lab."""
        record = {
            "accel": self.site.accel.value,
            "tap": self.site.bridge_helper is not None,
            "remarks": list(self.remarks),
            "edition": self.edition.value,
            "hosts": {role.value: _whereabouts(self.site.host(role)) for role in Role},
            "memory": self.site.memory,
            "linux": self.linux,
        }
        (self.world.runtime / _RECORD).write_text(json.dumps(record) + "\n")

    def _on(self, address: str, argv: Sequence[str]) -> Sequence[str]:
        """The words that run a command on a host."""
        return self.world.command(argv, address=address)

    def _in_network_of(self, address: str, argv: Sequence[str]) -> Sequence[str]:
        """The words that run a command of this machine in the network of a host."""
        return self.world.net_command(argv, address=address)

    def _must(self, *argv: str) -> None:
        done = self.world.run(argv)
        if done.returncode:
            raise Unavailable(f"In the lab, {argv[0]} failed: {done.stderr.strip()}")


def site_in(folder: Path, accel: Accel, *, tap: bool, like: Site, linux: bool = False) -> Site:
    """A site as it is in a lab: its monitors in the lab's folder, its disks small.

    :param linux: the guest is one; what it says on its serial console is in QEMU's log.
    """
    return dataclasses.replace(
        like,
        primary=_with_monitors(like.primary, folder),
        secondary=_with_monitors(like.secondary, folder),
        disk=DISK,
        accel=accel,
        cpu=like.cpu if accel is Accel.KVM else "qemu64",
        bridge_helper=like.bridge_helper if tap else None,
        checkpoint_delay=CHECKPOINT_DELAY,
        extra=("-display", "none", *(_CONSOLE if linux else ())),
        memory=min(like.memory, LINUX_MEMORY) if linux else like.memory,
    )


def running() -> tuple[Lab, ...]:
    """The labs of this user that stand."""
    labs = [_found(name) for name in runtime.names()]
    return tuple(lab for lab in labs if lab is not None)


def sweep() -> tuple[str, ...]:
    """Remove what labs that were killed have left of their folders; their names."""
    return genesis.sweep(runtime.labs())


def get(name: str) -> Lab:
    """A lab that stands.

    :raises InputError: there is none of this name.
    """
    lab = _found(runtime.checked_name(name))
    if lab is None:
        others = ", ".join(other.name for other in running())
        advice = f"Up: {others}." if others else "'colorunbook lab up' makes one."
        raise InputError(f"No lab {name!r} is up.", advice)
    return lab


def _found(name: str) -> Lab | None:
    folder = runtime.folder_of(name)
    world = find(folder)
    if world is None or not (folder / _RECORD).exists():
        return None
    record = json.loads((folder / _RECORD).read_text())
    memory = int(record.get("memory", Site().memory))
    like = dataclasses.replace(_like(record.get("hosts")), memory=memory)
    linux = bool(record.get("linux", False))
    accel, tap = Accel(record["accel"]), bool(record["tap"])
    site = site_in(folder, accel, tap=tap, like=like, linux=linux)
    edition = Edition(record.get("edition", Edition.HMP.value))
    return Lab(name, world, site, tuple(record["remarks"]), edition, linux)


def _whereabouts(host: Host) -> dict[str, str]:
    return {"address": host.address, "images": host.images}


def _like(hosts: dict[str, dict[str, str]] | None) -> Site:
    """The site whose hosts a lab has; an earlier colorunbook kept none but the document's."""
    if hosts is None:
        return Site()
    primary, secondary = (hosts[role.value] for role in Role)
    return Site(
        Host(primary["address"], primary["images"]), Host(secondary["address"], secondary["images"])
    )


def _with_monitors(host: Host, folder: Path) -> Host:
    name = host.address.replace(":", "_")
    monitor, spare = (
        UnixMonitor(str(runtime.socket_path(folder, f"{name}.{kind}"))) for kind in ("qmp", "spare")
    )
    return dataclasses.replace(host, monitor=monitor, spare=spare)
