# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's first and only root: a shell, modules and the services, in memory."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from colorunbook.lab.guest.archive import Entry, archive
from colorunbook.lab.guest.modules import load_order, modules_below
from colorunbook.lab.guest.recipe import MODULES, PROGRAMS, program

_FOLDERS = ("bin", "data", "dev", "modules", "proc", "services", "sys", "tmp")


def ramdisk(root: Path, kernel: str) -> bytes:
    """The root file system, as the kernel takes it from the boot loader.

    :param root: the folder that Debian's packages were unpacked into.
    :param kernel: as ``uname -r`` says it.
    :raises Unavailable: the kernel's packages lack a module.
    """
    entries = (*map(Entry.folder, _FOLDERS), *_shell(root), *_programs(), *_modules(root, kernel))
    return gzip.compress(archive(entries), mtime=0)


def _shell(root: Path) -> Iterator[Entry]:
    yield Entry.file("bin/busybox", (root / "bin/busybox").read_bytes(), executable=True)
    yield Entry.link("bin/sh", "busybox")


def _programs() -> Iterator[Entry]:
    for name in PROGRAMS:
        where = name if name == "init" else f"services/{name}"
        yield Entry.file(where, program(name), executable=True)


def _modules(root: Path, kernel: str) -> Iterator[Entry]:
    there = modules_below(root / "lib/modules" / kernel)
    needed: dict[str, Path] = {}
    for name, wanted in MODULES.items():
        order = load_order(wanted, there)
        needed |= {each.name: each.path for each in order}
        listed = "".join(f"{each.name}\n" for each in order)
        yield Entry.file(f"modules/{name}", listed.encode())
    for module, path in sorted(needed.items()):
        yield Entry.file(f"modules/{module}.ko", path.read_bytes())
