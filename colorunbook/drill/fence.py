# SPDX-License-Identifier: GPL-2.0-or-later
"""The fence of a lab: a command that ends the QEMU of a host."""

import shlex
import shutil
import sys
from contextlib import suppress

import psutil

from colorunbook.lab.tree import PATH


def fence_of(qemu: psutil.Process | None) -> str | None:
    """A command line that ends a QEMU; ``None``: it does not live.

    Not every machine has ``kill`` as a program, which begins sooner than Python does.
    """
    if qemu is None or not _lives(qemu):
        return None
    if (tool := shutil.which("kill", path=PATH)) is not None:
        return shlex.join((tool, "-KILL", str(qemu.pid)))
    program = f"import os, signal; os.kill({qemu.pid}, signal.SIGKILL)"
    return shlex.join((sys.executable, "-I", "-S", "-c", program))


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    return False
