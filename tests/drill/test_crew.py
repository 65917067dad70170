# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs of a drill, on one network with a stand-in for the guest."""

import asyncio
import os
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import Process
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from colorunbook.drill import crew as crews
from colorunbook.drill.acknowledged import Disk
from colorunbook.drill.answers import judge
from colorunbook.drill.crew import Crew, Crowd, crew
from colorunbook.errors import InputError, TimedOut, Unavailable
from colorunbook.lab.guest.services import Service
from colorunbook.lab.pair import Lab
from colorunbook.lab.switch import CLIENT
from colorunbook.lab.world import World
from tests.drill.theatre import lab_in

ADDRESS = f"127.{128 | os.getpid() >> 14 & 127}.{os.getpid() >> 7 & 127}.{1 + (os.getpid() & 127)}"
"""A loopback address of this process alone."""

Answer = Callable[[int, str], Awaitable[str]]
"""How the guest answers: the number of the request, and its text; the whole of what is sent."""


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """In whose network programs were started; they have all run in that of this test."""
    found: list[str | None] = []

    def here(_: World, argv: Sequence[str], *, address: str | None = None) -> tuple[str, ...]:
        found.append(address)
        return tuple(argv)

    monkeypatch.setattr(World, "net_command", here)
    return found


@pytest.fixture
def lab(tmp_path: Path, networks: list[str | None]) -> Lab:
    """A lab without a network of its own."""
    del networks
    return lab_in(tmp_path)


async def honest(number: int, text: str) -> str:
    """Answer as the guest does."""
    return f"{number} {text}\n"


@asynccontextmanager
async def guest(answer: Answer, *services: Service) -> AsyncIterator["asyncio.Queue[str]"]:
    """Something that has services of the guest; what it heard."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(ConnectionError):
            number = 0
            while line := await reader.readline():
                number += 1
                text = line.decode().rstrip("\n")
                await heard.put(text)
                writer.write((await answer(number, text)).encode())
                await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(serve, ADDRESS, each.value) for each in services]
    try:
        yield heard
    finally:
        for server in servers:
            server.close()


def every_process(people: Crew) -> list[Process]:
    """What was started, ended or not."""
    return [*people._all]


async def test_clients_come_and_go(lab: Lab, tmp_path: Path, networks: list[str | None]) -> None:
    """Each service has its connections; what became of all requests is told in the end."""
    crowd = Crowd({Service.MEMORY: 2, Service.DISK: 1}, 0.01)
    async with guest(honest, *crowd.connections) as heard, crew(lab, ADDRESS, tmp_path) as people:
        await people.gather(crowd)
        texts = {await heard.get() for _ in range(30)}
        requests = await people.disperse()
    verdicts = judge(requests, crowd.connections)
    assert [(Service.MEMORY, 1), (Service.MEMORY, 2), (Service.DISK, 1)] == [
        (each.service, each.connection) for each in verdicts
    ]
    assert all(each.is_flawless for each in verdicts)
    assert [CLIENT, CLIENT] == networks
    assert 30 == len(texts)
    assert texts <= {each.text for each in requests}


async def test_a_client_that_cannot_connect_ends_the_drill(lab: Lab, tmp_path: Path) -> None:
    """Before it has begun; the client itself has said why."""
    async with crew(lab, ADDRESS, tmp_path) as people:
        with pytest.raises(Unavailable, match="A client did not begin; what it complained of"):
            await people.gather(Crowd({Service.MEMORY: 1}, 0.01))


async def test_a_client_that_fails_is_no_witness(lab: Lab, tmp_path: Path) -> None:
    """One that was killed may have lost what it should have written down."""
    async with guest(honest, Service.MEMORY), crew(lab, ADDRESS, tmp_path) as people:
        await people.gather(Crowd({Service.MEMORY: 1}, 0.01))
        (process,) = every_process(people)
        process.kill()
        with pytest.raises(Unavailable, match="A client of the drill has ended with -9"):
            await people.disperse()


async def test_a_client_that_does_not_end_is_said_to(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for an answer that never comes, longer than anybody waits for it."""

    async def silent(number: int, text: str) -> str:
        return "" if number > 1 else f"{number} {text}\n"

    async with guest(silent, Service.MEMORY) as heard, crew(lab, ADDRESS, tmp_path) as people:
        await people.gather(Crowd({Service.MEMORY: 1}, 0.01))
        for _ in range(2):
            await heard.get()
        monkeypatch.setattr(crews, "READY", 0.2)
        with pytest.raises(TimedOut, match=r"A client of the drill did not end within 0\.2 s"):
            await people.disperse()
        there = every_process(people)
    assert all(process.returncode is not None for process in there)


async def test_a_guest_that_is_silent_is_not_waited_for(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks it has its bound, and a sentence; the program that asks is ended."""

    async def silent(_number: int, _text: str) -> str:
        return ""

    monkeypatch.setattr(crews, "READY", 0.2)
    async with guest(silent, Service.STATUS), crew(lab, ADDRESS, tmp_path) as people:
        with pytest.raises(TimedOut, match=f"The guest at {ADDRESS} did not answer within 0.2 s"):
            await people.ask("last")
        there = every_process(people)
    assert [-9] == [process.returncode for process in there]


async def test_the_guest_tells_what_its_disk_has(
    lab: Lab, tmp_path: Path, networks: list[str | None]
) -> None:
    """It is asked as a client would be, from the client's network."""
    answers = {"content": b64encode(b"1 a\n2 b\n").decode()}

    async def status(number: int, text: str) -> str:
        return f"{number} {answers[text]}\n"

    async with guest(status, Service.STATUS), crew(lab, ADDRESS, tmp_path) as people:
        assert Disk(("1 a", "2 b")) == await people.disk()
    assert [CLIENT] == networks


@pytest.mark.parametrize("line", ["{n} unknown", "", "{n} seven"])
async def test_what_the_disk_has_is_not_made_up(lab: Lab, tmp_path: Path, line: str) -> None:
    """An answer that is none is refused."""

    async def confused(number: int, _text: str) -> str:
        return line.replace("{n}", f"{number}") + "\n"

    async with guest(confused, Service.STATUS), crew(lab, ADDRESS, tmp_path) as people:
        with pytest.raises(InputError, match="is no answer to what the disk has"):
            await people.disk()


async def test_where_there_is_no_guest_nobody_answers(lab: Lab, tmp_path: Path) -> None:
    """It is said which one."""
    async with crew(lab, ADDRESS, tmp_path) as people:
        with pytest.raises(Unavailable, match=f"The guest at {ADDRESS} does not answer"):
            await people.ask("last")


async def test_everybody_ends_with_the_drill(lab: Lab, tmp_path: Path) -> None:
    """However that ends; who has ended already is left alone."""
    there: list[Process] = []
    with pytest.raises(ZeroDivisionError):
        async with guest(honest, *Service), crew(lab, ADDRESS, tmp_path) as people:
            await people.gather(Crowd({Service.MEMORY: 1, Service.DISK: 1}, 0.01))
            await people.ask("anything")
            there += every_process(people)
            raise ZeroDivisionError
    assert [-9, -9, 0] == [process.returncode for process in there]
