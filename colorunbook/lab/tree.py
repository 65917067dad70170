# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a QEMU lives: in a provisioned tree, in this machine's ``/``, or where it was built."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

#: The places of commands, in a tree and on a host; it does not depend on the caller's environment.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#: What the document calls without a path.
QEMU = "qemu-system-x86_64"
IMG = "qemu-img"

_VERSION = re.compile(r"^QEMU emulator version (\d+\.\d+(?:\.\d+)?)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tree:
    """A root folder with a QEMU in it.

    :ivar root: an absolute path; ``/`` is the host itself.
    :ivar version: as QEMU says it, for instance ``11.1.3``.
    :ivar binary: the QEMU that takes the place of the tree's own, an absolute path.
    """

    root: Path
    version: str
    binary: Path | None = None

    @property
    def is_host(self) -> bool:
        """Whether this is the machine's own QEMU."""
        return self.root == Path("/") and self.binary is None

    @property
    def tools(self) -> dict[str, Path]:
        """The programs that take the place of the tree's own, by the names they are called by."""
        if self.binary is None:
            return {}
        tools = {QEMU: self.binary}
        for folder in (self.binary.resolve().parent, self.binary.parent):
            if (folder / IMG).is_file():
                tools[IMG] = folder / IMG
        return tools

    def has(self, path: str) -> bool:
        """Whether the tree holds ``path``, an absolute path as seen from inside."""
        return (self.root / path.lstrip("/")).exists()


def version_in(output: str) -> str | None:
    """The version in what ``qemu-system-x86_64 --version`` printed, or nothing."""
    found = _VERSION.search(output)
    return found[1] if found else None


def host_tree() -> Tree | None:
    """The host's own QEMU, or nothing where there is none that runs."""
    qemu = shutil.which(QEMU, path=PATH)
    if qemu is None:
        return None
    try:
        told = subprocess.run(
            (qemu, "--version"), capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = version_in(told.stdout)
    return Tree(Path("/"), version) if version else None
