# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders and files that are one user's alone, and where they are.

What lies in them can talk to a QEMU monitor, or tells what was done through one. So whatever
stands in the place of such a folder must be ours.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from colorunbook.errors import Unavailable


def base(environ: Mapping[str, str] = os.environ) -> Path:
    """The runtime folder of this user; it is not created here.

    :param environ: where ``XDG_RUNTIME_DIR`` is looked up.
    """
    given = environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(given)
    below_run = given.startswith("/run/") and ".." not in folder.parts
    if below_run and _is_ours(folder) and os.access(folder, os.W_OK | os.X_OK):
        return folder / "colorunbook"
    return _of_last_resort()


def state() -> Path:
    """The state folder, which all sessions of this user agree on; it is not created here.

    Nothing else is always there: ``/run/user/UID`` comes with the first login and goes with the
    last, so that a job of cron would not find what a shell has found.
    """
    from platformdirs import user_state_path

    return user_state_path("colorunbook")


def private(folder: Path) -> Path:
    """Make ``folder`` ours alone (0700), or make sure that it already is.

    Missing parents are made, and are ours alone too; those that are there are taken as they are.

    :raises Unavailable: it cannot be made, is a link or no folder, belongs to someone else, or
        lies where everybody may put another in its place.
    """
    try:
        _make(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise Unavailable(f"{folder} is not a folder, or is a link to one.", "Remove it.")
        # From here on by its handle: what has its name meanwhile does not count.
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _own(folder, handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be used: {error.strerror}.") from error
    return folder


def create(path: Path) -> BinaryIO:
    """Make a new file that only its owner reads, and open it for writing.

    What has its name is taken away first and not written to: a link is not followed, and whoever
    writes into the old file goes on doing so.

    :raises OSError: it cannot be made.
    """
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    return os.fdopen(handle, "wb")


def _make(folder: Path) -> None:
    if not folder.parent.exists():
        _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _own(folder: Path, handle: int) -> None:
    found, above = os.fstat(handle), folder.parent.stat()
    if found.st_uid != os.getuid():
        raise Unavailable(
            f"The folder {folder} belongs to user {found.st_uid}, not to you.", "Remove it."
        )
    if above.st_mode & stat.S_IWOTH and not above.st_mode & stat.S_ISVTX:
        raise Unavailable(
            f"Everybody may put another folder in the place of {folder}.",
            f"Make {folder.parent} sticky: chmod +t {folder.parent}.",
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        os.fchmod(handle, 0o700)


def _of_last_resort() -> Path:
    return Path("/tmp") / f"colorunbook-{os.getuid()}"  # noqa: S108 - private() makes sure of it


def _is_ours(folder: Path) -> bool:
    """Tell whether nobody else can take things away in a folder: after ``su`` it is another's."""
    try:
        found = folder.stat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.getuid()
        and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
