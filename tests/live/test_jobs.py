# SPDX-License-Identifier: GPL-2.0-or-later
"""How a copy that is ready can be ended: asked of every QEMU that can be had."""

import asyncio
import socket
import subprocess
from collections.abc import Callable

import pytest

from colorunbook.book.storage import copy_is_ready
from colorunbook.engine.monitor import QmpMonitor, open_monitor
from colorunbook.engine.waits import wait
from colorunbook.lab.provision import RELEASES, Release, provision
from colorunbook.lab.tree import QEMU
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import JsonObject, Payload

pytestmark = pytest.mark.live

BARE = (QEMU, "-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio")
MIRROR: JsonObject = {"device": "source", "target": "copy", "job-id": "resync", "sync": "full"}


async def events_of(release: Release, command: Payload) -> list[str]:
    """Copy one empty disk to another, end the copy by a command, and hear what QEMU says."""
    tree = provision(wanted=release)
    ours, theirs = socket.socketpair()
    with theirs:
        child = await asyncio.create_subprocess_exec(
            *("unshare", "--user", "--map-root-user", f"--root={tree.root}", *BARE),
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
        )
    try:
        monitor = await open_monitor("a QEMU without a guest", ours, 20)
        return await _end_a_copy(monitor, command)
    finally:
        ours.close()
        child.kill()
        await child.wait()


async def _end_a_copy(monitor: QmpMonitor, command: Payload) -> list[str]:
    for name in ("source", "copy"):
        node: JsonObject = {
            "driver": "null-co",
            "node-name": name,
            "size": 65536,
            "read-zeroes": True,
        }
        await monitor.execute(Payload("blockdev-add", node), 10)
    await monitor.execute(Payload("blockdev-mirror", {**MIRROR, "auto-dismiss": False}), 10)
    async for _ in wait(monitor, copy_is_ready(), 10, 0):
        pass
    begun = len(monitor.events)
    await monitor.execute(command, 10)
    while "concluded" not in str(monitor.events[begun:]):
        assert await monitor.next_event(len(monitor.events), 10)
    await monitor.close()
    return [str(event["event"]) for event in monitor.events[begun:]]


@pytest.mark.parametrize("release", RELEASES, ids=lambda r: r.version)
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (lambda dialect: Payload(dialect.end_of_copy, {"device": "resync"}), "BLOCK_JOB_COMPLETED"),
        (lambda _dialect: Payload("job-cancel", {"id": "resync"}), "BLOCK_JOB_CANCELLED"),
    ],
    ids=["as the dialect ends it", "by job-cancel"],
)
def test_only_the_dialects_command_completes_a_copy(
    release: Release, command: Callable[[Dialect], Payload], said: str
) -> None:
    """The other one breaks it off, although it is ready."""
    dialect = Dialect.of(provision(wanted=release).version)
    events = asyncio.run(events_of(release, command(dialect)))
    assert [said] == [name for name in events if name.startswith("BLOCK_JOB_C")]
