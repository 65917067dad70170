# SPDX-License-Identifier: GPL-2.0-or-later
"""Running the command that cuts a peer off."""

import asyncio
import os
import shlex
import signal
from contextlib import suppress
from dataclasses import replace
from subprocess import DEVNULL, STDOUT

from colorunbook.engine.events import Event, Fencing, ProofGiven
from colorunbook.errors import InputError, Refused
from colorunbook.hosts import Role
from colorunbook.visible import program_of

FENCE = 60.0
"""How long a fence command may take, in seconds."""


def split_fence(text: str) -> tuple[str, ...]:
    """Take a command line apart as a shell would; no shell reads it.

    What is wrong is told without its words, since one of them may be a password.

    :raises InputError: a quotation is open, or there is no word in it.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise InputError(f"The fence command cannot be read: {error}.") from None
    if not words or not words[0] or "\0" in text:
        what = "has a zero byte" if "\0" in text else "names no program"
        raise InputError(f"The fence command {what}.", "Give a program and its words.")
    return words


def for_others(event: Event) -> Event:
    """An event as it may be passed on: of a fence command with its program and no more."""
    match event:
        case Fencing(_, command):
            return replace(event, command=program_of(command))
        case ProofGiven("fence", _, text):
            return replace(event, text=program_of(text))
        case _:
            return event


async def fence_off(text: str, peer: Role, address: str, name: str) -> str:
    """Run a fence command on this machine, to its end.

    It has ``COLORUNBOOK_PEER``, the address of whom it cuts off, and ``COLORUNBOOK_ROLE``, that
    one's role, in its environment. It reads nothing.

    :param name: the runbook that wants it.
    :returns: the command.
    :raises Refused: it did not end with 0 within :data:`FENCE`; the peer may be alive.
    :raises InputError: it cannot be read.
    """
    words = split_fence(text)
    environment = {**os.environ, "COLORUNBOOK_PEER": address, "COLORUNBOOK_ROLE": peer.value}
    from tempfile import TemporaryFile

    with TemporaryFile() as told:
        try:
            process = await asyncio.create_subprocess_exec(
                *words, stdin=DEVNULL, stdout=told, stderr=STDOUT,
                env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise _refused(name, f"it cannot be started: {error.strerror}") from error
        await _end(process, name)
        if process.returncode:
            told.seek(0)
            lines = told.read(65536).decode(errors="replace").strip().splitlines()
            last = lines[-1] if lines else "it wrote nothing"
            raise _refused(name, f"it ended with {process.returncode}: {last}")
    return shlex.join(words)


async def _end(process: asyncio.subprocess.Process, name: str) -> None:
    try:
        async with asyncio.timeout(FENCE):
            await process.wait()
    except TimeoutError:
        raise _refused(name, f"it did not end within {FENCE:g} s and was killed") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _refused(name: str, what: str) -> Refused:
    return Refused(
        f"{name} is refused, and nothing was sent to a QEMU: the fence command failed, "
        f"{what.rstrip(' .:')}.",
        "The peer may be alive. See why the command failed, and run it by hand.",
    )
