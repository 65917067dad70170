# SPDX-License-Identifier: GPL-2.0-or-later
"""The end of a world: its keeper ends, and with it, sooner or later, everything in it."""

import time
from contextlib import suppress
from signal import SIGKILL, SIGTERM

import psutil

from colorunbook.errors import TimedOut
from colorunbook.lab.life import Life
from colorunbook.lab.waking import wake

#: How long a world may take to end before its keeper is killed, and again after that, in seconds.
PATIENCE = 5.0


def end(keeper: Life) -> None:
    """End a world, and see that it has ended.

    :raises TimedOut: the kernel did not let it go within twice :data:`PATIENCE`.
    """
    waiters = _waiters(keeper)
    keeper.send(SIGTERM)
    if not _is_gone_within(keeper, waiters):
        keeper.send(SIGKILL)
        if not _is_gone_within(keeper, waiters):
            raise TimedOut(f"Process {keeper.pid}, the lab's keeper, does not end.")


def is_gone(keeper: Life) -> bool:
    """Whether a keeper has ended; one that was killed is helped to its end.

    What still leads into a world that ends is woken: see :mod:`colorunbook.lab.waking`.
    """
    if not keeper.is_over and not keeper.is_ending:
        return False
    # Whoever has the pid of a keeper that is over may be the keeper of another world.
    ours = keeper.is_ending or keeper.has_left_its_pid
    waiters = _waiters(keeper) if ours else ()
    wake(waiters)
    return _is_gone_within(keeper, waiters)


def _waiters(keeper: Life) -> tuple[psutil.Process, ...]:
    """The outer processes that wait for inner ones."""
    # Not by their children: a dead one, which nobody has collected, tells no namespace.
    target = f"--target={keeper.pid}"
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if target in each.cmdline():
                found.append(each)
    return tuple(found)


def _is_gone_within(keeper: Life, waiters: tuple[psutil.Process, ...]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            keeper.wait(0.1)
        except TimedOut:
            # nsenter stops itself when its child is stopped. Then it does not notice that the
            # child is dead, and the kernel keeps a dead child's process 1 until it does.
            wake(waiters)
        else:
            return True
    return False
