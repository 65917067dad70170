# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions to a host, and what comes where there is no answer."""

import asyncio
from pathlib import Path

import pytest

from colorunbook.addresses import Door
from colorunbook.book.conditions import HostCondition, ImageIs, MemoryFor, SpaceFor, guest_is
from colorunbook.book.machines import NobodyListens, Output
from colorunbook.book.ports import Answers, Knock
from colorunbook.engine.asking import ask_host, wait_for_host
from colorunbook.engine.fake import FakeTransport
from colorunbook.engine.local import LocalTransport
from colorunbook.engine.waits import Seen, ask
from colorunbook.errors import TimedOut
from colorunbook.hosts import Host, Site
from tests.hurry import hurry

HOST = Host("127.0.0.1", "/a")
NBD = Answers("10.0.0.2", 9999)


@pytest.mark.parametrize(
    "condition",
    [ImageIs("/a/b", "qcow2", "10G"), SpaceFor("/a", 5), MemoryFor(5), NobodyListens((9003,))],
)
async def test_a_roomy_host_says_yes(condition: HostCondition) -> None:
    """So that runs at made-up hosts begin."""
    holds, seen = await ask_host(FakeTransport(), HOST, condition)
    assert holds is True
    assert seen


async def test_a_made_up_host_says_what_it_was_told() -> None:
    """For tests of guards that do not hold."""
    question = SpaceFor("/a", 5).questions[0]
    transport = FakeTransport(outputs={question: Output(0, "Avail\n0\n")})
    assert (False, "0 MiB") == await ask_host(transport, HOST, SpaceFor("/a", 5))


@pytest.mark.parametrize(("knock", "holds"), [(Knock.ANSWERS, True), (Knock.SILENT, None)])
async def test_a_port_is_tried(knock: Knock, holds: bool | None) -> None:
    """From the host that is asked."""
    transport = FakeTransport(doors={Door("10.0.0.2", 9999): knock})
    assert holds is (await ask_host(transport, HOST, NBD))[0]
    assert [Door("10.0.0.2", 9999)] == transport.knocked


async def test_a_program_that_is_missing_is_no_yes(tmp_path: Path) -> None:
    """Nobody can tell, and the message says why."""
    transport = LocalTransport(tmp_path, lambda _address, argv: ("no-such-program", *argv))
    holds, seen = await ask_host(transport, HOST, MemoryFor(1))
    assert (None, "cat cannot be started on this machine: No such file or directory") == (
        holds,
        seen,
    )


async def test_this_machine_answers(tmp_path: Path) -> None:
    """With its own programs."""
    transport = LocalTransport(tmp_path)
    demands: list[HostCondition] = [
        SpaceFor(str(tmp_path), 0),
        SpaceFor(str(tmp_path), 2**40),
        SpaceFor(f"{tmp_path}/none", 0),
        MemoryFor(1),
        MemoryFor(2**40),
    ]
    found = [(await ask_host(transport, HOST, each))[0] for each in demands]
    assert [True, False, None, True, False] == found


async def test_no_qemu_is_asked_of_its_host() -> None:
    """A mistake of the caller, found at once."""
    transport = FakeTransport()
    transport.put(Site().primary.address, ())
    monitor = await transport.connect(Site().primary, 1)
    assert (False, "running") == await ask(monitor, guest_is("paused"))
    with pytest.raises(TypeError, match="MemoryFor is asked of a host"):
        await ask(monitor, MemoryFor(1))


def test_a_host_is_asked_until_it_says_yes() -> None:
    """The port opens while it is waited for."""
    transport = FakeTransport(doors={Door("10.0.0.2", 9999): Knock.REFUSED})

    async def work() -> list[Seen]:
        found = []
        asyncio.get_running_loop().call_later(3, opens)
        async for news in wait_for_host(transport, HOST, NBD, 5):
            found.append(news)  # noqa: PERF401 - it is told as it comes
        return found

    def opens() -> None:
        transport.doors = {Door("10.0.0.2", 9999): Knock.ANSWERS}

    assert [Seen("it answers")] == hurry(work())


@pytest.mark.parametrize(
    ("knock", "told"), [(Knock.REFUSED, "seen: it refuses"), (Knock.SILENT, "nobody can tell: it")]
)
def test_a_host_is_waited_for_with_a_bound(knock: Knock, told: str) -> None:
    """Silence is no yes, however long it is."""
    transport = FakeTransport(doors={Door("10.0.0.2", 9999): knock})

    async def work() -> None:
        async for _ in wait_for_host(transport, HOST, NBD, 5):
            pytest.fail("it does not hold")

    with pytest.raises(TimedOut, match=f"It does not hold within 5 s; {told}"):
        hurry(work())
