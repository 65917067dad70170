# SPDX-License-Identifier: GPL-2.0-or-later
"""A program that is run to its end on this machine, within a bound."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from subprocess import DEVNULL, STDOUT

from colorunbook.engine.transport import Output
from colorunbook.errors import TimedOut, Unavailable

_ENDS = 1.0
"""How long one that is killed may take to be gone, in seconds."""


async def run_to_its_end(words: Sequence[str], name: str, address: str, within: float) -> Output:
    """Run a program; when it takes too long, it is killed with all that it has started.

    :param words: the command line.
    :param name: what a person calls it; ``words`` may begin with what leads to a lab.
    :param address: the host that it is for.
    :param within: the bound, in seconds.
    :raises Unavailable: it could not be started.
    :raises TimedOut: it did not end in time.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(
            f"{name} cannot be started on this machine: {error.strerror}.",
            "Install it, or use a lab.",
        ) from error
    try:
        async with asyncio.timeout(within):
            text, _ = await process.communicate()
    except TimeoutError:
        await _kill(process)
        raise TimedOut(f"Within {within:g} s {name} did not end on {address}.") from None
    except asyncio.CancelledError:
        await _kill(process)
        raise
    return Output(process.returncode or 0, text.decode(errors="replace"))


async def _kill(process: asyncio.subprocess.Process) -> None:
    """End a program with everything that it has started, which may hold its output open."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_ENDS):
            await process.wait()
