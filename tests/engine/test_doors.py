# SPDX-License-Identifier: GPL-2.0-or-later
"""Ports and sockets that are tried: answered, refused, silent."""

import asyncio
import socket
import sys
from asyncio.trsock import TransportSocket
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from colorunbook.addresses import Door, Monitor, StdioMonitor, TcpMonitor, UnixMonitor
from colorunbook.book.ports import Knock
from colorunbook.engine.doors import knock_from, knock_here, meet_at_port, meet_at_socket
from colorunbook.engine.local import LocalTransport
from colorunbook.hosts import Host

LOCAL = "127.0.0.1"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path."""
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as made:
        yield Path(made)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody who listens, and never accepts, as a QEMU that is stopped."""
    with socket.create_server((LOCAL, 0), backlog=0) as made:
        yield made


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that is taken, and nobody listens at."""
    with socket.socket() as made:
        made.bind((LOCAL, 0))
        yield number(made)


def number(of: socket.socket | TransportSocket) -> int:
    """The port of a socket."""
    port: int = of.getsockname()[1]
    return port


def from_here(argv: Sequence[str]) -> Sequence[str]:
    """No other network."""
    return argv


async def test_knocks_are_told_apart(listener: socket.socket, taken: int) -> None:
    """One who listens answers even without accepting; nobody refuses; no host is silent."""
    doors = [Door(LOCAL, number(listener)), Door(LOCAL, taken), Door("nobody.invalid", 1)]
    assert (Knock.ANSWERS, Knock.REFUSED, Knock.SILENT) == await knock_here(doors, 5)


async def test_a_full_queue_is_silent(listener: socket.socket) -> None:
    """It is no sign that nobody is there."""
    door = Door(LOCAL, number(listener))
    with socket.create_connection(listener.getsockname()):
        assert (Knock.SILENT,) == await knock_here([door], 0.2)


async def test_a_process_knocks_as_this_one_does(listener: socket.socket, taken: int) -> None:
    """All ports in one process."""
    doors = [Door(LOCAL, taken), Door(LOCAL, number(listener)), Door(LOCAL, taken)]
    found = await knock_from(from_here, doors, 5)
    assert (Knock.REFUSED, Knock.ANSWERS, Knock.REFUSED) == found


@pytest.mark.parametrize(
    "argv", [("false",), ("no-such-program",), ("echo", "refused"), ("echo", "a", "b")]
)
async def test_who_cannot_knock_hears_silence(argv: tuple[str, ...]) -> None:
    """A process that fails, or says something else, tells nothing."""
    doors = [Door(LOCAL, 1), Door(LOCAL, 2)]
    assert (Knock.SILENT, Knock.SILENT) == await knock_from(lambda _: argv, doors, 1)


async def test_a_knock_is_reset(listener: socket.socket) -> None:
    """Who accepts it sees at once that nobody is there any more."""
    await knock_here([Door(LOCAL, number(listener))], 5)
    met, _ = listener.accept()
    with met, pytest.raises(ConnectionResetError):
        met.recv(1)


async def test_a_unix_socket_answers_or_refuses(folder: Path) -> None:
    """A file that is left behind, and none, are nobody; a full queue is somebody."""
    path = str(folder / "q")
    assert Knock.REFUSED is await meet_at_socket(path, 1)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        assert Knock.REFUSED is await meet_at_socket(path, 1)
        server.listen(0)
        with socket.socket(socket.AF_UNIX) as first:
            first.connect(path)
            assert Knock.ANSWERS is await meet_at_socket(path, 1)
    assert Knock.REFUSED is await meet_at_socket(path, 1)


async def test_a_way_that_is_no_socket_is_silent(folder: Path) -> None:
    """A path that leads nowhere tells nothing of a QEMU."""
    (folder / "file").touch()
    assert Knock.SILENT is await meet_at_socket(f"{folder}/file/q", 1)


@pytest.mark.parametrize(("said", "found"), [("a greeting", Knock.ANSWERS), ("", Knock.SILENT)])
async def test_a_tunnel_that_leads_nowhere_is_silent(folder: Path, said: str, found: Knock) -> None:
    """It accepts and ends at once; a QEMU greets, or at least waits."""

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said.encode())
        writer.close()

    async with await asyncio.start_unix_server(serve, folder / "q"):
        assert found is await meet_at_socket(f"{folder}/q", 5)
    async with await asyncio.start_server(serve, LOCAL, 0) as server:
        door = Door(LOCAL, number(server.sockets[0]))
        assert found is await meet_at_port(door, 5)


async def test_a_monitor_that_greets_nobody_answers(folder: Path, listener: socket.socket) -> None:
    """Its QEMU is stopped, or another client has it."""
    assert Knock.ANSWERS is await meet_at_port(Door(LOCAL, number(listener)), 0.2)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/q")
        server.listen(1)
        assert Knock.ANSWERS is await meet_at_socket(f"{folder}/q", 0.2)


async def test_a_monitor_is_met_where_it_is_served(
    folder: Path, listener: socket.socket, taken: int
) -> None:
    """Over a unix socket or TCP; one on standard streams is nobody else's to meet."""
    transport = LocalTransport(folder)
    monitors: list[Monitor] = [
        UnixMonitor(f"{folder}/q"),
        TcpMonitor(LOCAL, number(listener)),
        TcpMonitor(LOCAL, taken),
        StdioMonitor(),
    ]
    found = [await transport.meet(Host(LOCAL, "/a", monitor), 0.5) for monitor in monitors]
    assert [Knock.REFUSED, Knock.ANSWERS, Knock.REFUSED, Knock.SILENT] == found


async def test_another_network_is_knocked_from_by_its_words(folder: Path) -> None:
    """As in a lab; the program is this machine's Python."""
    seen: list[Sequence[str]] = []

    def wrap(_address: str, argv: Sequence[str]) -> Sequence[str]:
        seen.append(argv)
        return ("echo", "answers")

    transport = LocalTransport(folder, net=wrap)
    assert (Knock.ANSWERS,) == await transport.knock(Host(LOCAL, "/a"), [Door("10.0.0.9", 7)], 1)
    assert (sys.executable, "10.0.0.9", "7") == (seen[0][0], *seen[0][-2:])


@pytest.mark.parametrize(
    ("address", "whole", "sees"),
    [
        ("127.0.0.2", False, True),
        ("::1", False, True),
        ("10.0.0.2", False, False),
        ("localhost", False, False),
        ("10.0.0.2", True, True),
    ],
)
def test_a_machine_sees_its_loopback_and_a_lab_all(
    folder: Path, address: str, whole: bool, sees: bool
) -> None:
    """A name may be anybody's."""
    assert sees is LocalTransport(folder, whole=whole).sees_all(Host(address, "/a"))
