# SPDX-License-Identifier: GPL-2.0-or-later
"""The heartbeat, between real processes on loopback addresses."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from colorunbook.drill.pulse import AGAIN, PORT, Beat, command, is_well

PERIOD, BOUND = 0.01, 0.4
SOON = 20.0
_A, _B, _C = (os.getpid() >> by & 127 for by in (14, 7, 0))
ONE, TWO = f"127.{128 + _A}.{_B}.{1 + _C}", f"127.{128 + _A}.{128 + _B}.{1 + _C}"
"""Loopback addresses of this process alone."""


@pytest.fixture
def qemu() -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs, and does nothing."""
    with subprocess.Popen(("sleep", "300")) as process:
        yield process
        process.kill()


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    """The peer of a pulse, played by the test."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as link:
        link.bind((TWO, PORT))
        link.settimeout(SOON)
        yield link


def say(peer: socket.socket) -> float:
    """Send a beat; when that was."""
    now = time.monotonic()
    peer.sendto(b"beat", (ONE, PORT))
    return now


@asynccontextmanager
async def pulse(pid: int, own: str = ONE, other: str = TWO) -> AsyncIterator[Process]:
    """The program, which ends with the test."""
    words = command(Beat(own, other, pid, BOUND, PERIOD))
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def word(process: Process, since: float = 0.0) -> tuple[str, float]:
    """The next thing that is said of the time since then."""
    assert process.stdout is not None
    async with asyncio.timeout(SOON):
        while True:
            what, when = (await process.stdout.readline()).decode().split()
            if float(when) >= since:
                return what, float(when)


async def until(process: Process, wanted: str, since: float) -> float:
    """When it was first said since then, whatever else was said before."""
    while True:
        what, when = await word(process, since)
        if what == wanted:
            return when


async def test_a_peer_that_was_never_heard_is_not_lost(
    qemu: subprocess.Popen[bytes], peer: socket.socket
) -> None:
    """It counts from its first beat on; of the silence before nothing is said."""
    async with pulse(qemu.pid) as heart:
        peer.recv(16)
        silent_until = time.monotonic() + 2 * BOUND
        while time.monotonic() < silent_until:
            peer.recv(16)
        begun = say(peer)
        what, when = await word(heart)
        assert "heard" == what
        assert begun <= when


async def test_a_silent_peer_is_lost_after_the_bound_and_not_before(
    qemu: subprocess.Popen[bytes], peer: socket.socket
) -> None:
    """Counted from its last beat; its next beat is heard again, and each change is said once."""
    async with pulse(qemu.pid) as heart:
        peer.recv(16)
        say(peer)
        peer.recv(16)
        last = say(peer)
        said = [await word(heart), await word(heart)]
        again = say(peer)
        peer.recv(16)
        say(peer)
        said += [await word(heart), await word(heart)]
    assert ["heard", "lost", "heard", "lost"] == [what for what, _ in said]
    assert last + BOUND <= said[1][1]
    assert again <= said[2][1]


async def test_that_a_peer_is_lost_is_said_again(
    qemu: subprocess.Popen[bytes], peer: socket.socket
) -> None:
    """Who has begun to listen only then is told too."""
    async with pulse(qemu.pid) as heart:
        peer.recv(16)
        say(peer)
        lost = await until(heart, "lost", 0)
        what, when = await word(heart)
    assert "lost" == what
    assert lost + AGAIN <= when


async def test_a_host_falls_silent_while_its_qemu_is_stopped(
    qemu: subprocess.Popen[bytes],
) -> None:
    """Its peer says so, says when it is back, and never is the one that runs lost."""
    async with AsyncExitStack() as both:
        one = await both.enter_async_context(pulse(qemu.pid, ONE, TWO))
        two = await both.enter_async_context(pulse(os.getpid(), TWO, ONE))
        await until(one, "heard", 0)
        await until(two, "heard", 0)
        stopped = time.monotonic()
        qemu.send_signal(signal.SIGSTOP)
        lost = await until(two, "lost", stopped)
        qemu.send_signal(signal.SIGCONT)
        await until(two, "heard", lost)


async def test_a_host_falls_silent_when_its_qemu_has_ended(
    qemu: subprocess.Popen[bytes], peer: socket.socket
) -> None:
    """Also while nobody has taken notice of that; it goes on to hear."""
    async with pulse(qemu.pid) as heart:
        peer.recv(16)
        qemu.kill()
        await asyncio.to_thread(os.waitid, os.P_PID, qemu.pid, os.WEXITED | os.WNOWAIT)
        peer.settimeout(20 * PERIOD)
        with pytest.raises(TimeoutError):
            for _ in range(int(SOON / PERIOD)):
                peer.recv(16)
        say(peer)
        assert "heard" == (await word(heart))[0]


async def test_a_way_that_is_not_there_ends_nothing(qemu: subprocess.Popen[bytes]) -> None:
    """Who cannot be reached can still be heard: only one direction may be broken."""
    async with pulse(qemu.pid, other="255.255.255.255") as heart:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as link:
            hearing = asyncio.create_task(word(heart))
            async with asyncio.timeout(SOON):
                while not hearing.done():
                    say(link)
                    await asyncio.wait((hearing,), timeout=PERIOD)
        assert "heard" == (await hearing)[0]
        assert heart.returncode is None


def test_a_process_that_runs_or_sleeps_is_well(qemu: subprocess.Popen[bytes]) -> None:
    """One that is stopped is not, before it goes on again."""
    assert is_well(os.getpid())
    assert is_well(qemu.pid)
    qemu.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, qemu.pid, os.WSTOPPED)
    assert not is_well(qemu.pid)
    qemu.send_signal(signal.SIGCONT)
    os.waitid(os.P_PID, qemu.pid, os.WCONTINUED)
    assert is_well(qemu.pid)


def test_what_has_ended_is_not_well(qemu: subprocess.Popen[bytes]) -> None:
    """Neither what nobody has taken notice of, nor what is gone, nor what never was."""
    qemu.kill()
    os.waitid(os.P_PID, qemu.pid, os.WEXITED | os.WNOWAIT)
    assert not is_well(qemu.pid)
    qemu.wait()
    assert not is_well(qemu.pid)
    assert not is_well(0)


def test_the_name_of_a_process_does_not_mislead(tmp_path: Path) -> None:
    """It may have brackets and letters that look like a state."""
    program = tmp_path / "a) T (b) Z"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen((program, "300")) as process:
        try:
            assert b"a) T (b) Z" in Path(f"/proc/{process.pid}/stat").read_bytes()
            assert is_well(process.pid)
        finally:
            process.kill()
