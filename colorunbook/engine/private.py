# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders that are one user's alone, and where they are.

What lies in them can talk to a QEMU monitor, or tells what was done through one. So whatever
stands in the place of such a folder must be ours.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from colorunbook.errors import Unavailable


def base(environ: Mapping[str, str] = os.environ) -> Path:
    """The runtime folder of this user; it is not created here.

    :param environ: where ``XDG_RUNTIME_DIR`` is looked up.
    """
    given = environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(given)
    below_run = given.startswith("/run/") and ".." not in folder.parts
    if below_run and folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return folder / "colorunbook"
    return _of_last_resort()


def shared() -> Path:
    """The runtime folder that all sessions of this user agree on; it is not created here.

    A shell has ``XDG_RUNTIME_DIR``, a job of cron or of a cluster manager has not: what both must
    find in the same place cannot go by it.
    """
    user = os.getuid()
    folder = Path("/run/user", str(user)) if user else Path("/run")
    return folder / "colorunbook" if os.access(folder, os.W_OK | os.X_OK) else _of_last_resort()


def private(folder: Path) -> Path:
    """Make ``folder`` ours alone (0700), or make sure that it already is.

    :raises Unavailable: it cannot be made, is a link or no folder, or belongs to someone else.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be used: {error.strerror}.") from error
    if not stat.S_ISDIR(found.st_mode):
        raise Unavailable(f"{folder} is not a folder, or is a link to one.", "Remove it.")
    if found.st_uid != os.getuid():
        raise Unavailable(
            f"The folder {folder} belongs to user {found.st_uid}, not to you.", "Remove it."
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
    return folder


def _of_last_resort() -> Path:
    return Path("/tmp") / f"colorunbook-{os.getuid()}"  # noqa: S108 - private() makes sure of it
