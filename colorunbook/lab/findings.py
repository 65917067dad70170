# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands between this machine and a lab, looked at one thing after the other."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from colorunbook.errors import Unavailable
from colorunbook.hosts import Accel
from colorunbook.lab import abilities, genesis, runtime
from colorunbook.lab.accel import Accelerator, probe
from colorunbook.lab.catalogue import trees
from colorunbook.lab.namespaces import refusal
from colorunbook.lab.provision import provisioned
from colorunbook.lab.tree import PATH, Tree, host_tree
from colorunbook.lab.world import World
from colorunbook.qemu.dialect import NEWEST, Dialect, Version

PROVISION = "Run 'colorunbook doctor --provision' to fetch it now."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    :ivar state: ``ok``; ``note``: a lab does without; ``no``: a lab cannot be had.
    :ivar fix: what to do about it, as a sentence; empty when there is nothing to do.
    """

    state: str
    what: str
    seen: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.state:5} {self.what:20} {self.seen}" + (f"  -> {self.fix}" * bool(self.fix))


def examine() -> Iterator[Finding]:
    """Look at everything, the ground first."""
    own, fetched = host_tree(), provisioned()
    yield _own(own)
    yield _fetched(fetched)
    yield _others([tree for tree in trees() if tree != fetched])
    chosen = own if own is not None and _trouble(own) is None else fetched
    if chosen is None:
        yield from _apt()
        yield _namespaces()
    else:
        yield from _in_world(chosen)


def _own(own: Tree | None) -> Finding:
    if own is None:
        return Finding("note", "QEMU of this host", "none; a lab uses a provisioned one.")
    trouble = _trouble(own)
    if trouble is None:
        return Finding("ok", "QEMU of this host", f"{own.version}; a lab uses it.")
    seen = f"{own.version}: {trouble}; a lab uses a provisioned one."
    return Finding("note", "QEMU of this host", seen, f"For pairs of your own, install {NEWEST}.")


def _fetched(fetched: Tree | None) -> Finding:
    if fetched is None:
        return Finding(
            "note", "provisioned QEMU", "none yet; a lab fetches it when it needs one.", PROVISION
        )
    return Finding("ok", "provisioned QEMU", f"{fetched.version} in {fetched.root}.")


def _others(there: list[Tree]) -> Finding:
    """Those that are used only where somebody asks for them."""
    if not there:
        return Finding("ok", "QEMUs to choose", "no other one is here yet; 'lab qemus' lists them.")
    versions = ", ".join(tree.version for tree in there)
    return Finding("ok", "QEMUs to choose", f"{versions}; 'lab up --qemu VERSION' takes one.")


def _apt() -> Iterator[Finding]:
    """Could a QEMU be fetched? Asked where none is there that a lab could use."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool, path=PATH) is None:
            yield Finding(
                "no", "to fetch a QEMU", f"there is no {tool} here.", f"Install QEMU {NEWEST}."
            )


def _namespaces() -> Finding:
    """Asked without a world, which needs a QEMU."""
    command = (
        "unshare",
        "--user",
        "--map-root-user",
        "--net",
        "--mount",
        "--pid",
        "--fork",
        "true",
    )
    try:
        told = subprocess.run(
            (*command, "true"),
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            env={"PATH": PATH},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("no", "namespaces", f"unshare: {error}.", "Install util-linux.")
    if told.returncode:
        no = refusal(told.stderr)
        return Finding("no", "namespaces", no.message, no.advice)
    return Finding("ok", "namespaces", "user, network, mount and process namespaces.")


def _in_world(tree: Tree) -> Iterator[Finding]:
    """Ask the QEMU that a lab would use, in a world made for the purpose."""
    try:
        world = genesis.create(tree, runtime.folder_of(f"doctor-{os.getpid()}"), bound=True)
    except Unavailable as error:
        yield Finding("no", "namespaces", error.message, error.advice)
        return
    with world:
        yield Finding("ok", "namespaces", "a world of a lab could be made.")
        yield _tap(world)
        yield from _built(world)
        yield from _accels(world)


def _tap(world: World) -> Finding:
    if world.tap:
        return Finding("ok", "tap", "QEMU can have one, on a bridge of the lab.")
    seen = f"none, so a guest has QEMU's own network. {world.tap_refusal}"
    fix = "Have QEMU's bridge helper, and a /dev/net/tun that users may open (modprobe tun)."
    return Finding("note", "tap", seen, fix)


def _built(world: World) -> Iterator[Finding]:
    missing = {
        "network objects": (abilities.OBJECTS, abilities.missing_objects(world)),
        "block drivers": (abilities.DRIVERS, abilities.missing_drivers(world)),
        "tools": (("qemu-img",), () if abilities.has_tools(world) else ("qemu-img",)),
    }
    for what, (wanted, gone) in missing.items():
        if gone:
            fix = f"Install a QEMU {NEWEST} that was built with replication, and qemu-utils."
            yield Finding("no", what, f"QEMU {world.tree.version} lacks {', '.join(gone)}.", fix)
        else:
            yield Finding("ok", what, f"{', '.join(wanted)}.")


def _accels(world: World) -> Iterator[Finding]:
    """KVM where it runs a guest, otherwise TCG; a lab needs one of the two."""
    kvm = probe(world, Accelerator.KVM)
    if kvm.runs:
        yield Finding("ok", "KVM", kvm.reason)
        return
    fix = "Be in the group of /dev/kvm, on a host with virtualisation switched on."
    yield Finding("note", "KVM", kvm.reason, fix)
    tcg, trouble = probe(world, Accelerator.TCG), _trouble(world.tree, Accel.TCG)
    if not tcg.runs:
        yield Finding("no", "TCG", tcg.reason, "Install a QEMU with TCG, or let KVM run.")
    elif trouble:
        yield Finding(
            "no", "TCG", f"QEMU {world.tree.version}: {trouble}.", f"Install QEMU {NEWEST}."
        )
    else:
        yield Finding("ok", "TCG", tcg.reason)


def _trouble(tree: Tree, accel: Accel = Accel.KVM) -> str | None:
    """What is known not to work with this version."""
    return Dialect(Version.parse(tree.version)).trouble(accel)
