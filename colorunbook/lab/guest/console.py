# SPDX-License-Identifier: GPL-2.0-or-later
"""What a booting guest says on its serial console, read from the file that it goes to."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab.guest.services import said

#: How long the console may say nothing, in seconds.
SILENCE: Final = 90.0

_POLL = 0.1


async def until_up(log: Path, runs: Callable[[], bool], silence: float = SILENCE) -> float:
    """Wait until a guest says that it is up.

    :param log: what its console and its QEMU write.
    :param runs: whether that QEMU still runs.
    :param silence: how long it may say nothing, in seconds.
    :returns: how long it took from here, in seconds.
    :raises Unavailable: it says that it has failed, its QEMU has ended, or the log is not there.
    :raises TimedOut: it fell silent.
    """
    clock = asyncio.get_running_loop().time
    begin = spoke = clock()
    length = 0
    while True:
        ran = runs()  # asked first: what it wrote before it ended is there then
        text = _read(log)
        if told := said(text):
            if told.is_up:
                return clock() - begin
            raise Unavailable(f"The guest does not come up: {told.text}.", f"See {log}.")
        if not ran:
            raise Unavailable("The guest's QEMU has ended while it booted.", f"See {log}.")
        if len(text) > length:
            length, spoke = len(text), clock()
        elif clock() - spoke > silence:
            raise TimedOut(f"The booting guest has said nothing for {silence:g} s.", f"See {log}.")
        await asyncio.sleep(_POLL)


def _read(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unavailable(f"The guest's console {log} cannot be read: {error.strerror}.") from error
