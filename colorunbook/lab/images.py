# SPDX-License-Identifier: GPL-2.0-or-later
"""The disks of a lab's hosts: the real Linux, or a guest that only halts."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from colorunbook.errors import Unavailable
from colorunbook.hosts import Host, size_in_bytes
from colorunbook.lab.guest.building import build
from colorunbook.lab.world import World

HALT: Final = b"\xfa\xf4\xeb\xfd"
"""``cli``, ``hlt``, and back to ``hlt``: a guest that asks nothing of its host."""


def prepare(world: World, hosts: Sequence[Host], size: str, *, linux: bool) -> None:
    """Make ``primary.qcow2`` of each host anew, with the guest on it.

    :param size: of the disk of a guest that halts, as QEMU's tools take it.
    :raises Unavailable: the guest cannot be made, or a tool failed.
    """
    if linux:
        made = world.runtime / "guest.qcow2"
        shutil.copy(build().disk, made)
        how: tuple[str, ...] = ("cp", "--sparse=always", str(made))
    else:
        made = _halting(world, size)
        how = ("qemu-img", "convert", "-f", "raw", "-O", "qcow2", str(made))
    try:
        for host in hosts:
            _must(world, "mkdir", "-p", host.images)
            _must(world, *how, f"{host.images}/primary.qcow2")
    finally:
        made.unlink()


def _halting(world: World, size: str) -> Path:
    """A disk with a boot sector that halts, and nothing else.

    Without it the firmware goes on to boot from the network, with instructions that not every
    nested KVM can run: the guest would end in ``internal-error`` after half a minute.
    """
    raw = world.runtime / "disk.raw"
    with raw.open("wb") as file:
        file.write(HALT.ljust(510, b"\0") + b"\x55\xaa")
        file.truncate(size_in_bytes(size))
    return raw


def _must(world: World, *argv: str) -> None:
    done = world.run(argv)
    if done.returncode:
        raise Unavailable(f"In the lab, {argv[0]} failed: {done.stderr.strip()}")
