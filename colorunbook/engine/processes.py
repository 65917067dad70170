# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes of this machine, looked through for a QEMU that was started with known words."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePath

import psutil

from colorunbook.errors import TimedOut

PATIENCE = 5.0
"""How long a process may take to end before it is killed, and again after that, in seconds."""


def started_with(argv: Sequence[str]) -> tuple[psutil.Process, ...]:
    """Every process that was given these words, those that only lead to it among them.

    What starts it may have put words of its own before them: ``nsenter``, a loader. One that was
    stopped together with what it leads to, and does not notice that this is dead, leads nowhere.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if _has_words(process.cmdline(), argv) and _lives(process):
                found.append(process)
    return tuple(found)


def end(argv: Sequence[str]) -> None:
    """End every process that was given these words, and see them gone.

    :raises TimedOut: the kernel did not let one go within twice :data:`PATIENCE`.
    """
    processes = started_with(argv)
    parents = {parent for process in processes if (parent := _parent(process)) is not None}
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.pid not in parents:
                process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _, alive = psutil.wait_procs(alive, timeout=PATIENCE)
    if alive:
        pids = ", ".join(str(process.pid) for process in alive)
        raise TimedOut(f"After {2 * PATIENCE:g} s it has not ended: process {pids}.")


def _lives(process: psutil.Process) -> bool:
    status = process.status()
    if status != psutil.STATUS_STOPPED:
        return status != psutil.STATUS_ZOMBIE
    children = process.children()
    return not children or any(child.status() != psutil.STATUS_ZOMBIE for child in children)


def _parent(process: psutil.Process) -> int | None:
    with suppress(psutil.NoSuchProcess):
        return process.ppid()
    return None


def _has_words(line: Sequence[str], argv: Sequence[str]) -> bool:
    count = len(argv) - 1
    if len(line) <= count or list(line[-count:]) != list(argv[1:]):
        return False
    return PurePath(argv[0]).name in {PurePath(word).name for word in line[:-count]}
