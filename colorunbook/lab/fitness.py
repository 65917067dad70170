# SPDX-License-Identifier: GPL-2.0-or-later
"""Will the QEMU of a world do for a lab? It is asked, and so is what is known of its version."""

from colorunbook.errors import Unavailable
from colorunbook.hosts import Accel
from colorunbook.lab import abilities, own
from colorunbook.lab.accel import best
from colorunbook.lab.tree import QEMU, version_in
from colorunbook.lab.world import World
from colorunbook.qemu.dialect import Dialect, Version


def unfit(world: World, accel: Accel | None) -> str:
    """Why the QEMU of a world will not do, as a clause; empty: it will.

    :raises Unavailable: the world has ended.
    """
    if lacks := missing(world):
        return f"it was built without {lacks}"
    if not abilities.has_tools(world):
        return "there is no qemu-img beside it"
    try:
        used = accel or Accel(best(world).name.value)
    except Unavailable as error:
        return f"it runs no guest: {error.message}"
    return Dialect(Version.parse(world.tree.version)).trouble(used) or ""


def must_do(world: World) -> None:
    """See that a world's QEMU, the reader's own, can do what COLO needs.

    :raises Unavailable: it cannot, or does not start in a world.
    """
    tree = world.tree
    told = world.run((QEMU, "--version"))
    if version_in(told.stdout) != tree.version:
        raise Unavailable(
            f"{tree.binary} does not start in a lab: {own.last_of(told)}.",
            "A lab has no environment of yours, and of /tmp, /run and /mnt only what it lies in.",
        )
    if lacks := missing(world):
        raise Unavailable(
            f"{tree.binary} was built without {lacks}.",
            "Configure it with --enable-replication and --enable-colo-proxy.",
        )
    if not abilities.has_tools(world):
        raise Unavailable(f"The qemu-img that belongs to {tree.binary} does not start in a lab.")


def missing(world: World) -> str:
    """What COLO needs and this QEMU lacks, in words; empty: nothing."""
    return ", ".join((*abilities.missing_objects(world), *abilities.missing_drivers(world)))
