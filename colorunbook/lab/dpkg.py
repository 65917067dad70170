# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's tools for packages: run with little of our surroundings, and understood."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from colorunbook.errors import Unavailable
from colorunbook.lab.tree import PATH

#: Put before a command, it ends the command with its starter: no download goes on unwatched.
BOUND = ("setpriv", "--pdeathsig", "KILL", "--")

_LINKS = ("bin", "sbin", "lib", "lib64")
_FULL = re.compile(r"no space left|enough free space", re.IGNORECASE)


def run(command: tuple[str, ...], home: Path, what: str = "QEMU") -> str:
    """Run a tool of apt or dpkg to its end, and return what it printed.

    :param home: the folder that it works for.
    :param what: what the packages are for.
    :raises Unavailable: it failed; its error is in the message.
    """
    told = subprocess.run(
        (*BOUND, *command),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=environment(home),
    )
    if told.returncode != 0:
        raise failure(told.stderr, home, what)
    return told.stdout


def unpack(
    packages: tuple[Path, ...], root: Path, told: Callable[[int, int], None], what: str = "QEMU"
) -> None:
    """Unpack packages over one another into a new folder, laid out as Debian's root is.

    :param told: the number of the package that comes next, and of all.
    :param what: what the packages are for.
    :raises Unavailable: one cannot be unpacked; the error is in the message.
    """
    for name in _LINKS:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for done, package in enumerate(packages):
        told(done, len(packages))
        run(("dpkg-deb", "--extract", str(package), str(root)), root.parent, what)
    told(len(packages), len(packages))


def native() -> str:
    """Debian's name of this machine's architecture, for instance ``amd64``."""
    told = subprocess.run(
        ("dpkg", "--print-architecture"),
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": PATH},
    )
    return told.stdout.strip()


def environment(home: Path) -> dict[str, str]:
    """What apt and dpkg-deb see: proxies are passed on, little else."""
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    return proxies | {"PATH": PATH, "HOME": str(home), "LANG": "C.UTF-8"}


def failure(said: str, home: Path, what: str = "QEMU") -> Unavailable:
    """The error in what apt or dpkg-deb said, as one sentence."""
    if _FULL.search(said):
        return full(home)
    # The first error says what happened, those that follow say that something did.
    errors = [line[2:].strip() for line in said.splitlines() if line.startswith("E:")]
    last = errors[0] if errors else (said.strip().splitlines() or ["nothing was said"])[-1]
    return Unavailable(
        f"The packages of {what} could not be fetched: {last.rstrip('.')}.",
        "Is the mirror reachable? What is already there is kept: try again.",
    )


def full(folder: Path) -> Unavailable:
    """The error for a disk without room."""
    return Unavailable(
        f"There is no room left on the disk of {folder}.",
        "Make room, or set XDG_CACHE_HOME to a folder with 500 MB free.",
    )
