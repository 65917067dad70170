# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C, SIGTERM and SIGHUP where a lab is at work: it is given up at once, wherever it is."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from colorunbook.errors import Aborted

_Result = TypeVar("_Result")

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def until_interrupted(work: Coroutine[None, None, _Result], end: Aborted) -> _Result:
    """Do it in an event loop of its own; the first signal ends it, and what it holds is let go.

    Further signals change nothing: what is being let go is not disturbed.

    A handler that raises would not do: what it raises in a callback of the loop is lost, and a
    drill takes what its runbooks raise for a finding.

    :param end: is raised where it was interrupted.
    """
    with _restored():
        return asyncio.run(_cancelled_by_signals(work, end))


async def _cancelled_by_signals(work: Coroutine[None, None, _Result], end: Aborted) -> _Result:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)

    def interrupt() -> None:
        if not task.cancelling():
            task.cancel()

    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as it is under nohup
            loop.add_signal_handler(number, interrupt)
    try:
        return await task
    except asyncio.CancelledError:
        raise end from None


@contextmanager
def _restored() -> Iterator[None]:
    """What signals did before they do afterwards: the loop leaves the system's own behind it."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
