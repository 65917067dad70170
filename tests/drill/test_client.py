# SPDX-License-Identifier: GPL-2.0-or-later
"""The client, against services that are honest, slow, silent, chatty or mortal."""

import asyncio
import os
import signal
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from struct import pack

import pytest

from colorunbook.drill.answers import Flaw, judge
from colorunbook.drill.client import READY, Orders, command
from colorunbook.drill.requests import Outcome, Request, read
from colorunbook.lab.guest.services import Service

Manner = Callable[["Peer", int, str], Awaitable[None]]
"""How a service answers: the peer, the number of the request, and its text."""

PERIOD = 0.02
ADDRESS = f"127.{os.getpid() >> 14 & 127}.{os.getpid() >> 7 & 127}.{1 + (os.getpid() & 127)}"
"""A loopback address of this process alone."""


@dataclass
class Peer:
    """One connection, as the service sees it."""

    reader: StreamReader
    writer: StreamWriter

    async def say(self, line: str) -> None:
        """Send a line."""
        self.writer.write(f"{line}\n".encode())
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection off, as a kernel does that knows nothing of it."""
        self.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass
class Stage:
    """A service and its client.

    :ivar heard: each piece that came in, by connection.
    """

    path: Path
    heard: list[list[bytes]] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    said: str = ""

    async def play(
        self,
        manner: Manner,
        *,
        connections: int = 1,
        patience: float = 20.0,
        before: tuple[str, ...] = (),
    ) -> int | None:
        """Run a client until the service has had enough; the client's exit code.

        :param before: words before its command.
        """
        async with self.service(manner):
            orders = Orders(ADDRESS, Service.MEMORY, connections, PERIOD, self.path, "m", patience)
            words = (*before, *command(orders))
            client = await asyncio.create_subprocess_exec(*words, stdout=PIPE, stderr=PIPE)
            try:
                return await asyncio.wait_for(self._watch(client, connections), 30)
            finally:
                with suppress(ProcessLookupError):
                    client.kill()

    async def _watch(self, client: Process, connections: int) -> int | None:
        assert client.stdout is not None
        assert f"{READY} {connections}\n".encode() == await client.stdout.readline()
        ended = asyncio.create_task(client.communicate())
        enough = asyncio.create_task(self.enough.wait())
        await asyncio.wait((ended, enough), return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            client.send_signal(signal.SIGTERM)
        enough.cancel()
        _, said = await ended
        self.said = said.decode()
        return client.returncode

    @asynccontextmanager
    async def service(self, manner: Manner) -> AsyncIterator[None]:
        """Answer in a manner."""

        async def serve(reader: StreamReader, writer: StreamWriter) -> None:
            pieces: list[bytes] = []
            self.heard.append(pieces)
            with suppress(ConnectionError):
                while piece := await reader.read(2**16):
                    pieces.append(piece)
                    await manner(Peer(reader, writer), len(pieces), piece.decode().rstrip("\n"))
            writer.close()

        server = await asyncio.start_server(serve, ADDRESS, Service.MEMORY.value)
        async with server:
            yield

    @property
    def told(self) -> tuple[Request, ...]:
        """What the client has written."""
        return read(self.path)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage with a file of its own."""
    return Stage(tmp_path / "out.jsonl")


async def test_each_request_waits_for_the_answer_and_the_period(stage: Stage) -> None:
    """On each connection for itself; the texts are counted, and one comes at a time."""
    done: set[str] = set()

    async def honest(peer: Peer, number: int, text: str) -> None:
        await peer.say(f"{number} {text}")
        if number == 10:
            done.add(text.split("-")[1])
        if len(done) == 3:
            stage.enough.set()

    assert 0 == await stage.play(honest, connections=3)
    verdicts = judge(stage.told, {Service.MEMORY: 3})
    assert all(verdict.is_flawless and verdict.sent >= 10 for verdict in verdicts)
    for connection in (1, 2, 3):
        told = [each for each in stage.told if each.connection == connection]
        assert [f"m-{connection}-{n}" for n in range(1, len(told) + 1)] == [r.text for r in told]
        for one, two in pairwise(told):
            assert one.got <= two.sent
            assert PERIOD * 0.999 <= two.sent - one.sent
    assert all(piece.count(b"\n") == 1 for pieces in stage.heard for piece in pieces)


async def test_what_is_under_way_at_the_end_may_be_answered(stage: Stage) -> None:
    """The service answers its third request only when the client has been told to end."""

    async def slow(peer: Peer, number: int, text: str) -> None:
        if number == 3:
            stage.enough.set()
            with pytest.raises(TimeoutError):  # the client neither asks again nor hangs up
                await asyncio.wait_for(peer.reader.read(1), 0.3)
        await peer.say(f"{number} {text}")

    assert 0 == await stage.play(slow)
    assert 3 == len(stage.told)
    (verdict,) = judge(stage.told)
    assert verdict.is_flawless


async def test_what_is_never_answered_is_written_down(stage: Stage) -> None:
    """The client's patience has a bound."""

    async def silent(peer: Peer, number: int, text: str) -> None:
        if number == 2:
            stage.enough.set()
        else:
            await peer.say(f"{number} {text}")

    assert 0 == await stage.play(silent, patience=0.2)
    first, last = stage.told
    assert (Outcome.ANSWERED, Outcome.UNANSWERED) == (first.outcome, last.outcome)
    assert ("m-1-2", None) == (last.text, last.answer)
    assert 0.2 <= last.got - last.sent


async def test_a_connection_that_is_reset_is_not_opened_again(stage: Stage) -> None:
    """The others go on; the one is told of once, and the request with it."""

    async def mortal(peer: Peer, number: int, text: str) -> None:
        if (number, text) == (3, "m-2-3"):
            peer.reset()
        else:
            await peer.say(f"{number} {text}")
        if number == 9:
            stage.enough.set()

    assert 0 == await stage.play(mortal, connections=2)
    assert 2 == len(stage.heard)
    one, two = judge(stage.told)
    assert one.is_flawless
    assert [Flaw.DIED] == [finding.flaw for finding in two.findings]
    (died,) = (each for each in stage.told if each.outcome is Outcome.DIED)
    assert (3, "m-2-3", None, "connection reset") == (
        died.number,
        died.text,
        died.answer,
        died.error,
    )


async def test_a_client_without_a_connection_ends(stage: Stage) -> None:
    """The service hangs up between two requests; nobody has to send a signal."""

    async def brief(peer: Peer, number: int, text: str) -> None:
        await peer.say(f"{number} {text}")
        peer.writer.close()

    assert 0 == await stage.play(brief)
    assert not stage.enough.is_set()
    first, end = stage.told
    assert first.is_right
    assert (0, "", Outcome.DIED, "end of file") == (end.number, end.text, end.outcome, end.error)


async def test_a_line_without_a_request_is_written_down(stage: Stage) -> None:
    """It is no answer to the next one."""

    async def chatty(peer: Peer, number: int, text: str) -> None:
        await peer.say(f"{number} {text}")
        if number == 1:
            await peer.say(f"{number} {text}")
        if number == 3:
            stage.enough.set()

    assert 0 == await stage.play(chatty)
    assert [Outcome.ANSWERED, Outcome.UNASKED] == [each.outcome for each in stage.told[:2]]
    (verdict,) = judge(stage.told)
    assert [Flaw.TWICE] == [finding.flaw for finding in verdict.findings]
    assert 3 <= verdict.right


async def test_an_answer_that_comes_in_pieces_is_one(stage: Stage) -> None:
    """The network cuts where it likes."""

    async def halting(peer: Peer, number: int, text: str) -> None:
        for part in (f"{number} ", text, "\n"):
            peer.writer.write(part.encode())
            await peer.writer.drain()
        if number == 3:
            stage.enough.set()

    assert 0 == await stage.play(halting)
    assert all(each.is_right for each in stage.told)


async def ended(*words: str) -> tuple[int | None, str]:
    """The exit code of a client, and what it says on standard error."""
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "colorunbook.drill.client", *words, stderr=PIPE
    )
    _, said = await asyncio.wait_for(client.communicate(), 30)
    return client.returncode, said.decode()


async def test_where_nobody_listens_it_says_so(tmp_path: Path) -> None:
    """In one sentence, and what to see to."""
    words = ("--address", ADDRESS, "--service", "memory", "--out", str(tmp_path / "x"))
    advice = "See whether the guest is up, and whether a way leads to it."
    expected = f"client: {ADDRESS} port 7000 takes no connection: Connection refused. {advice}\n"
    assert (4, expected) == await ended(*words)


async def test_a_file_that_is_there_is_not_written_to(tmp_path: Path) -> None:
    """It may be another client's."""
    (tmp_path / "x").write_text("mine")
    words = ("--address", ADDRESS, "--service", "memory", "--out", str(tmp_path / "x"))
    code, said = await ended(*words)
    assert (2, "mine") == (code, (tmp_path / "x").read_text())
    assert f"The client's file {tmp_path}/x cannot be made: File exists." in said


async def test_a_full_disk_ends_it(stage: Stage) -> None:
    """What is not written down has not been seen."""

    async def honest(peer: Peer, number: int, text: str) -> None:
        await peer.say(f"{number} {text}")

    assert 4 == await stage.play(honest, before=("prlimit", "--fsize=1000"))
    assert f"client: The client could not write to {stage.path}: " in stage.said
    assert 1000 == stage.path.stat().st_size
    assert all(each.is_right for each in stage.told)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--service", "status"),
        ("--service", "nothing"),
        ("--connections", "0"),
        ("--connections", "x"),
        ("--period", "nan"),
        ("--period", "-1"),
        ("--patience", "1e9"),
        ("--name", "two words"),
    ],
)
async def test_words_that_cannot_be_used_are_refused(
    option: str, value: str, tmp_path: Path
) -> None:
    """The option is named; there is no traceback."""
    words = {"--address": ADDRESS, "--service": "memory", "--out": str(tmp_path / "x")}
    words[option] = value
    code, said = await ended(*(word for pair in words.items() for word in pair))
    assert 2 == code
    assert f"argument {option}: " in said
    assert "Traceback" not in said
