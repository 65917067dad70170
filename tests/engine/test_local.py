# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts on this machine: processes that end, that do not, and that hold on."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from colorunbook.addresses import StdioMonitor, TcpMonitor, UnixMonitor
from colorunbook.book.machines import NobodyListens
from colorunbook.engine import local
from colorunbook.engine.local import LocalTransport
from colorunbook.engine.monitor import QmpMonitor
from colorunbook.errors import Busy, StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Host
from colorunbook.qemu.payload import Payload
from tests.qmpserver import GREETING, serving

HOST = Host("127.0.0.1", "/a")

#: Seconds that nobody else sleeps.
NAP = f"41.{os.getpid()}"

#: A program that serves QMP on its standard input and output.
STDIO = f"""
import json, os
print(json.dumps({GREETING!r}), flush=True)
while text := os.read(0, 65536):
    told = json.loads(text)
    print(json.dumps({{"return": {{"said": told["execute"]}}, "id": told.get("id")}}), flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path."""
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as made:
        yield Path(made)


@pytest.fixture
def transport(folder: Path) -> Iterator[LocalTransport]:
    """This machine."""
    made = LocalTransport(folder / "logs")
    yield made
    made.close()


def at(monitor: UnixMonitor | TcpMonitor | StdioMonitor) -> Host:
    """The host with this monitor."""
    return Host(HOST.address, HOST.images, monitor)


async def test_a_command_has_a_status_and_a_text(transport: LocalTransport) -> None:
    """Of both streams."""
    output = await transport.shell(HOST, ("sh", "-c", "echo a; echo b >&2; exit 3"), 5)
    assert (3, "a\nb\n") == (output.status, output.text)


async def test_no_shell_reads_the_words(transport: LocalTransport) -> None:
    """They arrive as they are."""
    word = "a b\"c'$d\\`e`,;*\u00e4"
    assert word == (await transport.shell(HOST, ("printf", "%s", word), 5)).text


async def test_a_command_reads_nothing(transport: LocalTransport) -> None:
    """It cannot wait for a person."""
    assert "" == (await transport.shell(HOST, ("cat",), 5)).text


async def test_a_program_that_is_not_there_is_unavailable(transport: LocalTransport) -> None:
    """The message names it."""
    with pytest.raises(
        Unavailable, match="no-such-program cannot be started on this machine: No such"
    ):
        await transport.shell(HOST, ("no-such-program",), 5)


async def test_a_command_that_does_not_end_is_killed(transport: LocalTransport) -> None:
    """In time, with what it has started itself, which may hold its output open."""
    with pytest.raises(TimedOut, match=r"Within 0\.2 s sh did not end on 127\.0\.0\.1"):
        await transport.shell(HOST, ("sh", "-c", f"sleep {NAP} & wait"), 0.2)
    await until(lambda: not sleepers())


async def test_a_command_ends_with_the_run(transport: LocalTransport) -> None:
    """A run that is interrupted leaves nothing behind that still writes an image."""
    work = asyncio.create_task(transport.shell(HOST, ("sh", "-c", f"sleep {NAP} & wait"), 60))
    await until(lambda: bool(sleepers()))
    await asyncio.sleep(0.05)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await until(lambda: not sleepers())


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(3):
        while not holds():  # noqa: ASYNC110 - there is no event of it
            await asyncio.sleep(0.01)


def sleepers() -> list[int]:
    """The processes that the tests have put to sleep."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        told: dict[str, list[str] | str | None] = process.info
        if told["cmdline"] == ["sleep", NAP] and told["status"] != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found


async def test_a_command_may_be_put_somewhere_else(folder: Path) -> None:
    """As a lab does, where each host is a place of its own."""
    transport = LocalTransport(folder, lambda address, argv: ("echo", "in", address, *argv))
    assert "in 127.0.0.1 a b\n" == (await transport.shell(HOST, ("a", "b"), 5)).text


async def test_the_tables_of_ports_are_those_that_the_question_shows() -> None:
    """Read, or asked where the hosts have another network: who listens here stands in both."""

    def net(_address: str, argv: Sequence[str]) -> Sequence[str]:
        return ("env", *argv)

    ways = (
        LocalTransport(Path("/none")),
        LocalTransport(Path("/none"), tables=lambda _: Path("/proc/self/net")),
        LocalTransport(Path("/none"), tables=lambda _: None, net=net),
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        probe = NobodyListens((listener.getsockname()[1],))
        for here in ways:
            assert probe.holds([await here.tcp_tables(HOST, 5)]) is False
    for here in ways:
        assert probe.holds([await here.tcp_tables(HOST, 5)]) is True
    elsewhere = LocalTransport(Path("/none"), net=lambda *_: ("echo", "another network"))
    assert "another network\n" == (await elsewhere.tcp_tables(HOST, 5)).text
    nowhere = LocalTransport(Path("/none"), tables=lambda _: Path("/none"))
    assert probe.holds([await nowhere.tcp_tables(HOST, 5)]) is None


async def test_the_program_tells_its_version(folder: Path) -> None:
    """Whatever else it says."""
    said = "QEMU emulator version 11.1.3 (Debian 1:11.1.3+ds-1)"
    transport = LocalTransport(folder, lambda *_: ("echo", said))
    assert "11.1.3" == str(await transport.qemu_version(HOST))


@pytest.mark.parametrize("argv", [("echo", "hello"), ("false",)])
async def test_a_program_without_a_version_is_unavailable(
    folder: Path, argv: tuple[str, ...]
) -> None:
    """It is not QEMU, or does not run."""
    with pytest.raises(Unavailable, match="does not run on this machine"):
        await LocalTransport(folder, lambda *_: argv).qemu_version(HOST)


async def test_a_qemu_that_ends_at_once_fails(transport: LocalTransport) -> None:
    """With the last row that it wrote."""
    command = ("sh", "-c", "echo first >&2; echo 'no such drive' >&2; exit 1")
    with pytest.raises(StepFailed, match="QEMU ended at once: no such drive"):
        await transport.launch(HOST, command)


async def test_a_qemu_that_writes_nothing_says_so(transport: LocalTransport) -> None:
    """Rather than an empty message."""
    with pytest.raises(StepFailed, match="QEMU ended at once: it wrote nothing"):
        await transport.launch(HOST, ("false",))


async def test_a_qemu_that_is_not_there_fails(transport: LocalTransport) -> None:
    """The message names the program."""
    with pytest.raises(StepFailed, match="no-such-qemu cannot be started"):
        await transport.launch(HOST, ("no-such-qemu",))


async def test_a_qemu_speaks_on_its_standard_streams(transport: LocalTransport) -> None:
    """To whoever started it; it stays in a session of its own."""
    told = await transport.launch(HOST, (sys.executable, "-c", STDIO))
    pid = int(told.split()[1].rstrip(","))
    assert pid == os.getsid(pid)
    monitor = await transport.connect(HOST, 5)
    assert {"said": "query-status"} == await monitor.execute(Payload("query-status"), 5)
    await monitor.close()


async def test_standard_streams_of_somebody_elses_qemu_are_unavailable(
    transport: LocalTransport,
) -> None:
    """The advice names the option."""
    with pytest.raises(Unavailable, match="--primary-qmp unix:PATH"):
        await transport.connect(HOST, 5)


async def test_a_qemu_that_ends_while_it_is_waited_for_is_told(transport: LocalTransport) -> None:
    """At once, with its last words."""
    await transport.launch(HOST, ("sh", "-c", "sleep 0.5; echo 'out of memory' >&2"))
    with pytest.raises(Unavailable, match=r"The QEMU of 127\.0\.0\.1 has ended"):
        async with asyncio.timeout(3):
            await transport.connect(HOST, 60)


async def test_a_monitor_that_is_served_is_known(transport: LocalTransport, folder: Path) -> None:
    """Without a word to whoever serves it."""
    host = at(UnixMonitor(str(folder / "q")))
    assert not await transport.serves(host)
    with serving(folder / "q") as server:
        assert await transport.serves(host)
        assert [] == server.received


async def test_a_folder_that_cannot_be_made_is_unavailable(folder: Path) -> None:
    """QEMU's messages would be lost."""
    (folder / "file").touch()
    transport = LocalTransport(folder / "file" / "logs")
    with pytest.raises(Unavailable, match="QEMU's messages go there"):
        await transport.launch(HOST, ("true",))


async def test_a_socket_of_a_dead_qemu_does_not_hold_up_a_new_one(
    transport: LocalTransport, folder: Path
) -> None:
    """Its file is left behind; nobody listens."""
    with serving(folder / "q"):
        pass
    assert (folder / "q").exists()
    with pytest.raises(StepFailed, match="QEMU ended at once"):
        await transport.launch(at(UnixMonitor(str(folder / "q"))), ("false",))


async def test_a_full_queue_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has given up waits in it until QEMU looks; that may be soon."""
    tries: list[float] = []

    async def opening(name: str, address: str, within: float) -> QmpMonitor:
        tries.append(within)
        if len(tries) < 3:
            raise Busy(f"Too many wait at {name}.")
        raise Unavailable(f"{address} is another one.")

    monkeypatch.setattr(local, "open_monitor", opening)
    transport = LocalTransport(folder)
    with pytest.raises(Unavailable, match="is another one"):
        await transport.connect(Host("127.0.0.1", "/a", UnixMonitor(str(folder / "q"))), 5)
    assert 3 == len(tries)
    tries.clear()
    with pytest.raises(Busy):
        await transport.connect(Host("127.0.0.1", "/a", UnixMonitor(str(folder / "q"))), -1)
