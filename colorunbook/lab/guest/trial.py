# SPDX-License-Identifier: GPL-2.0-or-later
"""Does an accelerator boot the real Linux? A boot sector that runs does not say so.

A nested KVM can run seven instructions and stop at the boot loader's first ``iret``. So a copy of
the guest's disk is booted, and the verdict is there as soon as the guest says that it is up, QEMU
stops it or ends, or its console says nothing for too long.
"""

import shutil
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Final

import psutil

from colorunbook.errors import Unavailable
from colorunbook.hosts import Site
from colorunbook.lab.accel import Accel, Accelerator, complaint, fallback
from colorunbook.lab.guest.kept import DISK, Guest
from colorunbook.lab.guest.watch import Boot, Ending, Watch
from colorunbook.lab.tree import QEMU
from colorunbook.lab.world import World
from colorunbook.visible import printable

#: How long the console may say nothing, in seconds. Until it is up, a guest in order says nothing.
SILENCE: Final = {Accelerator.KVM: 20.0, Accelerator.TCG: 90.0}

#: How long a boot may take whose console goes on and on, in seconds.
LONGEST: Final = 180.0

#: How long a QEMU may take to end, in seconds.
PATIENCE: Final = 5.0

_USUAL: Final = Site()
_CONSOLE: Final = "console"
_SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class Trial:
    """A boot that was tried.

    :ivar verdict: whether the guest came up, and how that was seen.
    :ivar seconds: after how long that was known.
    """

    verdict: Accel
    seconds: float


def trial(
    world: World,
    guest: Guest,
    name: Accelerator,
    *,
    site: Site = _USUAL,
    silence: float | None = None,
) -> Trial:
    """Boot a copy of the guest's disk with one accelerator; nothing of it is left afterwards.

    :param site: whose processor and memory the guest gets.
    :param silence: how long its console may say nothing, in seconds; ``None``: as :data:`SILENCE`.
    :raises Unavailable: the world has ended, or the disk cannot be copied into it.
    """
    patience = SILENCE[name] if silence is None else silence
    with _folder(world) as made:
        folder = Path(made)
        try:
            shutil.copy(guest.disk, folder / DISK)
        except OSError as error:
            raise Unavailable(f"The guest's disk cannot be copied to {folder}: {error}.") from error
        boot, status, said = _watched(world, folder, _command(name, folder, site), patience)
    if boot.ending is Ending.UP:
        verdict = Accel(name, True, f"{name} booted the guest in {boot.seconds:.1f} s.")
    else:
        why = _why(boot, status, said, patience)
        verdict = Accel(name, False, f"{name} did not boot the guest: {why}.")
    return Trial(verdict, boot.seconds)


def boots(
    world: World,
    guest: Guest,
    name: Accelerator,
    *,
    site: Site = _USUAL,
    silence: float | None = None,
) -> Accel:
    """Whether an accelerator boots the guest; the verdict of :func:`trial`.

    :raises Unavailable: as of :func:`trial`.
    """
    return trial(world, guest, name, site=site, silence=silence).verdict


def best(world: World, guest: Guest, *, site: Site = _USUAL) -> Accel:
    """KVM where it boots the guest, otherwise TCG; the reason says why not KVM.

    TCG needs no processor that plays along: that it runs a boot sector is enough.

    :raises Unavailable: as of :func:`trial`; or KVM does not boot it and TCG runs nothing.
    """
    kvm = boots(world, guest, Accelerator.KVM, site=site)
    return kvm if kvm.runs else fallback(world, kvm)


def _folder(world: World) -> "TemporaryDirectory[str]":
    try:
        return TemporaryDirectory(dir=world.runtime, prefix="trial-")
    except FileNotFoundError:
        raise Unavailable(f"The lab in {world.runtime} has ended.", "Start it again.") from None


def _watched(
    world: World, folder: Path, words: tuple[str, ...], silence: float
) -> tuple[Boot, int, str]:
    """How the boot ended, the exit status of its QEMU, and what that complained of."""
    with socket.socket(socket.AF_UNIX) as listener, TemporaryFile() as errors:
        listener.bind(str(folder / _CONSOLE))
        listener.listen()
        with world.popen(words, stdin=PIPE, stdout=PIPE, stderr=errors) as qemu:
            try:
                boot = Watch(qemu, listener).until_it_ends(silence, LONGEST)
                if boot.ending is Ending.ENDED:
                    with suppress(subprocess.TimeoutExpired):
                        qemu.wait(PATIENCE)
            finally:
                _end(qemu)
        errors.seek(0)
        return boot, qemu.returncode, complaint(errors.read().decode(errors="replace"))


def _end(qemu: "subprocess.Popen[bytes]") -> None:
    """End what was led into the world, and then what has led it there."""
    with suppress(psutil.NoSuchProcess):
        inner = psutil.Process(qemu.pid).children(recursive=True)
        for each in inner:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        if inner:
            with suppress(subprocess.TimeoutExpired):
                qemu.wait(PATIENCE)
    qemu.kill()
    qemu.wait()


def _why(boot: Boot, status: int, said: str, silence: float) -> str:
    """Why a boot did not end with a guest that is up, as a clause."""
    after = f"after {boot.seconds:.1f} s"
    told = printable(boot.text)[:_SHOWN].rstrip(". ")
    match boot.ending:
        case Ending.UP:
            return ""
        case Ending.FAILED:
            return f"the guest says that it failed: {told}"
        case Ending.PANICKED:
            return f"its kernel panicked: {told}"
        case Ending.STOPPED:
            return f"QEMU stopped it {after}, {told}{said and f': {said}'}"
        case Ending.ENDED:
            return f"QEMU ended {after}: {said or f'exit status {status}'}"
        case Ending.SILENT:
            last = f" after {told!r}" if told else ""
            return f"its console said nothing for {silence:g} s{last}"
        case Ending.LATE:
            return f"it was not up {after}"


def _command(name: Accelerator, folder: Path, site: Site) -> tuple[str, ...]:
    there = str(folder).replace(",", ",,")
    return (
        *(QEMU, "-accel", name.value, "-cpu", site.cpu, "-m", str(site.memory)),
        *("-display", "none", "-nodefaults", "-no-user-config", "-no-reboot", "-qmp", "stdio"),
        *("-drive", f"if=ide,file={there}/{DISK},format=qcow2"),
        *("-chardev", f"socket,id=console,path={there}/{_CONSOLE}", "-serial", "chardev:console"),
        # The guest waits for a network card, not for a network.
        *("-netdev", "hubport,id=hn0,hubid=0", "-device", "rtl8139,netdev=hn0"),
    )
