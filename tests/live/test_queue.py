# SPDX-License-Identifier: GPL-2.0-or-later
"""What a QEMU that hangs still reads: commands out of band, while few others wait."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.machines import bare_machines
from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.book.wiring import ObjectIs
from colorunbook.engine.local import LocalTransport
from colorunbook.engine.session import Session
from colorunbook.engine.standing import Lookout
from colorunbook.engine.transport import Monitor
from colorunbook.errors import TimedOut
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import JsonObject, Payload

pytestmark = pytest.mark.live

SOON = 1.0
"""How long a reply may take here, in seconds."""

OUT_OF_BAND = Payload("query-yank", oob=True)


@pytest.fixture
def port() -> Iterator[int]:
    """A port that accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def site() -> Iterator[Site]:
    """A pair of which the primary has a QEMU."""
    with bare_machines(1) as ((path,),):
        primary = Host("127.0.0.1", "/nowhere", UnixMonitor(str(path)))
        yield Site(primary, Host("127.0.0.2", "/nowhere", UnixMonitor(f"{path}-none")))


async def hang(monitor: Monitor, port: int) -> None:
    """Have it wait for a disk that does not answer."""
    server: JsonObject = {"type": "inet", "host": "127.0.0.1", "port": str(port)}
    node = Payload("blockdev-add", {"driver": "nbd", "node-name": "n", "server": server})
    with pytest.raises(TimedOut):
        await monitor.execute(node, SOON)


async def send(monitor: Monitor, count: int) -> None:
    """Send so many questions that it does not answer."""

    async def ask() -> None:
        with suppress(TimedOut):
            await monitor.execute(Payload("query-status"), SOON)

    await asyncio.gather(*(ask() for _ in range(count)))


@pytest.mark.parametrize(("waiting", "is_read"), [(7, True), (8, False)])
def test_with_eight_commands_waiting_nothing_is_read(
    site: Site, port: int, *, waiting: int, is_read: bool
) -> None:
    """Not even what would free it."""

    async def work() -> bool:
        async with Session(LocalTransport(Path("/nowhere")), site) as session:
            monitor = await session.monitor(Role.PRIMARY)
            await hang(monitor, port)
            await send(monitor, waiting)
            try:
                await monitor.execute(OUT_OF_BAND, SOON)
            except TimedOut:
                return False
            return True

    assert is_read is asyncio.run(work())


def test_however_much_is_asked_a_qemu_that_hangs_can_be_freed(site: Site, port: int) -> None:
    """Most of it waits here, and not there."""

    async def work() -> tuple[set[type], bool]:
        async with Session(LocalTransport(Path("/nowhere")), site) as session:
            monitor = await session.monitor(Role.PRIMARY)
            await hang(monitor, port)
            plan = resolve(shelf.runbook("set-checkpoint-delay"), site, Dialect())
            lookout = Lookout(plan, session, patience=SOON)
            probes = [ObjectIs(f"t{number}", (("id", "t"),)) for number in range(20)]
            asking = (lookout.ask(Role.PRIMARY, probe) for probe in probes)
            told = await asyncio.gather(*asking, return_exceptions=True)
            listed = await monitor.execute(OUT_OF_BAND, SOON)
            return {type(each) for each in told}, "block-node" in str(listed)

    assert ({TimedOut}, True) == asyncio.run(work())
