# SPDX-License-Identifier: GPL-2.0-or-later
"""Where faults are tried: one lab after the other's pair, and every way in which a run is started.

All runs begin here: :meth:`Stage.act` in this process, :meth:`Stage.again` by the command line,
:meth:`Stage.start_victim` in a process that is going to die.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from colorunbook import shelf
from colorunbook.book.conditions import colo_mode_is
from colorunbook.engine.events import Event
from colorunbook.engine.manner import Manner
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.waits import ask
from colorunbook.errors import ColorunbookError
from colorunbook.hosts import Accel, Host, Site
from colorunbook.lab import genesis, making, runtime
from colorunbook.lab.images import HALT
from colorunbook.lab.labs import save, site_in
from colorunbook.lab.pair import Lab
from colorunbook.lab.tree import Tree
from colorunbook.qemu.dialect import Edition
from tests.faults.chapters import EXCHANGED, ONE, TWO, exchanged

Watch = Callable[[Event], None]

PATIENCE = 240.0
"""How long one run of the command line may take, in seconds."""

MEMORY = 32
"""The guest's memory in MiB: it is copied as a whole before the first checkpoint."""

# What a host's own QEMU configuration may say: no word of a command line is another for it.
_CONFIGURATION = """
[global]
driver = "migration"
property = "x-checkpoint-delay"
value = "100"

[machine]
firmware = "/etc/qemu/halt.rom"
"""

# A guest that halts where its CPU begins, and costs the machine nothing.
_FIRMWARE = HALT.rjust(0xFFF0 + len(HALT), b"\xf4").ljust(0x10000, b"\xf4")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the command line ended."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What labs are made of: a QEMU, and an accelerator that was seen to run a guest."""

    tree: Tree
    accel: Accel


def ground(name: str, qemu: making.Wanted = None) -> Ground:
    """Find it out once for all labs, while nothing else keeps the machine busy.

    :param qemu: the QEMU that they are to have; ``None``: what labs take.
    :raises Unavailable: there is none to be had.
    """
    lab = making.make(name, lambda _text: None, bound=True, qemu=qemu)
    with lab.world:
        return Ground(lab.world.tree, lab.site.accel)


def ignore(_event: Event) -> None:
    """Hear of an event and do nothing."""


class Stage:
    """A lab, used again and again; it ends with this process.

    :param ground: what it is made of.
    """

    def __init__(self, name: str, ground: Ground) -> None:
        folder = runtime.folder_of(name)
        world = genesis.create(ground.tree, folder, addresses=(ONE, TWO))
        like = Site(memory=MEMORY)
        site = site_in(world.runtime, ground.accel, tap=world.tap, like=like)
        self.lab = Lab(name, world, site, ())
        save(self.lab)  # so that the command line finds it
        self._states = TemporaryDirectory(prefix="colorunbook-faults-")
        self._put("qemu.conf", _CONFIGURATION.encode())
        self._put("halt.rom", _FIRMWARE)

    def close(self) -> None:
        """End the lab."""
        self.lab.world.close()
        self._states.cleanup()

    def _put(self, name: str, content: bytes) -> None:
        """Write a file into the folder of QEMU's own configuration, as it is in the lab."""
        outside = self.lab.world.runtime / name
        outside.write_bytes(content)
        done = self.lab.world.run(("cp", str(outside), f"/etc/qemu/{name}"))
        if done.returncode:
            raise RuntimeError(done.stderr)

    @property
    def site(self) -> Site:
        """The pair's, with the roles it begins with."""
        return self.lab.site

    @property
    def state(self) -> Path:
        """The folder of the journals."""
        return Path(self._states.name)

    @property
    def hosts(self) -> tuple[Host, Host]:
        """Both hosts, in the order of the roles that they begin with."""
        return self.site.primary, self.site.secondary

    def clear(self) -> None:
        """Two hosts without a QEMU, with the guest's image."""
        for host in self.hosts:
            self.kill(host)
        _collect()
        self.lab.prepare_images(*self.hosts)

    async def play(self, words: tuple[str, ...], edition: Edition) -> None:
        """Let a story happen."""
        for word in words:
            if word.startswith("-"):
                self.kill(next(host for host in self.hosts if host.address == word[1:]))
            else:
                site = exchanged(self.site, word)
                await self.act(word.removeprefix(EXCHANGED), site, edition)

    async def act(
        self,
        name: str,
        site: Site,
        edition: Edition,
        watch: Watch = ignore,
        manner: Manner | None = None,
    ) -> None:
        """Do a runbook in this process.

        :raises ColorunbookError: what the engine says.
        """
        async with Session(self.lab.transport, site, edition) as session:
            plan = await session.resolve(shelf.runbook(name))
            async for event in run(plan, session, None, manner):
                watch(event)

    async def again(self, name: str, edition: Edition, *words: str) -> Ended:
        """Do a runbook by the command line, with the roles that the pair began with."""
        more = ("--edition", edition.value, "--state", str(self.state), "--verbose", *words)
        return await self._run("colorunbook", "run", name, "--lab", self.lab.name, *more)

    async def start_victim(self, name: str, edition: Edition, step: int, moment: str) -> Ended:
        """Do a runbook in a process that kills itself at a moment of a step."""
        where = ("--lab", self.lab.name, "--state", str(self.state))
        point = ("--edition", edition.value, "--step", str(step), "--moment", moment)
        return await self._run("tests.faults.victim", name, *where, *point)

    async def _run(self, module: str, *words: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        )
        try:
            async with asyncio.timeout(PATIENCE):
                text, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            return Ended(-1, f"it did not end within {PATIENCE:g} s")
        return Ended(process.returncode or 0, text.decode(errors="replace"))

    def has(self, host: Host) -> bool:
        """Tell whether a QEMU runs on a host, be it stopped."""
        return self.lab.qemu_of(host) is not None

    def last_words(self) -> str:
        """What the QEMUs wrote: one that has died by itself tells why."""
        logs = sorted(self.lab.world.runtime.glob("qemu-*.log"))
        told = [(log.stem, log.read_text(errors="replace").strip()[-600:]) for log in logs]
        return "\n".join(f"{name}: {text}" for name, text in told if text)

    def kill(self, host: Host) -> None:
        """End the QEMU of a host, be it stopped."""
        processes = self._with_what_leads_there(host)
        for process in processes[:1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for process in processes[1:]:
            with suppress(psutil.NoSuchProcess):
                process.resume()
        _see(lambda: not any(map(_lives, processes)), f"the QEMU of {host.address} ends")

    def stop(self, host: Host) -> None:
        """Let a QEMU stand still, its connections open."""
        process = self.lab.qemu_of(host)
        if process is not None:
            process.suspend()
            _see(
                lambda: process.status() == psutil.STATUS_STOPPED,
                f"the QEMU of {host.address} stops",
            )

    def go_on(self, host: Host) -> None:
        """Let it run again."""
        for process in self._with_what_leads_there(host):
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def _with_what_leads_there(self, host: Host) -> list[psutil.Process]:
        """The QEMU of a host and its ``nsenter``, which stops itself when its child stops."""
        process = self.lab.qemu_of(host)
        if process is None:
            return []
        parent = process.parent()
        is_ours = parent is not None and "nsenter" in parent.name()
        return [process, parent] if parent is not None and is_ours else [process]


async def colo_mode(stage: Stage, host: Host) -> str:
    """The COLO mode of a QEMU; empty: it does not run, or does not answer."""
    if not stage.has(host):
        return ""
    with suppress(ColorunbookError):
        monitor = await stage.lab.transport.connect(host, 5)
        try:
            return (await ask(monitor, colo_mode_is("")))[1]
        finally:
            await monitor.close()
    return ""


def _collect() -> None:
    """Collect what has led to dead QEMUs: the more there is, the longer each look takes."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _see(so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 10
    while not so():
        if time.monotonic() > end:
            raise RuntimeError(f"Not within 10 s: {what}.")
        time.sleep(0.01)
