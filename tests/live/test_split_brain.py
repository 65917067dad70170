# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers that live, that are stopped, and that are dead, as a live survivor sees them."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from signal import SIGCONT, SIGSTOP

import pytest

from colorunbook import shelf
from colorunbook.addresses import StdioMonitor
from colorunbook.book.ports import Answers, Knock
from colorunbook.engine.asking import ask_host
from colorunbook.engine.peer import prove_dead
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.signs import Sign, signs_of_life
from colorunbook.errors import Refused
from colorunbook.hosts import Host, Role, Site
from colorunbook.lab import making
from colorunbook.lab.pair import Lab

pytestmark = pytest.mark.live

LISTEN = """
import socket, sys
with socket.create_server((sys.argv[1], int(sys.argv[2]))):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab without a pair in it yet."""
    made = making.make(f"brain-{os.getpid()}", print, bound=True)
    yield made
    made.world.close()


async def do(lab: Lab, *names: str, site: Site | None = None) -> None:
    """Do runbooks, one after the other.

    :param site: with the roles as they are now; ``None``: those of the bring-up.
    """
    for name in names:
        async with Session(lab.transport, site or lab.site, lab.edition) as session:
            plan = await session.resolve(shelf.runbook(name))
            async for _ in run(plan, session):
                pass


async def signs(lab: Lab, survivor: Role, site: Site | None = None) -> list[Sign]:
    """Those that answered."""
    found = await signs_of_life(site or lab.site, survivor, lab.transport)
    return [sign for sign in found if sign.knock is Knock.ANSWERS]


async def kind_of_proof(lab: Lab, survivor: Role) -> str:
    """What proves that the peer is dead, where nobody says so."""
    proof = await prove_dead(lab.site, survivor, lab.transport, name="failover")
    return proof.kind


def blind(site: Site) -> Site:
    """The same pair, of whose monitors nothing is known: only ports can answer."""
    return replace(
        site,
        primary=replace(site.primary, monitor=StdioMonitor()),
        secondary=replace(site.secondary, monitor=StdioMonitor()),
    )


@contextmanager
def listener(lab: Lab, host: Host, port: int) -> Iterator[None]:
    """Somebody who listens at a port of a host, and is no QEMU."""
    program = (sys.executable, "-I", "-S", "-c", LISTEN, host.address, str(port))
    with subprocess.Popen(
        lab.world.net_command(program), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert b"up\n" == child.stdout.readline()
        yield
        child.stdin.close()


def waiting_at(lab: Lab, port: int) -> int:
    """How many connections wait at a port until somebody accepts them, as the kernel tells."""
    table = lab.world.run(("cat", "/proc/net/tcp")).stdout
    found = re.search(rf":{port:04X} 0{{8}}:0000 0A [0-9A-F]+:([0-9A-F]+)", table)
    assert found is not None
    return int(found[1], 16)


@pytest.mark.parametrize("survivor", Role)
async def test_only_a_dead_peer_gives_no_sign(lab: Lab, survivor: Role) -> None:
    """One that is stopped may go on at any time; one port that answers is enough."""
    await lab.bring_up(lambda _event: None)
    peer = lab.site.host(survivor.other)
    qemu = lab.qemu_of(peer)
    assert qemu is not None
    assert [f"monitor {peer.monitor}"] == [s.asked for s in await signs(lab, survivor)][:1]
    with pytest.raises(Refused, match="is alive"):
        await kind_of_proof(lab, survivor)

    qemu.send_signal(SIGSTOP)
    assert 2 <= len(await signs(lab, survivor)) + len(await signs(lab, survivor, blind(lab.site)))
    with pytest.raises(Refused, match="is alive"):
        await kind_of_proof(lab, survivor)
    qemu.send_signal(SIGCONT)

    lab.kill_host(peer)
    assert "machine" == await kind_of_proof(lab, survivor)

    ports = lab.site.ports
    own = (ports.nbd, ports.migration) if survivor is Role.PRIMARY else (ports.mirror,)
    for port in own:
        with (
            listener(lab, peer, port),
            pytest.raises(Refused, match=rf"is alive: its \w+ port {port} answers\."),
        ):
            await kind_of_proof(lab, survivor)
    assert "machine" == await kind_of_proof(lab, survivor)
    await do(lab, f"{survivor.value}-failover")


OF_PRIMARY = ["compare1 port 9004", "mirror0 port 9003"]
OF_SECONDARY = ["NBD port 9999", "migration port 9998"]
"""Where each listens, as the kernel tells of a lab, in which nobody has to knock."""


async def test_signs_are_seen_after_the_roles_have_flipped(lab: Lab) -> None:
    """Each address has the ports of its role now."""
    await lab.bring_up(lambda _event: None)
    lab.kill_host(lab.site.primary)
    await do(lab, "secondary-failover")
    now = lab.site.flipped()
    await do(lab, "launch-secondary", "prepare-secondary", site=now)
    await do(lab, "secondary-resume")
    seen = {role: [s.asked for s in await signs(lab, role, blind(now))] for role in Role}
    assert {Role.PRIMARY: OF_SECONDARY, Role.SECONDARY: OF_PRIMARY} == seen
    lab.kill_host(now.secondary)
    proof = await prove_dead(now, Role.PRIMARY, lab.transport, name="failover")
    assert "machine" == proof.kind


async def test_signs_leave_no_harm(lab: Lab) -> None:
    """A primary that was asked for signs again and again can still take a new secondary."""
    await lab.bring_up(lambda _event: None)
    for _ in range(2):
        assert [OF_PRIMARY, OF_SECONDARY] == [
            [sign.asked for sign in await signs(lab, role, blind(lab.site))]
            for role in (Role.SECONDARY, Role.PRIMARY)
        ]
    # Where the guest sends nothing, what waits there keeps a new secondary out for good.
    assert 0 == waiting_at(lab, lab.site.ports.mirror)
    lab.kill_host(lab.site.secondary)
    await do(lab, "primary-failover", "launch-secondary", "prepare-secondary")
    asked = Answers(lab.site.secondary.address, lab.site.ports.nbd)
    assert (True, "it answers") == await ask_host(lab.transport, lab.site.primary, asked)
    await do(lab, "primary-resume")


async def test_a_knock_ends_a_qemu_that_waits_for_its_migration(lab: Lab) -> None:
    """Which is why its port is asked last of all, and by no guard."""
    lab.prepare_images(lab.site.secondary)
    await do(lab, "launch-secondary")
    qemu = lab.qemu_of(lab.site.secondary)
    assert qemu is not None
    wrong = Answers(lab.site.secondary.address, lab.site.ports.migration)
    assert (True, "it answers") == await ask_host(lab.transport, lab.site.primary, wrong)
    qemu.wait(10)
    assert lab.qemu_of(lab.site.secondary) is None


def test_a_person_at_a_terminal_types_the_address_of_the_dead(lab: Lab) -> None:
    """The wrong one is refused; nothing but the right one is proof."""

    async def work() -> None:
        await lab.bring_up(lambda _event: None)

    asyncio.run(work())
    lab.kill_host(lab.site.secondary)
    assert (3, False) == at_a_terminal(lab, "192.0.2.2")
    assert (0, True) == at_a_terminal(lab, "192.0.2.1")


def at_a_terminal(lab: Lab, answer: str) -> tuple[int, bool]:
    """Say ``--peer-is-dead`` on a terminal: the exit code, and whether it is told to have worked.

    The peer is said to be where this machine cannot know of it (RFC 5737).
    """
    primary = lab.site.primary
    words = ("--primary", primary.address, "--primary-qmp", str(primary.monitor))
    ours, theirs = os.openpty()
    with subprocess.Popen(
        (sys.executable, "-m", "colorunbook", "run", "primary-failover", *words,
         "--secondary", "192.0.2.1", "--peer-is-dead"),
        stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1"},
    ) as child:  # fmt: skip
        os.close(theirs)
        told = b""
        while piece := _read(ours):
            told += piece
            if told.endswith(b"type its address: "):
                os.write(ours, f"{answer}\n".encode())
        child.wait(60)
    os.close(ours)
    return child.returncode, b"it has worked" in told


def _read(terminal: int) -> bytes:
    """What comes from a terminal; empty: the other side is closed, which Linux calls an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
