# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU that the reader has built: asked what it is, and put where a lab calls it by its name.

A lab of such a QEMU sees the machine's own ``/``. The document says ``qemu-system-x86_64``, and
that word is not changed: a folder that is searched first holds something of that name.
"""

import os
import shlex
import subprocess
from pathlib import Path

from colorunbook.errors import InputError
from colorunbook.lab.tree import PATH, Tree, version_in
from colorunbook.qemu.dialect import Dialect, Version

#: How long it may take to say its version, in seconds.
PATIENCE = 20.0

#: The folder in a lab's runtime folder that is searched first.
FOLDER = "bin"

_ADVICE = "Give the path of a qemu-system-x86_64 of yours."


def tree_of(binary: Path) -> Tree:
    """The machine's ``/``, with this QEMU in the place of the machine's own.

    :param binary: a program, or a script that ends in one.
    :raises InputError: it is no program, says no QEMU version, or is too old for the procedures.
    """
    binary = binary.absolute()
    if not binary.exists():
        raise InputError(f"There is no {binary}.", _ADVICE)
    if not binary.is_file() or not os.access(binary, os.X_OK):
        raise InputError(f"{binary} is not a program that you may start.", _ADVICE)
    try:
        told = subprocess.run(
            (str(binary), "--version"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"{binary} says no version within {PATIENCE:g} s.", _ADVICE) from None
    except OSError as error:
        raise InputError(f"{binary} cannot be started: {error.strerror}.", _ADVICE) from error
    version = version_in(told.stdout)
    if version is None:
        raise InputError(f"{binary} says no QEMU version: {last_of(told)}.", _ADVICE)
    Dialect(Version.parse(version))  # or it is too old, and says so
    return Tree(Path("/"), version, binary)


def last_of(told: subprocess.CompletedProcess[str]) -> str:
    """The last thing that a program said, as the end of a sentence."""
    lines = (told.stderr.strip() or told.stdout.strip()).splitlines()
    return lines[-1].strip().rstrip(".") if lines else f"it ended with {told.returncode}"


def place(tree: Tree, runtime: Path) -> None:
    """Put the reader's programs into the runtime folder of a lab, by the names they are called by.

    A program is linked to. A script is called by its own path: it may look for things beside it.
    """
    folder = runtime / FOLDER
    if tree.tools:
        folder.mkdir(mode=0o700)
    for name, program in tree.tools.items():
        if _is_script(program):
            (folder / name).write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n')
            (folder / name).chmod(0o700)
        else:
            (folder / name).symlink_to(program)


def search_path(tree: Tree, runtime: Path) -> str:
    """The places of commands in a lab, the reader's programs first."""
    return f"{runtime / FOLDER}:{PATH}" if tree.binary else PATH


def shown(tree: Tree) -> tuple[Path, ...]:
    """The files of the host that a lab has to see, wherever they are."""
    paths = (path for tool in tree.tools.values() for path in (tool, tool.resolve()))
    return tuple(dict.fromkeys(paths))


def _is_script(program: Path) -> bool:
    with program.open("rb") as file:
        return file.read(2) == b"#!"
