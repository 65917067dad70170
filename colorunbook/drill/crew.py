# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs of a drill: each in a network of the lab, and ended with the drill."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from colorunbook.drill import client, pulse, question, requests, witness
from colorunbook.drill.acknowledged import QUESTION, Disk
from colorunbook.drill.requests import Request, word_of
from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab import itself
from colorunbook.lab.guest.services import Service
from colorunbook.lab.pair import Lab
from colorunbook.lab.switch import CLIENT, SWITCH, UP_FAR, UP_NEAR

_Value = TypeVar("_Value")

READY: Final = 40.0
"""How long a program may take to begin, and a client to end, in seconds."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The clients of a drill.

    :param connections: how many each service has.
    :param period: from one request of a connection to the next, in seconds.
    """

    connections: Mapping[Service, int]
    period: float


@dataclass(slots=True)
class Crew:
    """Starts programs, and ends them.

    :param folder: for what they write.
    """

    lab: Lab
    address: str
    folder: Path
    _clients: list[tuple[Process, Path]] = field(default_factory=list)
    _all: list[Process] = field(default_factory=list)

    async def gather(self, crowd: Crowd) -> None:
        """Let the clients connect, and begin.

        :raises Unavailable: one cannot.
        """
        for service, connections in crowd.connections.items():
            out = self.folder / f"{word_of(service)}.jsonl"
            orders = client.Orders(
                self.address, service, connections, crowd.period, out, word_of(service)
            )
            self._clients.append((await self._start(client.command(orders), CLIENT), out))
        for process, _ in self._clients:
            await _first_word(process, "A client")

    async def disperse(self) -> tuple[Request, ...]:
        """Let the clients end, and return what became of their requests.

        :raises Unavailable: one has failed.
        :raises TimedOut: one does not end.
        :raises InputError: one has written something else.
        """
        for process, _ in self._clients:
            _signal(process)
        found: list[Request] = []
        for process, out in self._clients:
            status = await _within(process.wait(), "A client of the drill did not end")
            if status:
                raise Unavailable(f"A client of the drill has ended with {status}.")
            found += requests.read(out)
        return tuple(found)

    async def watch(self) -> Path:
        """Have it written down from where answers come; the file."""
        out = self.folder / "frames"
        await _first_word(
            await self._start(witness.command(out, (UP_NEAR, UP_FAR)), SWITCH), "The witness"
        )
        return out

    async def beat(self, orders: pulse.Beat) -> Process:
        """Start the heartbeat of a host."""
        return await self._start(pulse.command(orders), orders.own)

    async def disk(self) -> Disk:
        """What the guest says that its disk has.

        :raises Unavailable: it does not answer.
        :raises InputError: its answer is none.
        """
        return Disk.of(await self.ask(QUESTION.value))

    async def ask(self, *questions: str) -> list[str]:
        """What the status service of the guest answers.

        :raises Unavailable: it does not.
        :raises TimedOut: it has not within :data:`READY`.
        """
        words = (self.address, str(Service.STATUS.value), *questions)
        process = await self._start((*_ALONE, question.__file__, *words), CLIENT)
        unanswered = f"The guest at {self.address} did not answer"
        told, _ = await _within(process.communicate(), unanswered)
        if process.returncode:
            raise Unavailable(f"The guest at {self.address} does not answer.")
        return told.decode(errors="replace").splitlines()

    async def end(self) -> None:
        """End whatever still runs."""
        for process in self._all:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _start(self, words: Sequence[str], network: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            *self.lab.world.net_command(words, address=network),
            stdin=DEVNULL,
            stdout=PIPE,
            env=itself.environment(),
            cwd="/",
            start_new_session=True,
        )
        self._all.append(process)
        return process


_ALONE = (sys.executable, "-I", "-S")


@asynccontextmanager
async def crew(lab: Lab, address: str, folder: Path) -> AsyncIterator[Crew]:
    """A crew that has ended when the drill has.

    :param address: of the guest.
    """
    made = Crew(lab, address, folder)
    try:
        yield made
    finally:
        await made.end()


def _signal(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()


async def _within(what: Awaitable[_Value], sentence: str) -> _Value:
    """Wait for the end of a program.

    :raises TimedOut: it has not come within :data:`READY`.
    """
    try:
        async with asyncio.timeout(READY):
            return await what
    except TimeoutError:
        raise TimedOut(f"{sentence} within {READY:g} s.") from None


async def _first_word(process: Process, who: str) -> None:
    """Wait until a program says that it has begun.

    :raises Unavailable: it has ended, or says nothing.
    """
    line = b""
    if process.stdout is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(READY):
                line = await process.stdout.readline()
    if not line:
        raise Unavailable(f"{who} did not begin; what it complained of stands above.")
