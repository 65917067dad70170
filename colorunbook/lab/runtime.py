# SPDX-License-Identifier: GPL-2.0-or-later
"""The runtime folder: one private folder a lab, short enough for unix sockets.

``$XDG_RUNTIME_DIR/colorunbook`` where that is below ``/run`` and usable, otherwise
``/tmp/colorunbook-<uid>``.
"""

import os
import re
from pathlib import Path

from colorunbook.addresses import Monitor, UnixMonitor
from colorunbook.engine.private import base, private
from colorunbook.errors import InputError

#: ``sun_path`` holds 108 bytes, the last of them a zero.
LONGEST_SOCKET = 107

#: No socket of a lab whose hosts have IPv4 addresses has a longer name.
LONGEST_FILE = "x" * 32

_NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,32}")


def labs(root: Path | None = None) -> Path:
    """The private folder that holds one folder a lab, made if it is not there.

    :param root: instead of :func:`~colorunbook.engine.private.base`.
    :raises Unavailable: as :func:`~colorunbook.engine.private.private`.
    """
    return private(private(root or base()) / "labs")


def checked_name(name: str) -> str:
    """``name``, if a lab may be called that.

    :raises InputError: it is empty, longer than 32 or has other characters than ``A-Za-z0-9._-``.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"A lab cannot be called {name!r}.",
            "A name is 1 to 32 letters, digits, dots, underscores or hyphens.",
        )
    return name


def folder_of(name: str, root: Path | None = None) -> Path:
    """Where the lab ``name`` keeps its sockets and its record, whether or not it is there.

    :raises InputError: the name, or the length that a socket's path would have.
    :raises Unavailable: as :func:`~colorunbook.engine.private.private`.
    """
    folder = labs(root) / checked_name(name)
    socket_path(folder, LONGEST_FILE)
    return folder


def lab_of(monitor: Monitor, root: Path | None = None) -> str:
    """The name of the lab that has, or had, a monitor; empty: it is of none."""
    path = Path(monitor.path) if isinstance(monitor, UnixMonitor) else Path()
    return path.parent.name if path.parent.parent == (root or base()) / "labs" else ""


def names(root: Path | None = None) -> tuple[str, ...]:
    """The labs that have a folder, alive or not, in order.

    :raises Unavailable: as :func:`~colorunbook.engine.private.private`.
    """
    return tuple(
        sorted(
            each.name
            for each in labs(root).iterdir()
            if each.is_dir() and _NAME.fullmatch(each.name)
        )
    )


def socket_path(folder: Path, name: str) -> Path:
    """The path of a unix socket in ``folder``.

    :raises InputError: it is longer than the kernel takes (107 bytes).
    """
    path = folder / name
    length = len(os.fsencode(path))
    if length > LONGEST_SOCKET:
        raise InputError(
            f"The socket path {path} has {length} bytes; the kernel takes {LONGEST_SOCKET}.",
            "Choose a shorter name, or a shorter XDG_RUNTIME_DIR.",
        )
    return path
