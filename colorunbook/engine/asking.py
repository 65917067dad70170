# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking a host itself: its images, its room, its memory, the ports it reaches."""

import asyncio
from collections.abc import AsyncIterator, Callable

from colorunbook.book.conditions import HostCondition
from colorunbook.book.machines import Output
from colorunbook.book.ports import Answers
from colorunbook.engine.transport import Transport
from colorunbook.engine.waits import Seen
from colorunbook.errors import TimedOut, Unavailable
from colorunbook.hosts import Host

ASK = 20.0
"""How long one command of a question may take, in seconds."""

KNOCK = 2.0
"""How long a port may take to answer, in seconds: a lost packet is sent again after one."""

_PAUSE = 0.5
"""From one question to the next while a host is waited for, in seconds."""


async def ask_host(
    transport: Transport, host: Host, condition: HostCondition
) -> tuple[bool | None, str]:
    """Ask a condition's questions once: whether it holds, and what was seen.

    ``None`` is for what nobody can tell: a program is missing, is too slow, or says what is not
    understood. That is not a yes.
    """
    if isinstance(condition, Answers):
        knocks = await transport.knock(host, condition.doors, KNOCK)
        return condition.holds(knocks), condition.seen(knocks)
    outputs: list[Output] = []
    for question in condition.questions:
        try:
            outputs.append(await transport.shell(host, question, ASK))
        except Unavailable as error:
            return None, error.message.rstrip(".")
    return condition.holds(outputs), condition.seen(outputs)


async def wait_for_host(
    transport: Transport,
    host: Host,
    condition: HostCondition,
    within: float,
    heed: Callable[[], None] = lambda: None,
) -> AsyncIterator[Seen]:
    """Wait until a condition of a host holds; the value tells what was seen.

    :param within: the bound, in seconds; a question that was begun before it is heard to its end.
    :param heed: called before each question; what it raises ends the wait.
    :raises TimedOut: it does not hold in time, or nobody can tell.
    """
    end = asyncio.get_running_loop().time() + within
    while True:
        heed()
        holds, seen = await ask_host(transport, host, condition)
        if holds:
            yield Seen(seen)
            return
        if asyncio.get_running_loop().time() >= end:
            told = "seen" if holds is False else "nobody can tell"
            raise TimedOut(f"It does not hold within {within:g} s; {told}: {seen}.")
        await asyncio.sleep(_PAUSE)
