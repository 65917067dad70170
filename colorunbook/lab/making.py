# SPDX-License-Identifier: GPL-2.0-or-later
"""How a lab comes to be: a QEMU that will do, a world, an accelerator that was seen to run."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from colorunbook.addresses import parse_ip
from colorunbook.errors import InputError, Unavailable
from colorunbook.hosts import Accel, Role, Site
from colorunbook.lab import fitness, genesis, own, runtime
from colorunbook.lab.accel import Accel as Verdict
from colorunbook.lab.accel import Accelerator, best, probe
from colorunbook.lab.guest import trial
from colorunbook.lab.guest.building import build
from colorunbook.lab.guest.kept import Guest
from colorunbook.lab.labs import save, site_in
from colorunbook.lab.pair import Lab
from colorunbook.lab.provision import Release, provision, release
from colorunbook.lab.tree import IMG, PATH, Tree, host_tree
from colorunbook.lab.world import World
from colorunbook.qemu.dialect import Dialect, Edition, Version

Tell = Callable[[str], None]

#: Makes the lab's world with the QEMU of a tree.
Create = Callable[[Tree], World]

#: The two hosts of a lab that have a network each, unless somebody says otherwise.
APART: Final = Site(
    replace(Site().primary, address="10.0.0.1"), replace(Site().secondary, address="10.0.0.2")
)

#: The QEMU that is asked for: a release, the reader's own binary, or whatever works.
Wanted: TypeAlias = Release | Path | None


def make(
    name: str,
    tell: Tell,
    *,
    bound: bool,
    accel: Accel | None = None,
    like: Site | None = None,
    hosts: int = 1,
    qemu: Wanted = None,
    edition: Edition = Edition.HMP,
    linux: bool = False,
) -> Lab:
    """Make a lab without a pair in it yet.

    The host's own QEMU is taken where COLO works with it, otherwise one is provisioned. A QEMU
    that is asked for is taken whatever is known of its version.

    :param tell: told what goes on, a sentence each; the stages of a download once each.
    :param bound: it ends with this process, and no later command finds it.
    :param accel: use this one; ``None``: KVM where it runs a guest, otherwise TCG.
    :param like: a site with numeric addresses, whose hosts and folders it has; ``None``: the
        document's own, or :data:`APART`.
    :param hosts: 1: its two hosts are addresses of one network; 2: each has a network namespace
        of its own, and a cable that can be pulled.
    :param qemu: the release to provision, or the path of a QEMU; ``None``: whatever works.
    :param edition: how its runbooks are spelled.
    :param linux: its guest is a real Linux, made first if it is not here yet.
    :raises InputError: a host of that site has an address that a lab cannot give it, or the path
        is no QEMU's.
    :raises Unavailable: the machine does not allow it, no QEMU can be had, the one that was asked
        for was built without what COLO needs, or runs no guest with the accelerator asked for.
    """
    apart = hosts == 2
    like = like or (APART if apart else Site())
    addresses = _addresses(like, apart=apart)
    folder = runtime.folder_of(name)
    genesis.sweep(folder.parent)
    guest = build(tell) if linux else None

    def create(tree: Tree) -> World:
        return genesis.create(tree, folder, bound=bound, addresses=addresses, apart=apart)

    world = _world(qemu, create, tell, accel)
    try:
        lab = _furnish(name, world, accel, like, edition, guest)
        if not bound:
            save(lab)
    except BaseException:
        world.close()
        raise
    return lab


def _addresses(site: Site, *, apart: bool) -> list[str]:
    """The addresses of the two hosts, if a lab can have them."""
    addresses = [site.host(role).address for role in Role]
    numeric = [parse_ip(address) for address in addresses]
    for address, ip in zip(addresses, numeric, strict=True):
        if ip is None:
            raise InputError(f"A lab has no host called {address}.", "Give numeric addresses.")
        if apart and ip.is_loopback:
            raise InputError(
                f"At {address}, a loopback address, no other host answers.",
                "Give two hosts addresses of a network, as 10.0.0.1 and 10.0.0.2.",
            )
    if apart and len({ip.version for ip in numeric if ip is not None}) > 1:
        raise InputError(
            f"From {addresses[0]} to {addresses[1]} no cable leads.",
            "Give both hosts an IPv4 address, or both an IPv6 address.",
        )
    return addresses


def _world(qemu: Wanted, create: Create, tell: Tell, accel: Accel | None) -> World:
    match qemu:
        case Path():
            return _of_the_reader(qemu, create)
        case Release():
            return _provisioned(qemu, create, tell)
        case None:
            return _of_the_host(create, tell, accel) or _provisioned(release(), create, tell)


def _of_the_host(create: Create, tell: Tell, accel: Accel | None) -> World | None:
    """A world with the host's own QEMU; ``None``: there is none, or it will not do."""
    host = host_tree()
    if host is None:
        tell("This machine has no QEMU of its own.")
        return None
    world = create(host)
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


def _provisioned(wanted: Release, create: Create, tell: Tell) -> World:
    """A world with a QEMU that is fetched, if it is not here yet."""
    return create(provision(_stages(tell), wanted))


def _of_the_reader(binary: Path, create: Create) -> World:
    """A world with the reader's own QEMU, if that can do what COLO needs."""
    tree = own.tree_of(binary)
    if IMG not in tree.tools and shutil.which(IMG, path=PATH) is None:
        raise Unavailable(
            f"There is no qemu-img beside {tree.binary}, and none on this machine.",
            "Build it too, or install qemu-utils.",
        )
    world = create(tree)
    try:
        fitness.must_do(world)
    except BaseException:
        world.close()
        raise
    return world


def _furnish(
    name: str, world: World, wanted: Accel | None, like: Site, edition: Edition, guest: Guest | None
) -> Lab:
    verdict = _verdict(world, wanted, guest)
    accel = Accel(verdict.name.value)
    remarks = []
    if wanted is None and accel is Accel.TCG:
        remarks.append(f"The guest runs under TCG. {verdict.reason}")
    if not world.tap:
        remarks.append(f"The guest's network is QEMU's own, not a tap. {world.tap_refusal}")
    trouble = _dialect(world.tree).trouble(accel)
    if trouble is not None:
        remarks.append(f"QEMU {world.tree.version}: {trouble}.")
    linux = guest is not None
    site = site_in(world.runtime, accel, tap=world.tap, like=like, linux=linux)
    return Lab(name, world, site, tuple(remarks), edition, linux)


def _verdict(world: World, wanted: Accel | None, guest: Guest | None) -> Verdict:
    """What the guest is run with, as it was seen to run it.

    :raises Unavailable: what is wanted, or everything, was seen not to.
    """
    if wanted is None:
        return best(world) if guest is None else trial.best(world, guest)
    name = Accelerator(wanted.value)
    boots = guest is not None and name is Accelerator.KVM
    verdict = trial.boots(world, guest, name) if guest and boots else probe(world, name)
    if not verdict.runs:
        raise Unavailable(verdict.reason, "Without --accel a lab takes what runs a guest.")
    return verdict


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
