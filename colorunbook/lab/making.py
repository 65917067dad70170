# SPDX-License-Identifier: GPL-2.0-or-later
"""How a lab comes to be: a QEMU that will do, a world, an accelerator that was seen to run."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from colorunbook.errors import InputError, Unavailable
from colorunbook.hosts import Accel, Role, Site, parse_ip
from colorunbook.lab import fitness, genesis, own, runtime
from colorunbook.lab.accel import Accelerator, best, probe
from colorunbook.lab.pair import Lab, site_in
from colorunbook.lab.provision import Release, provision, release
from colorunbook.lab.tree import IMG, PATH, Tree, host_tree
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
    :raises Unavailable: the machine does not allow it, no QEMU can be had, the one that was asked
        for was built without what COLO needs, or runs no guest with the accelerator asked for.
    """
    like = like or Site()
    addresses = [like.host(role).address for role in Role]
    for address in addresses:
        if parse_ip(address) is None:
            raise InputError(f"A lab has no host called {address}.", "Give numeric addresses.")
    folder = runtime.folder_of(name)
    genesis.sweep(folder.parent)
    world = _world(qemu, folder, addresses, tell, accel, bound=bound)
    try:
        lab = _furnish(name, world, accel, like, edition)
        if not bound:
            lab.save()
    except BaseException:
        world.close()
        raise
    return lab


def _world(
    qemu: Wanted,
    folder: Path,
    addresses: Sequence[str],
    tell: Tell,
    accel: Accel | None,
    *,
    bound: bool,
) -> World:
    match qemu:
        case Path():
            return _of_the_reader(qemu, folder, addresses, bound=bound)
        case Release():
            return _provisioned(qemu, folder, addresses, tell, bound=bound)
        case None:
            host = _of_the_host(folder, addresses, tell, accel, bound=bound)
            return host or _provisioned(release(), folder, addresses, tell, bound=bound)


def _of_the_host(
    folder: Path, addresses: Sequence[str], tell: Tell, accel: Accel | None, *, bound: bool
) -> World | None:
    """A world with the host's own QEMU; ``None``: there is none, or it will not do."""
    host = host_tree()
    if host is None:
        tell("This machine has no QEMU of its own.")
        return None
    world = genesis.create(host, folder, bound=bound, addresses=addresses)
    try:
        why = fitness.unfit(world, accel)
    except BaseException:
        world.close()
        raise
    if not why:
        return world
    world.close()
    tell(f"This machine's QEMU {host.version} will not do: {why}.")
    return None


def _provisioned(
    wanted: Release, folder: Path, addresses: Sequence[str], tell: Tell, *, bound: bool
) -> World:
    """A world with a QEMU that is fetched, if it is not here yet."""
    tree = provision(_stages(tell), wanted)
    return genesis.create(tree, folder, bound=bound, addresses=addresses)


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
        fitness.must_do(world)
    except BaseException:
        world.close()
        raise
    return world


def _furnish(name: str, world: World, accel: Accel | None, like: Site, edition: Edition) -> Lab:
    remarks = []
    if accel is None:
        verdict = best(world)
        accel = Accel(verdict.name.value)
        if accel is Accel.TCG:
            remarks.append(f"The guest runs under TCG. {verdict.reason}")
    elif not (verdict := probe(world, Accelerator(accel.value))).runs:
        raise Unavailable(verdict.reason, "Without --accel a lab takes what runs a guest.")
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
