# SPDX-License-Identifier: GPL-2.0-or-later
"""The real Linux: it boots from its disk, answers, and what it has answered for is on the disk."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory

import pytest

from colorunbook.lab import genesis
from colorunbook.lab.guest.building import build
from colorunbook.lab.guest.kept import Guest
from colorunbook.lab.guest.services import Said, Service, said
from colorunbook.lab.provision import provision
from colorunbook.lab.tree import QEMU
from colorunbook.lab.world import World

pytestmark = pytest.mark.live

CARDS = ("rtl8139", "virtio-net-pci")

CLIENT = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30) as peer:
    answers = peer.makefile("r", encoding="utf-8", newline="\\n")
    for text in sys.argv[2:]:
        peer.sendall(f"{text}\\n".encode())
        print(answers.readline(), end="")
"""
"""One connection: each request waits for the answer to the one before."""


@dataclass(frozen=True)
class Booted:
    """A guest that runs.

    :ivar said: what it has said of itself.
    """

    world: World
    qemu: "subprocess.Popen[bytes]"
    said: Said | None

    def ask(self, service: Service, *texts: str) -> list[str]:
        """What a service answers on one connection."""
        words = (sys.executable, "-c", CLIENT, str(service.value), *texts)
        told = subprocess.run(
            self.world.net_command(words), capture_output=True, text=True, check=True, timeout=120
        )
        return told.stdout.splitlines()


@pytest.fixture(scope="module")
def guest() -> Guest:
    """The guest, made where it is not here yet."""
    return build(print)


@pytest.fixture
def world() -> Iterator[World]:
    """A world of this test alone."""
    with (
        TemporaryDirectory(dir="/tmp", prefix="crb-") as folder,
        genesis.create(provision(), Path(folder) / f"g{os.getpid()}") as made,
    ):
        yield made


@pytest.fixture
def disk(guest: Guest, world: World) -> Path:
    """A disk that may be written to."""
    return Path(shutil.copy(guest.disk, world.runtime / "primary.qcow2"))


def command(disk: Path, card: str) -> Sequence[str]:
    """A QEMU with the disk on IDE, and a network on which the guest's ports are its own."""
    ports = "".join(
        f",hostfwd=tcp:127.0.0.1:{each.value}-10.0.0.10:{each.value}" for each in Service
    )
    return (
        *(QEMU, "-accel", "tcg", "-m", "256", "-display", "none", "-nodefaults", "-no-user-config"),
        *("-drive", f"if=ide,file={disk},format=qcow2", "-serial", "stdio"),
        *("-netdev", f"user,id=hn0,restrict=on,net=10.0.0.0/24{ports}"),
        *("-device", f"{card},netdev=hn0"),
    )


def count(answer: str) -> int:
    """The number that was asked for, behind the number of the answer."""
    return int(answer.split()[1])


@contextmanager
def booted(world: World, disk: Path, card: str = CARDS[0]) -> Iterator[Booted]:
    """Boot from the disk, until the guest says that it is up, or why not."""
    with world.popen(command(disk, card), stdout=PIPE) as qemu:
        try:
            assert qemu.stdout is not None
            console, told = "", None
            for line in qemu.stdout:
                console += line.decode(errors="replace")
                print(line)
                told = said(console)
                if told:
                    break
            yield Booted(world, qemu, told)
        finally:
            qemu.kill()


@pytest.mark.long
@pytest.mark.parametrize("card", CARDS)
def test_it_boots_and_answers(world: World, disk: Path, card: str) -> None:
    """From IDE, with each network card that it knows: it says so, and it is so."""
    with booted(world, disk, card) as there:
        assert there.said is not None
        assert there.said.is_up, there.said.text
        assert "10.0.0.10" == there.said.text.split()[0]
        assert ["1 a", "2  b\\n ", "3 "] == there.ask(Service.MEMORY, "a", " b\\n ", "")
        assert ["1 c"] == there.ask(Service.MEMORY, "c"), "a connection has a count of its own"


def test_what_was_answered_for_is_on_the_disk_after_a_crash(world: World, disk: Path) -> None:
    """QEMU is killed on the last answer; the guest boots again from what is left of the disk."""
    texts = [f"w{number}" for number in range(20)]
    expected = [f"{number} {text}" for number, text in enumerate(texts, 1)]
    with booted(world, disk) as there:
        ticks = there.ask(Service.STATUS, "ticks")
        assert expected == there.ask(Service.DISK, *texts)
        assert ["1 more"] == there.ask(Service.DISK, "more")
    held = [*expected, "1 more"]
    content = base64.b64encode("".join(f"{each}\n" for each in held).encode()).decode()
    with booted(world, disk) as there:
        answers = there.ask(Service.STATUS, "acknowledged", "content", "ticks")
    assert [f"1 {len(held)}", f"2 {content}"] == answers[:2]
    assert count(ticks[0]) < count(answers[2]), "the clock's count goes on across boots"


@pytest.mark.long
def test_the_clock_ticks(world: World, disk: Path) -> None:
    """A tick a second, to the disk."""
    with booted(world, disk) as there:
        first = there.ask(Service.STATUS, "ticks")[0]
        while first == (later := there.ask(Service.STATUS, "ticks")[0]):
            assert there.qemu.poll() is None
        assert count(first) < count(later)
