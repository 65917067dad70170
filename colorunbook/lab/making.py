# SPDX-License-Identifier: GPL-2.0-or-later
"""How a lab comes to be: a QEMU that will do, a world, an accelerator that was seen to run."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from colorunbook.errors import InputError, Unavailable
from colorunbook.hosts import Accel, Role, Site, parse_ip
from colorunbook.lab import abilities, genesis, own, runtime
from colorunbook.lab.accel import best
from colorunbook.lab.pair import Lab, site_in
from colorunbook.lab.provision import Release, provision, release
from colorunbook.lab.tree import IMG, PATH, QEMU, Tree, host_tree, version_in
from colorunbook.lab.world import World
from colorunbook.qemu.dialect import Dialect, Edition, Version

Tell = Callable[[str], None]

#: The QEMU that is asked for: a release, the reader's own binary, or whatever works.
Wanted: TypeAlias = Release | Path | None


def make(
    name: str,
    tell: Tell,
    *,
    bound: bool,
    accel: Accel | None = None,
    like: Site | None = None,
    qemu: Wanted = None,
    edition: Edition = Edition.HMP,
) -> Lab:
    """Make a lab without a pair in it yet.

    The host's own QEMU is taken where COLO works with it, otherwise one is provisioned. A QEMU
    that is asked for is taken whatever is known of its version.

    :param tell: told what goes on, a sentence each; the stages of a download once each.
    :param bound: it ends with this process, and no later command finds it.
    :param accel: use this one; ``None``: KVM where it runs a guest, otherwise TCG.
    :param like: a site with numeric addresses, whose hosts and folders it has; ``None``: the
        document's own.
    :param qemu: the release to provision, or the path of a QEMU; ``None``: whatever works.
    :param edition: how its runbooks are spelled.
    :raises InputError: a host of that site has a name for an address, or the path is no QEMU's.
    :raises Unavailable: the machine does not allow it, no QEMU can be had, or the one that was
        asked for was built without what COLO needs.
    """
    like = like or Site()
    addresses = [like.host(role).address for role in Role]
    for address in addresses:
        if parse_ip(address) is None:
            raise InputError(f"A lab has no host called {address}.", "Give numeric addresses.")
    folder = runtime.folder_of(name)
    genesis.sweep(folder.parent)
    world = None
    if isinstance(qemu, Path):
        world = _of_the_reader(qemu, folder, addresses, bound=bound)
    elif qemu is None:
        world = _of_the_host(folder, addresses, tell, accel, bound=bound)
    if world is None:
        wanted = qemu if isinstance(qemu, Release) else release()
        tree = provision(_stages(tell), wanted)
        world = genesis.create(tree, folder, bound=bound, addresses=addresses)
    try:
        lab = _furnish(name, world, accel, like, edition)
        if not bound:
            lab.save()
    except BaseException:
        world.close()
        raise
    return lab


def unfit(world: World, accel: Accel | None) -> str:
    """Why the QEMU of a world will not do, as a clause; empty: it will.

    :raises Unavailable: the world has ended.
    """
    if missing := _missing(world):
        return f"it was built without {missing}"
    if not abilities.has_tools(world):
        return "there is no qemu-img beside it"
    try:
        used = accel or Accel(best(world).name.value)
    except Unavailable as error:
        return f"it runs no guest: {error.message}"
    return _dialect(world.tree).trouble(used) or ""


def _of_the_host(
    folder: Path, addresses: Sequence[str], tell: Tell, accel: Accel | None, *, bound: bool
) -> World | None:
    """A world with the host's own QEMU; ``None``: there is none, or it will not do."""
    own = host_tree()
    if own is None:
        tell("This machine has no QEMU of its own.")
        return None
    world = genesis.create(own, folder, bound=bound, addresses=addresses)
    try:
        why = unfit(world, accel)
    except BaseException:
        world.close()
        raise
    if not why:
        return world
    world.close()
    tell(f"This machine's QEMU {own.version} will not do: {why}.")
    return None


def _of_the_reader(binary: Path, folder: Path, addresses: Sequence[str], *, bound: bool) -> World:
    """A world with the reader's own QEMU, if that can do what COLO needs."""
    tree = own.tree_of(binary)
    if IMG not in tree.tools and shutil.which(IMG, path=PATH) is None:
        raise Unavailable(
            f"There is no qemu-img beside {tree.binary}, and none on this machine.",
            "Build it too, or install qemu-utils.",
        )
    world = genesis.create(tree, folder, bound=bound, addresses=addresses)
    try:
        _must_do(world)
    except BaseException:
        world.close()
        raise
    return world


def _must_do(world: World) -> None:
    tree = world.tree
    told = world.run((QEMU, "--version"))
    if version_in(told.stdout) != tree.version:
        raise Unavailable(
            f"{tree.binary} does not start in a lab: {own.last_of(told)}.",
            "A lab has no environment of yours, and of /tmp, /run and /mnt only what it lies in.",
        )
    if missing := _missing(world):
        raise Unavailable(
            f"{tree.binary} was built without {missing}.",
            "Configure it with --enable-replication and --enable-colo-proxy.",
        )
    if not abilities.has_tools(world):
        raise Unavailable(f"The qemu-img that belongs to {tree.binary} does not start in a lab.")


def _missing(world: World) -> str:
    """What COLO needs and this QEMU lacks, in words; empty: nothing."""
    return ", ".join((*abilities.missing_objects(world), *abilities.missing_drivers(world)))


def _furnish(name: str, world: World, accel: Accel | None, like: Site, edition: Edition) -> Lab:
    remarks = []
    if accel is None:
        verdict = best(world)
        accel = Accel(verdict.name.value)
        if accel is Accel.TCG:
            remarks.append(f"The guest runs under TCG. {verdict.reason}")
    if not world.tap:
        remarks.append(f"The guest's network is QEMU's own, not a tap. {world.tap_refusal}")
    trouble = _dialect(world.tree).trouble(accel)
    if trouble is not None:
        remarks.append(f"QEMU {world.tree.version}: {trouble}.")
    site = site_in(world.runtime, accel, tap=world.tap, like=like)
    return Lab(name, world, site, tuple(remarks), edition)


def _dialect(tree: Tree) -> Dialect:
    return Dialect(Version.parse(tree.version))


def _stages(tell: Tell) -> Callable[[str, int, int], None]:
    """Tell each stage of a long job once, not each of its pieces."""
    told: set[str] = set()

    def progress(stage: str, _done: int, total: int) -> None:
        if stage not in told:
            told.add(stage)
            tell(f"{stage}: {total}" if total else stage)

    return progress
