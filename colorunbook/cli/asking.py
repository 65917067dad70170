# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions to a person: on a terminal, and nowhere else is an answer waited for."""

import asyncio
import os
import sys

from colorunbook.cli.console import begin


def somebody_is_there() -> bool:
    """Whether a question can be answered: both it and the answer go over a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def ask(question: str) -> str | None:
    """What a person answers, in one line; ``None``: nobody is there to be asked.

    Other work of the event loop goes on meanwhile, an interrupt among it.
    """
    if not somebody_is_there():
        return None
    begin(f"{question} ")
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[None] = loop.create_future()
    loop.add_reader(sys.stdin.fileno(), _wake, answered)
    try:
        await answered
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return os.read(sys.stdin.fileno(), 4096).decode(errors="replace").strip()


def _wake(answered: asyncio.Future[None]) -> None:
    if not answered.done():
        answered.set_result(None)


async def says_yes(question: str) -> bool:
    """Whether a person says yes; anything else is no, and so is nobody."""
    answer = await ask(f"{question} [y/N]")
    return answer is not None and answer.lower() in ("y", "yes")
