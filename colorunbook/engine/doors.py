# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is there, without a word to them: TCP ports from here or from a lab, and unix sockets."""

import asyncio
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from subprocess import DEVNULL, PIPE

from colorunbook.book.ports import Knock
from colorunbook.engine import knocking
from colorunbook.hosts import Door

_WORDS = {
    knocking.ANSWERS: Knock.ANSWERS,
    knocking.REFUSED: Knock.REFUSED,
    knocking.SILENT: Knock.SILENT,
}
_START = 10.0
"""How long a process may take to begin and to end, in seconds."""


async def knock_here(doors: Sequence[Door], within: float) -> tuple[Knock, ...]:
    """Knock from this process, at all doors at once.

    :param within: how long each may take to answer, in seconds.
    """
    words = await knocking.knock([(door.address, door.port) for door in doors], within)
    return tuple(_WORDS[word] for word in words)


async def knock_from(
    wrap: Callable[[Sequence[str]], Sequence[str]], doors: Sequence[Door], within: float
) -> tuple[Knock, ...]:
    """Knock from another network of this machine, at all doors at once.

    Where that cannot be done, nothing is known: silence.

    :param wrap: turns a command of this machine into one that has the other network.
    """
    named = [word for door in doors for word in (door.address, str(door.port))]
    program = (sys.executable, "-I", "-S", knocking.__file__, str(within), *named)
    text = ""
    with suppress(OSError):
        text = await _text_of(wrap(program), within + _START)
    knocks = tuple(_WORDS.get(word, Knock.SILENT) for word in text.split())
    return knocks if len(knocks) == len(doors) else (Knock.SILENT,) * len(doors)


async def knock_at_socket(path: str, within: float) -> Knock:
    """Try a unix socket; one that is not there refuses.

    A QEMU whose queue is full is one that lives, and one that may not be touched tells nothing.
    """
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.setblocking(False)
    with link:
        try:
            async with asyncio.timeout(within):
                await asyncio.get_running_loop().sock_connect(link, path)
        except BlockingIOError:
            return Knock.ANSWERS
        except (ConnectionRefusedError, FileNotFoundError):
            return Knock.REFUSED
        except OSError:  # a time-out among them
            return Knock.SILENT
    return Knock.ANSWERS


async def _text_of(argv: Sequence[str], within: float) -> str:
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    try:
        async with asyncio.timeout(within):
            text, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return text.decode(errors="replace") if process.returncode == 0 else ""
