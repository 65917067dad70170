# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that has been made, and its record in the cache."""

import json
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

from colorunbook.lab.cache import cache_folder, write_whole
from colorunbook.lab.guest.recipe import Recipe
from colorunbook.lab.guest.services import Service
from colorunbook.qemu.payload import Json

#: The file that is there when all of a guest is, in its folder.
RECORD = "guest.json"

#: The disk, in its folder.
DISK = "primary.qcow2"


@dataclass(frozen=True, slots=True)
class Guest:
    """A real Linux on a disk.

    :ivar disk: the disk, in qcow2, an absolute path. It is to be copied, not to be booted:
        whoever boots it writes to it.
    :ivar address: where its services answer, and the length of its network's prefix.
    :ivar kernel: as ``uname -r`` says it.
    :ivar packages: what it consists of, each as ``NAME VERSION``.
    :ivar size: of the disk's file, in bytes.
    :ivar virtual_size: of the disk as the guest sees it, in bytes.
    :ivar seconds: how long it took to make, downloads and all.
    """

    disk: Path
    address: IPv4Interface
    kernel: str
    packages: tuple[str, ...]
    size: int
    virtual_size: int
    seconds: float

    def as_json(self) -> Json:
        """All of it, for programs; with the ports of its services."""
        return {
            "disk": str(self.disk),
            "address": str(self.address),
            "ports": {each.name.lower(): each.value for each in Service},
            "kernel": self.kernel,
            "packages": list(self.packages),
            "bytes": self.size,
            "virtual_bytes": self.virtual_size,
            "seconds": self.seconds,
        }


def folder_of(recipe: Recipe, cache: Path | None = None) -> Path:
    """The folder in the cache that holds this guest, whether or not it is there."""
    return cache_folder(cache) / "guest" / recipe.key


def kept(recipe: Recipe, cache: Path | None = None) -> Guest | None:
    """The guest of a recipe that is already there, or nothing."""
    folder = folder_of(recipe, cache)
    disk = folder / DISK
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return Guest(
            disk,
            recipe.address,
            str(told["kernel"]),
            tuple(map(str, told["packages"])),
            disk.stat().st_size,
            int(told["virtual_bytes"]),
            float(told["seconds"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(guest: Guest) -> None:
    """Write the record by which :func:`kept` finds a guest, whose disk is in its place."""
    text = json.dumps(guest.as_json(), indent=2)
    write_whole(guest.disk.parent / RECORD, f"{text}\n")
