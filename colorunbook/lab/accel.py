# SPDX-License-Identifier: GPL-2.0-or-later
"""Does an accelerator really run a guest? Found out with a guest of seven instructions.

A ``/dev/kvm`` that can be opened proves little. Here a boot sector writes a number to QEMU's
debug port, and QEMU's exit status says whether that code ran.
"""

import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab.tree import QEMU
from colorunbook.lab.world import World

#: How long firmware and boot sector may take, in seconds.
PATIENCE = 30.0

_TOKEN = 0x2A
_PORT = 0x501

# mov dx, _PORT; mov al, _TOKEN; out dx, al; then: hlt; jmp to the hlt
_CODE = bytes((0xBA, *_PORT.to_bytes(2, "little"), 0xB0, _TOKEN, 0xEE, 0xF4, 0xEB, 0xFD))

#: The debug port turns a value into this exit status.
_STATUS = _TOKEN << 1 | 1


class Accelerator(StrEnum):
    """What QEMU can run a guest with, as ``-accel`` spells it."""

    KVM = "kvm"
    TCG = "tcg"


@dataclass(frozen=True, slots=True)
class Accel:
    """A verdict on one accelerator.

    :ivar name: which.
    :ivar runs: whether a guest ran.
    :ivar reason: how that was seen, as a sentence.
    """

    name: Accelerator
    runs: bool
    reason: str


def probe(world: World, name: Accelerator, *, seconds: float = PATIENCE) -> Accel:
    """Run the boot sector with one accelerator.

    :param seconds: how long it may take.
    :raises Unavailable: the world has ended.
    """
    with tempfile.NamedTemporaryFile(dir=world.runtime, prefix="boot-") as disk:
        disk.write(boot_sector())
        disk.flush()
        try:
            ran = world.run(_command(name, Path(disk.name)), seconds=seconds)
        except TimedOut:
            return Accel(name, False, f"{name} did not get a boot sector to run in {seconds:g} s.")
    if ran.returncode == _STATUS:
        return Accel(name, True, f"{name} ran a boot sector.")
    why = complaint(ran.stderr) or f"QEMU ended with {ran.returncode}"
    return Accel(name, False, f"{name} ran no boot sector: {why}.")


def best(world: World) -> Accel:
    """KVM where it really runs a guest, otherwise TCG; the reason says why not KVM.

    :raises Unavailable: neither runs one.
    """
    kvm = probe(world, Accelerator.KVM)
    return kvm if kvm.runs else fallback(world, kvm)


def fallback(world: World, kvm: Accel) -> Accel:
    """TCG, where KVM will not do; the reason says why.

    :param kvm: the verdict on KVM.
    :raises Unavailable: TCG runs no guest either.
    """
    tcg = probe(world, Accelerator.TCG)
    if not tcg.runs:
        raise Unavailable(f"This QEMU runs no guest. {kvm.reason} {tcg.reason}")
    return Accel(tcg.name, True, f"{tcg.reason} {kvm.reason}")


def complaint(errors: str) -> str:
    """The first thing that QEMU complained of, as a clause; empty: nothing, or warnings only.

    :param errors: what it has said on its standard error.
    """
    said = [line for line in errors.splitlines() if line.strip() and "warning:" not in line]
    return said[0].removeprefix(f"{QEMU}: ").rstrip(".") if said else ""


def boot_sector() -> bytes:
    """512 bytes that the firmware starts."""
    return _CODE.ljust(510, b"\0") + b"\x55\xaa"


def _command(name: Accelerator, disk: Path) -> tuple[str, ...]:
    image = str(disk).replace(",", ",,")
    return (
        *(QEMU, "-accel", name.value, "-display", "none", "-nodefaults", "-no-user-config"),
        *("-no-reboot", "-m", "16", "-net", "none"),
        *("-drive", f"file={image},format=raw,if=ide,snapshot=off"),
        *("-device", f"isa-debug-exit,iobase={_PORT:#x},iosize=0x04"),
    )
