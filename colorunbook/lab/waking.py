# SPDX-License-Identifier: GPL-2.0-or-later
"""What leads into a lab stands still with what it leads to, and has to be woken to see its end.

An ``nsenter`` stops itself when its program is stopped (util-linux). Where that is killed then,
nobody takes notice: it stays a zombie, and the lab cannot end.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic

import psutil

GONE = 10.0
"""How long the kernel may take to end a process that is killed, in seconds."""

_LOOK = 0.05
"""From one look at what leads there to the next, in seconds; of a stop there is no event."""


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
    end = monotonic() + GONE
    left = [*processes]
    while left and monotonic() < end:
        wake(ways_in)  # more than once: it may stop only after it was looked at
        _, left = psutil.wait_procs(left, timeout=_LOOK)
