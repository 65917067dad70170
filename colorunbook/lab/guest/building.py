# SPDX-License-Identifier: GPL-2.0-or-later
"""How the guest is made: Debian's packages, fetched, unpacked and put on a disk."""

import errno
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

from colorunbook.errors import Unavailable
from colorunbook.lab import debian, dpkg
from colorunbook.lab.cache import alone_in
from colorunbook.lab.guest import disk
from colorunbook.lab.guest.kept import DISK, Guest, folder_of, keep, kept
from colorunbook.lab.guest.ramdisk import ramdisk
from colorunbook.lab.guest.recipe import (
    COMPONENTS,
    SUITE,
    TOOL_PACKAGES,
    Recipe,
    newest_kernel,
    packages_of,
)
from colorunbook.lab.guest.workshop import Workshop

#: What is free at the least before anything is fetched, in bytes.
ROOM = 500_000_000

_WHAT = "the guest"
_ARCHITECTURE = "amd64"


def build(
    say: Callable[[str], None] = lambda _sentence: None,
    recipe: Recipe | None = None,
    cache: Path | None = None,
) -> Guest:
    """Make a guest, if it is not there yet.

    Whatever interrupts it, nothing that is half made is taken for a guest; two at once wait for
    one another.

    :param say: told each stage once.
    :param recipe: which guest; ``None``: the usual one.
    :param cache: instead of the user's cache folder.
    :raises Unavailable: there is no apt here, or the mirror, the disk or the kernel refused.
    """
    recipe = recipe or Recipe()
    folder = folder_of(recipe, cache)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone_in(folder, lambda: say("Waiting for another process that makes the guest.")):
            return kept(recipe, cache) or _make(folder, recipe, say)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise dpkg.full(folder) from error
        raise Unavailable(f"The guest cannot be made in {folder}: {error}.") from error


def _make(folder: Path, recipe: Recipe, say: Callable[[str], None]) -> Guest:
    start = time.monotonic()
    kernel, packages = _fetch(folder, say)
    workshop = Workshop(_unpacked(packages, folder, say))
    say("Making the guest's disk.")
    root = ramdisk(workshop.root, kernel)
    image = workshop.file("boot/vmlinuz").read_bytes()
    made = disk.make(workshop, image, root, recipe.command_line).replace(folder / DISK)
    shutil.rmtree(workshop.root)
    guest = Guest(
        made,
        recipe.address,
        kernel,
        versions(packages_of(kernel), packages),
        made.stat().st_size,
        disk.SIZE,
        round(time.monotonic() - start, 1),
    )
    keep(guest)
    shutil.rmtree(folder / "apt", ignore_errors=True)
    return guest


def _fetch(folder: Path, say: Callable[[str], None]) -> tuple[str, tuple[Path, ...]]:
    """The kernel's version, and the files of all packages."""
    if shutil.disk_usage(folder).free < ROOM:
        raise dpkg.full(folder)
    apt = debian.Apt(folder / "apt", _WHAT, f"Make it on a Debian, and copy it to {folder}.")
    apt.set_up((SUITE,), debian.mirror(), COMPONENTS)
    if dpkg.native() != _ARCHITECTURE:
        raise Unavailable(f"The guest's boot loader is made on {_ARCHITECTURE} only.", apt.instead)
    say("Fetching the lists of packages.")
    apt.update()
    kernel = newest_kernel(apt.names("kernel-image-"))
    say(f"Fetching the packages of the guest, with Linux {kernel}.")
    wanted = (*packages_of(kernel), *TOOL_PACKAGES)
    return kernel, apt.download(wanted, SUITE, lambda _done, _total: None)


def _unpacked(packages: tuple[Path, ...], folder: Path, say: Callable[[str], None]) -> Path:
    """A folder with all packages in it; what an interrupted call has left is removed."""
    root = folder / "root"
    if root.exists():
        shutil.rmtree(root)
    say(f"Unpacking {len(packages)} packages.")
    dpkg.unpack(packages, root, lambda _done, _total: None, _WHAT)
    Workshop(root).furnish()
    return root


def versions(names: Iterable[str], files: Iterable[Path]) -> tuple[str, ...]:
    """The packages of these names with their versions, ``NAME VERSION``, in the names' order.

    :param files: packages as apt names their files, ``NAME_VERSION_ARCHITECTURE.deb``.
    """
    known = dict(file.name.split("_")[:2] for file in files)
    return tuple(f"{name} {unquote(known[name])}" for name in names if name in known)
