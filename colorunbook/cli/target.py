# SPDX-License-Identifier: GPL-2.0-or-later
"""A file that a verb is to write in the end, looked at before any of the work is done."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from colorunbook.errors import InputError


def must_be_of_use(path: Path | None) -> None:
    """See that a file can be written.

    :param path: ``None``: none is to be written.
    :raises InputError: it cannot.
    """
    if path is None or (path.exists() and not path.is_dir() and not path.is_file()):
        return
    if path.is_dir():
        raise InputError(f"{path} is a folder.", "Give the name of a file in it.")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent} for {path.name}.", "Make it first.")
    try:
        with NamedTemporaryFile(dir=path.parent, prefix="."):
            pass
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error
