# SPDX-License-Identifier: GPL-2.0-or-later
"""What leads into a lab stands still with what it leads to, and has to be woken to see its end.

An ``nsenter`` stops itself when its program is stopped (util-linux). Where that is killed then,
nobody takes notice: it stays a zombie, and the lab cannot end.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

import psutil

GONE = 10.0
"""How long the kernel may take to end a process that is killed, in seconds."""


def wake(processes: Iterable[psutil.Process]) -> None:
    """Let those go on that stand still."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.status() == psutil.STATUS_STOPPED:
                process.resume()


def kill(processes: Sequence[psutil.Process]) -> None:
    """End processes of a lab, as a power cut would, and see them gone."""
    ways_in = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            parent = process.parent()
            process.kill()
            if parent is not None and parent not in processes:
                ways_in.append(parent)
    wake(ways_in)
    psutil.wait_procs(processes, timeout=GONE)
