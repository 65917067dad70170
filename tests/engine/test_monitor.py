# SPDX-License-Identifier: GPL-2.0-or-later
"""A QMP session over a real socket: every way it can end, each within its bound."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from qemu.qmp import Message, QMPClient

from colorunbook.engine.monitor import QmpMonitor, open_monitor
from colorunbook.errors import Busy, StepFailed, TimedOut, Unavailable
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Payload
from tests.qmpserver import GREETING, QmpServer, serving

STATUS = Payload("query-status")
EVENT = json.dumps({"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 0}})


@pytest.fixture
def path() -> Iterator[Path]:
    """A short path for a socket."""
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as folder:
        yield Path(folder) / "q"


@pytest.fixture
def server(path: Path) -> Iterator[QmpServer]:
    """A QEMU that runs."""
    with serving(path) as made:
        yield made


@pytest.fixture
async def monitor(server: QmpServer, path: Path) -> AsyncIterator[QmpMonitor]:
    """A session with it."""
    opened = await open_monitor("the monitor", str(path), 5)
    yield opened
    await opened.close()


async def test_the_greeting_tells_the_version(monitor: QmpMonitor) -> None:
    """Without a question of its own."""
    assert Version(11, 1, 3) == monitor.version


async def test_a_command_has_its_reply(monitor: QmpMonitor) -> None:
    """As JSON values."""
    assert {"status": "running", "running": True} == await monitor.execute(STATUS, 5)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
async def test_rows_are_made_up_for_the_log_only_where_a_developer_reads_it(
    monitor: QmpMonitor, caplog: pytest.LogCaptureFixture, level: int
) -> None:
    """Most of what a command costs would be that, where QEMU has much to tell."""
    with caplog.at_level(level), pytest.MonkeyPatch.context() as patched:
        made_up: list[str] = []

        def make_up(row: Message) -> str:
            made_up.append(repr(row))
            return made_up[-1]

        patched.setattr(Message, "__str__", make_up)
        await monitor.execute(STATUS, 5)
    assert (2 if level == logging.DEBUG else 0) == len(made_up)


async def test_commands_are_on_their_way_as_soon_as_they_are_begun() -> None:
    """In their order, and though nothing else has its turn before QEMU works on them."""
    ours, qemu = socket.socketpair()
    with qemu:
        qemu.sendall(json.dumps(GREETING).encode() + b"\n")
        monitor = await open_monitor("the monitor", ours, 5, negotiate=False)
        asked = [Payload("query-status"), Payload("query-version")]
        tasks = [asyncio.create_task(monitor.execute(payload, 5)) for payload in asked]
        await asyncio.sleep(0)
        qemu.settimeout(1)
        text = qemu.recv(4096).decode()
        assert 0 < text.index("query-status") < text.index("query-version")
        for task in tasks:
            task.cancel()
        await monitor.close()


async def test_an_error_reply_says_what_qemu_said(monitor: QmpMonitor) -> None:
    """Class and description."""
    with pytest.raises(StepFailed, match="GenericError: object 'x' not found"):
        await monitor.execute(Payload("object-del", {"id": "x"}), 5)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"run": 1}', "\udc80"])
async def test_what_is_no_command_is_not_sent(
    monitor: QmpMonitor, server: QmpServer, text: str
) -> None:
    """The text of somebody else is no fault of the session."""
    with pytest.raises(StepFailed):
        await monitor.execute_text(text, 5)
    assert ["qmp_capabilities"] == server.received
    await monitor.execute(STATUS, 5)


async def test_silence_is_bounded(monitor: QmpMonitor, server: QmpServer) -> None:
    """And the session goes on."""
    server.silent_on.add("stop")
    with pytest.raises(TimedOut, match=r'Within 0\.1 s the monitor did not reply to .*"stop"'):
        await monitor.execute(Payload("stop"), 0.1)
    assert {"status": "running", "running": True} == await monitor.execute(STATUS, 5)


async def test_a_session_that_ends_in_a_command_is_lost(
    monitor: QmpMonitor, server: QmpServer
) -> None:
    """At once, not after the bound."""
    server.closes_on.add("stop")
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable, match="The session with the monitor was lost"):
            await monitor.execute(Payload("stop"), 60)
        with pytest.raises(Unavailable, match="lost"):
            await monitor.execute(STATUS, 60)


async def test_a_session_that_ends_in_a_wait_is_lost(
    monitor: QmpMonitor, server: QmpServer
) -> None:
    """Whoever waits for news is told at once, and so is whoever waits again."""
    server.closes_on.add("stop")
    async with asyncio.timeout(3):
        news = asyncio.create_task(monitor.next_event(0, 60))
        with pytest.raises(Unavailable):
            await monitor.execute(Payload("stop"), 60)
        with pytest.raises(Unavailable, match="lost"):
            await news
        with pytest.raises(Unavailable, match="lost"):
            await monitor.next_event(0, 60)


async def test_who_watches_a_session_is_told_when_it_is_lost(
    monitor: QmpMonitor, server: QmpServer
) -> None:
    """Not before, at once, and again whenever somebody asks."""
    server.closes_on.add("stop")
    async with asyncio.timeout(3):
        lost = asyncio.create_task(monitor.lost())
        await monitor.execute(STATUS, 60)
        assert not lost.done()
        with pytest.raises(Unavailable):
            await monitor.execute(Payload("stop"), 60)
        await lost
        await monitor.lost()


async def test_a_session_that_sends_no_json_is_lost(monitor: QmpMonitor, server: QmpServer) -> None:
    """Whatever it is then, it is no monitor."""
    server.rows["stop"] = ["qemu: fatal"]
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable, match="lost"):
            await monitor.execute(Payload("stop"), 60)


async def test_events_are_kept_in_order(monitor: QmpMonitor, server: QmpServer) -> None:
    """None is lost between two looks."""
    server.rows["query-status"] = [EVENT.replace("STOP", name) for name in ("A", "B", "C")]
    await monitor.execute(STATUS, 5)
    while len(monitor.events) < 3:
        assert await monitor.next_event(len(monitor.events), 5)
    assert ["A", "B", "C"] == [event["event"] for event in monitor.events]
    assert await monitor.next_event(2, 0)


async def test_without_news_a_wait_ends_in_time(monitor: QmpMonitor) -> None:
    """With no."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    assert not await monitor.next_event(0, 0.05)
    assert 0.05 <= loop.time() - start < 1


async def test_a_wait_can_be_given_up(monitor: QmpMonitor) -> None:
    """And the session goes on."""
    news = asyncio.create_task(monitor.next_event(0, 60))
    await asyncio.sleep(0.01)
    news.cancel()
    with pytest.raises(asyncio.CancelledError):
        await news
    await monitor.execute(STATUS, 5)


async def test_nobody_there_is_unavailable(path: Path) -> None:
    """With the system's own reason."""
    with pytest.raises(Unavailable, match="Nobody answers at it: No such file or directory"):
        await open_monitor("it", str(path), 5)


async def test_a_port_that_nobody_listens_on_is_unavailable() -> None:
    """The same over TCP."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="Nobody answers at it"):
            await open_monitor("it", ("127.0.0.1", bound.getsockname()[1]), 5)


async def test_no_greeting_is_a_time_out(path: Path) -> None:
    """Another client has it, or QEMU waits for its peer: the advice says so."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        with pytest.raises(TimedOut, match="A monitor takes one client"):
            await open_monitor("it", str(path), 0.1)


async def test_a_greeting_and_no_more_is_a_hang(server: QmpServer, path: Path) -> None:
    """So does a QEMU that waits for a peer: there is no other client to be ended."""
    server.silent_on.add("qmp_capabilities")
    with pytest.raises(TimedOut, match=r"greeted, and answered nothing.* hangs") as raised:
        await open_monitor("it", str(path), 0.1)
    assert "end the other" not in str(raised.value)


async def test_a_full_queue_says_so(path: Path) -> None:
    """Linux calls it an invalid argument."""
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as other:
        listener.bind(str(path))
        listener.listen(0)
        other.connect(str(path))
        with pytest.raises(Busy, match=r"too many wait there already.* has another client"):
            await open_monitor("it", str(path), 1)


@pytest.mark.parametrize("greeting", ["QEMU 11.1.3 monitor - type 'help'", "{}", '{"QMP": 1}'])
async def test_another_greeting_is_another_protocol(
    server: QmpServer, path: Path, greeting: str
) -> None:
    """A human monitor, for one."""
    server.greeting = greeting
    with pytest.raises(Unavailable, match="What answers at it does not speak QMP"):
        await open_monitor("it", str(path), 5)


async def test_the_negotiation_can_be_left_to_the_first_command(
    server: QmpServer, path: Path
) -> None:
    """As the document's reader types it."""
    monitor = await open_monitor("it", str(path), 5, negotiate=False)
    assert [] == server.received
    assert {} == await monitor.execute(Payload("qmp_capabilities"), 5)
    await monitor.close()


async def test_an_event_may_come_before_the_session_is_open(server: QmpServer, path: Path) -> None:
    """A pair in COLO sends some twice a second; qemu.qmp would take it for the reply."""
    server.rows["qmp_capabilities"] = [EVENT]
    monitor = await open_monitor("it", str(path), 5)
    assert await monitor.next_event(0, 5)
    assert ["STOP"] == [event["event"] for event in monitor.events]
    assert {"status": "running", "running": True} == await monitor.execute(STATUS, 5)
    await monitor.close()


async def test_closing_twice_is_closing_once(monitor: QmpMonitor) -> None:
    """Whoever ends it first."""
    await monitor.close()
    await monitor.close()


async def test_a_flood_keeps_no_bound_from_being_kept(
    monitor: QmpMonitor, server: QmpServer
) -> None:
    """Rows that wait to be read are read by turns with everything else."""
    server.rows["stop"] = [EVENT] * 30_000
    server.silent_on.add("stop")
    begun = asyncio.get_running_loop().time()
    with pytest.raises(TimedOut):
        await monitor.execute(Payload("stop"), 0.2)
    assert asyncio.get_running_loop().time() - begun < 1.5
    assert 0 < len(monitor.events) < 30_000


async def test_a_cancellation_is_not_lost_while_a_session_ends() -> None:
    """qemu.qmp makes an assertion of it, which is none of the session's own errors."""
    begun = asyncio.Event()

    class Slow(QMPClient):
        async def disconnect(self) -> None:
            try:
                begun.set()
                await asyncio.sleep(10)
            finally:
                raise AssertionError

    closing = asyncio.ensure_future(QmpMonitor("it", Slow("it")).close())
    await begun.wait()
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
