# SPDX-License-Identifier: GPL-2.0-or-later
"""The labs of this user: how one is written down, and found again by later commands."""

import dataclasses
import json
from pathlib import Path
from typing import Final

from colorunbook.addresses import UnixMonitor
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Host, Role, Site
from colorunbook.lab import runtime
from colorunbook.lab.pair import Lab
from colorunbook.lab.world import find
from colorunbook.qemu.dialect import Edition

DISK: Final = "64M"
LINUX_MEMORY: Final = 128
"""MiB: what the Linux of a lab is given at the most, since each checkpoint looks at all of it."""

CHECKPOINT_DELAY: Final = 500
"""Milliseconds: two checkpoints are soon seen."""

_RECORD: Final = "lab.json"
_CONSOLE: Final = (
    *("-chardev", "file,id=console0,path=/proc/self/fd/1,append=on"),
    *("-serial", "chardev:console0"),
)


def save(lab: Lab) -> None:
    """Write the record by which later commands find a lab."""
    record = {
        "accel": lab.site.accel.value,
        "tap": lab.site.bridge_helper is not None,
        "remarks": list(lab.remarks),
        "edition": lab.edition.value,
        "hosts": {role.value: _whereabouts(lab.site.host(role)) for role in Role},
        "memory": lab.site.memory,
        "linux": lab.linux,
    }
    (lab.world.runtime / _RECORD).write_text(json.dumps(record) + "\n")


def site_in(folder: Path, accel: Accel, *, tap: bool, like: Site, linux: bool = False) -> Site:
    """A site as it is in a lab: its monitors in the lab's folder, its disks small.

    :param linux: the guest is one; what it says on its serial console is in QEMU's log.
    """
    return dataclasses.replace(
        like,
        primary=_with_monitors(like.primary, folder),
        secondary=_with_monitors(like.secondary, folder),
        disk=DISK,
        accel=accel,
        cpu=like.cpu if accel is Accel.KVM else "qemu64",
        bridge_helper=like.bridge_helper if tap else None,
        checkpoint_delay=CHECKPOINT_DELAY,
        extra=("-display", "none", *(_CONSOLE if linux else ())),
        memory=min(like.memory, LINUX_MEMORY) if linux else like.memory,
    )


def running() -> tuple[Lab, ...]:
    """The labs of this user that stand."""
    labs = [_found(name) for name in runtime.names()]
    return tuple(lab for lab in labs if lab is not None)


def sweep() -> tuple[str, ...]:
    """Remove what labs that were killed have left of their folders; their names."""
    from colorunbook.lab import genesis

    return genesis.sweep(runtime.labs())


def get(name: str) -> Lab:
    """A lab that stands.

    :raises InputError: there is none of this name.
    """
    lab = _found(runtime.checked_name(name))
    if lab is None:
        others = ", ".join(other.name for other in running())
        advice = f"Up: {others}." if others else f"'colorunbook lab up --name {name}' makes it."
        raise InputError(f"No lab {name!r} is up.", advice)
    return lab


def _found(name: str) -> Lab | None:
    folder = runtime.folder_of(name)
    world = find(folder)
    if world is None or not (folder / _RECORD).exists():
        return None
    record = json.loads((folder / _RECORD).read_text())
    memory = int(record.get("memory", Site().memory))
    like = dataclasses.replace(_like(record.get("hosts")), memory=memory)
    linux = bool(record.get("linux", False))
    accel, tap = Accel(record["accel"]), bool(record["tap"])
    site = site_in(folder, accel, tap=tap, like=like, linux=linux)
    edition = Edition(record.get("edition", Edition.HMP.value))
    return Lab(name, world, site, tuple(record["remarks"]), edition, linux)


def _whereabouts(host: Host) -> dict[str, str]:
    return {"address": host.address, "images": host.images}


def _like(hosts: dict[str, dict[str, str]] | None) -> Site:
    """The site whose hosts a lab has; an earlier colorunbook kept none but the document's."""
    if hosts is None:
        return Site()
    primary, secondary = (hosts[role.value] for role in Role)
    return Site(
        Host(primary["address"], primary["images"]), Host(secondary["address"], secondary["images"])
    )


def _with_monitors(host: Host, folder: Path) -> Host:
    name = host.address.replace(":", "_")
    monitor, spare = (
        UnixMonitor(str(runtime.socket_path(folder, f"{name}.{kind}"))) for kind in ("qmp", "spare")
    )
    return dataclasses.replace(host, monitor=monitor, spare=spare)
