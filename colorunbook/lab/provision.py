# SPDX-License-Identifier: GPL-2.0-or-later
"""A known-good QEMU for an ordinary user: a Debian tree in the cache folder, nothing installed."""

import errno
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from colorunbook.errors import InputError, Unavailable
from colorunbook.lab import debian, dpkg
from colorunbook.lab.cache import alone_in, cache_folder, write_whole
from colorunbook.lab.namespaces import refusal
from colorunbook.lab.tree import PATH, QEMU, Tree, version_in

#: Told what is being done, how much of it is done, and of how much (0 of 0: not countable).
Progress: TypeAlias = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Release:
    """A QEMU that can be had.

    :ivar version: as it is asked for, for instance ``11.1``.
    :ivar suites: Debian's suites that it is put together from.
    :ivar preferred: the suite whose packages win.
    """

    version: str
    suites: tuple[str, ...]
    preferred: str

    @property
    def key(self) -> str:
        """The name of its folder; another recipe has another name."""
        recipe = repr((self, PACKAGES, _LAYOUT)).encode()
        return f"{self.version}-{self.preferred}-{hashlib.sha256(recipe).hexdigest()[:8]}"


#: What can be had; the first is the usual one. A version more is a row more.
RELEASES = (
    Release("11.1", ("trixie", "trixie-backports"), "trixie-backports"),
    Release("10.0", ("trixie",), "trixie"),
    Release("10.0.2", ("bookworm", "bookworm-backports"), "bookworm-backports"),
    Release("7.2", ("bookworm",), "bookworm"),
)

#: What a tree is made of, apart from what these depend on.
PACKAGES = ("qemu-system-x86", "qemu-utils", "bash", "dash", "coreutils", "util-linux")

#: What is free at the least before anything is fetched, in bytes.
ROOM = 500_000_000

_LAYOUT = 1
_MOUNT_POINTS = ("proc", "dev", "sys", "tmp", "run", "mnt", "etc/qemu", "root")
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "etc/group": "root:x:0:\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
}


def release(version: str = RELEASES[0].version, cache: Path | None = None) -> Release:
    """The row called ``version``; otherwise the one whose tree is there and has this version.

    :raises InputError: there is none.
    """
    for each in RELEASES:
        if each.version == version:
            return each
    there = {each.version: provisioned(each, cache) for each in RELEASES}
    for each in RELEASES:
        tree = there[each.version]
        if tree is not None and tree.version == version:
            return each
    known = ", ".join(
        f"{name} (here: {tree.version})" if tree and tree.version != name else name
        for name, tree in there.items()
    )
    raise InputError(f"QEMU {version} cannot be provisioned.", f"There is: {known}.")


def folder_of(wanted: Release, cache: Path | None = None) -> Path:
    """The folder in the cache that holds this release, whether or not it is there."""
    return cache_folder(cache) / "qemu" / wanted.key


def provisioned(wanted: Release = RELEASES[0], cache: Path | None = None) -> Tree | None:
    """The tree of a release that is already there, or nothing."""
    folder = folder_of(wanted, cache)
    try:
        version = (folder / "version").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return Tree(folder / "root", version)


def provision(
    progress: Progress = lambda _stage, _done, _total: None,
    wanted: Release = RELEASES[0],
    cache: Path | None = None,
) -> Tree:
    """Fetch and unpack a release, if that is still to be done, and prove that it runs.

    Whatever interrupts it, the next call goes on from there; two at once wait for one another.

    :param progress: told what happens.
    :param cache: instead of the user's cache folder.
    :raises Unavailable: there is no apt here, the mirror, the disk or the kernel refused.
    """
    folder = folder_of(wanted, cache)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone_in(
            folder, lambda: progress("waiting for another process that fetches it", 0, 0)
        ):
            return provisioned(wanted, cache) or _make(folder, wanted, progress)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise dpkg.full(folder) from error
        raise Unavailable(f"A QEMU cannot be provisioned in {folder}: {error}.") from error


def _make(folder: Path, wanted: Release, progress: Progress) -> Tree:
    root = folder / "root"
    if not root.is_dir():
        _unpack(_fetch(folder, wanted, progress), folder, progress)
    progress("starting QEMU once", 0, 0)
    tree = Tree(root, _prove(root))
    # This file says that all is done.
    write_whole(folder / "version", f"{tree.version}\n")
    shutil.rmtree(folder / "apt", ignore_errors=True)
    return tree


def _fetch(folder: Path, wanted: Release, progress: Progress) -> tuple[Path, ...]:
    if shutil.disk_usage(folder).free < ROOM:
        raise dpkg.full(folder)
    apt = debian.Apt(folder / "apt")
    apt.set_up(wanted.suites, debian.mirror())
    progress("fetching the lists of packages", 0, 0)
    apt.update()
    return apt.download(
        PACKAGES,
        wanted.preferred,
        lambda done, total: progress("fetching packages", done, total),
    )


def _unpack(packages: tuple[Path, ...], folder: Path, progress: Progress) -> None:
    """Unpack into a folder of another name, which then becomes ``root`` in one move."""
    fresh = folder / "root.part"
    if fresh.exists():
        shutil.rmtree(fresh)
    dpkg.unpack(packages, fresh, lambda done, total: progress("unpacking packages", done, total))
    for name in _MOUNT_POINTS:
        (fresh / name).mkdir(parents=True, exist_ok=True)
    for name, text in _FILES.items():
        (fresh / name).write_text(text, encoding="ascii")
    fresh.rename(folder / "root")


def _prove(root: Path) -> str:
    """Start QEMU in the tree, and return the version that it says it is."""
    command = ("unshare", "--user", "--map-root-user", f"--root={root}", QEMU, "--version")
    told = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": PATH},
    )
    version = version_in(told.stdout)
    if version is None and "unshare" in told.stderr:
        raise refusal(told.stderr)
    if version is None:
        shutil.rmtree(root)
        last = (told.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Unavailable(f"The QEMU that was fetched does not start: {last}.", "Try again.")
    return version
