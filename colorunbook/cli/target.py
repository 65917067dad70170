# SPDX-License-Identifier: GPL-2.0-or-later
"""A file that a verb is to write in the end, looked at before any of the work is done."""

from itertools import combinations
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from colorunbook.errors import InputError

ROOM: Final = 1 << 20
"""Bytes that are written beside the file, and taken away again: the disk may be full."""

_ADVICE = "Choose another place."


def must_be_of_use(*paths: Path | None) -> None:
    """See that files can be written, each of them.

    :param paths: ``None``: none is to be written. A pipe, or a device, is left alone.
    :raises InputError: one cannot, or two are the same.
    """
    files = [file for path in paths if path is not None and (file := _file_of(path)) is not None]
    for one, other in combinations(files, 2):
        if one == other:
            raise InputError(f"{other} is named twice.", "Give each a file of its own.")


def _file_of(path: Path) -> Path | None:
    """Where a file that can be written really is; ``None``: it is none, but can be written too."""
    try:
        there = path.resolve()
        if there.is_dir():
            raise InputError(f"{path} is a folder.", "Give the name of a file in it.")
        if there.exists() and not there.is_file():
            return None
        _must_be_writable(path, there)
    except RuntimeError as error:  # up to Python 3.12
        raise InputError(f"{path} cannot be written: it is a link to itself.", _ADVICE) from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.", _ADVICE) from error
    return there


def _must_be_writable(path: Path, there: Path) -> None:
    """See that something can be written beside a file, from where it is put into its place."""
    if not there.parent.is_dir():
        raise InputError(f"There is no folder {path.parent} for {path.name}.", "Make it first.")
    with NamedTemporaryFile(dir=there.parent, prefix=f".{path.name}.", buffering=0) as trial:
        while (left := ROOM - trial.tell()) > 0:
            trial.write(bytes(left))
