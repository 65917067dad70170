# SPDX-License-Identifier: GPL-2.0-or-later
"""Which QEMU was chosen, by ``--qemu`` or ``--qemu-binary``."""

from pathlib import Path
from typing import TYPE_CHECKING

from colorunbook.errors import InputError

if TYPE_CHECKING:
    from colorunbook.lab.making import Wanted


def refuse_both(version: str | None, binary: Path | None) -> None:
    """A QEMU is chosen in one way.

    :raises InputError: in two.
    """
    if version is not None and binary is not None:
        raise InputError(
            f"--qemu {version} and --qemu-binary {binary} name two QEMUs.", "Give one of them."
        )


def wanted(version: str | None, binary: Path | None) -> "Wanted":
    """What a lab is to be made with; ``None``: whatever works.

    :raises InputError: both are given, or there is no such version.
    """
    refuse_both(version, binary)
    if version is None:
        return binary
    from colorunbook.lab.provision import release

    return release(version)
