# SPDX-License-Identifier: GPL-2.0-or-later
"""What the QEMU in a world was built with: asked of QEMU itself, not read off its version."""

from colorunbook.errors import TimedOut
from colorunbook.lab.inquiry import Died, Qemu
from colorunbook.lab.tree import QEMU
from colorunbook.lab.world import World
from colorunbook.qemu.payload import JsonObject, Payload, as_objects

#: The network objects that COLO is made of.
OBJECTS = ("filter-mirror", "filter-redirector", "filter-rewriter", "colo-compare")

#: The block drivers that COLO's disks are made of.
DRIVERS = ("nbd", "qcow2", "quorum", "replication")

#: How long QEMU may take to answer, in seconds.
PATIENCE = 20.0


def missing_objects(world: World) -> tuple[str, ...]:
    """Those of :data:`OBJECTS` that this QEMU cannot make.

    :raises Unavailable: the world has ended, or QEMU did not answer.
    """
    told = world.run((QEMU, "-object", "help"), seconds=PATIENCE)
    there = set(told.stdout.split())
    return tuple(name for name in OBJECTS if name not in there)


def missing_drivers(world: World) -> tuple[str, ...]:
    """Those of :data:`DRIVERS` that ``blockdev-add`` of this QEMU does not take.

    :raises Unavailable: the world has ended, or QEMU did not answer.
    """
    # The schema's names are masked: of the enumerations, the one that knows qcow2 is the one meant.
    for entry in _schema(world):
        values = entry.get("values")
        if isinstance(values, list) and "qcow2" in values and "nbd" in values:
            return tuple(name for name in DRIVERS if name not in values)
    return DRIVERS


def has_tools(world: World) -> bool:
    """Whether ``qemu-img`` is there too.

    :raises Unavailable: the world has ended, or it did not answer.
    """
    return world.run(("qemu-img", "--version"), seconds=PATIENCE).returncode == 0


def _schema(world: World) -> list[JsonObject]:
    """What ``query-qmp-schema`` says, asked over a monitor that nobody else needs."""
    with Qemu(world.command((QEMU,))) as qemu:
        try:
            return as_objects(qemu.ask(Payload("query-qmp-schema")).get("return"))
        except Died:
            raise TimedOut("QEMU did not tell its schema.") from None
