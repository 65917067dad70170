# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is there, without a word to them: TCP ports from here or from a lab, and unix sockets."""

import asyncio
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from subprocess import DEVNULL, PIPE

from colorunbook.addresses import Door, Monitor, StdioMonitor, TcpMonitor, UnixMonitor
from colorunbook.book.ports import Knock
from colorunbook.engine import knocking

_WORDS = {
    knocking.ANSWERS: Knock.ANSWERS,
    knocking.REFUSED: Knock.REFUSED,
    knocking.SILENT: Knock.SILENT,
}
_START = 10.0
"""How long a process may take to begin and to end, in seconds."""


_GREET = 1.0
"""How long a TCP monitor may take to accept, in seconds."""


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


async def meet_at_socket(path: str, within: float) -> Knock:
    """Try a monitor at a unix socket; one that is not there refuses.

    What accepts and ends at once is no QEMU but the near end of a tunnel without a far one: it is
    silent. What accepts and says nothing may be a QEMU that is stopped, or busy with another
    client: it answers, and so does one whose queue is full.
    """
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.setblocking(False)
    with link:
        try:
            link.connect(path)  # of a unix socket this never waits
        except BlockingIOError:
            return Knock.ANSWERS
        except (ConnectionRefusedError, FileNotFoundError):
            return Knock.REFUSED
        except OSError:
            return Knock.SILENT
        return await _hear(asyncio.get_running_loop().sock_recv(link, 1), within)


async def meet_at_port(door: Door, within: float) -> Knock:
    """Try a monitor at a TCP port, as :func:`meet_at_socket` does."""
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(door.address, door.port)
    except ConnectionRefusedError:
        return Knock.REFUSED
    except OSError:  # a time-out among them
        return Knock.SILENT
    try:
        return await _hear(reader.read(1), within)
    finally:
        writer.transport.abort()


async def accepts(monitor: Monitor) -> bool:
    """Tell whether somebody serves a monitor, without waiting for a greeting."""
    match monitor:
        case StdioMonitor():
            return False
        case UnixMonitor(path):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.setblocking(False)
            with link:
                try:
                    await asyncio.get_running_loop().sock_connect(link, path)
                except OSError:
                    return False
                return True
        case TcpMonitor(address, port):
            try:
                async with asyncio.timeout(_GREET):
                    _, writer = await asyncio.open_connection(address, port)
            except OSError:  # a time-out among them
                return False
            writer.close()
            return True


async def _hear(first: Coroutine[None, None, bytes], within: float) -> Knock:
    try:
        async with asyncio.timeout(within):
            return Knock.ANSWERS if await first else Knock.SILENT
    except TimeoutError:
        return Knock.ANSWERS
    except OSError:
        return Knock.SILENT


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
