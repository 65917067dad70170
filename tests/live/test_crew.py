# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs of a drill in the networks of a lab, with a stand-in for the guest."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest

from colorunbook.drill import witness
from colorunbook.drill.crew import Crew, crew
from colorunbook.drill.witness import Reign
from colorunbook.errors import Unavailable
from colorunbook.hosts import Accel
from colorunbook.lab import making
from colorunbook.lab.cables import BOTH, Cable
from colorunbook.lab.guest.services import Service
from colorunbook.lab.pair import Lab
from colorunbook.lab.provision import release
from colorunbook.lab.switch import CLIENT_ADDRESS, UP_FAR, UP_NEAR

pytestmark = pytest.mark.live

ONE, TWO = "10.0.0.1", "10.0.0.2"
GUEST = "10.0.0.10"

STAND_IN = """
import socket, sys
from pyroute2 import IPRoute
with IPRoute() as links:
    bridge = links.link_lookup(ifname="br0")[0]
    links.addr("replace", index=bridge, address=sys.argv[1], prefixlen=24)
    links.link("set", index=bridge, state="up", address="52:54:00:12:34:56")
    links.route("replace", dst=sys.argv[3] + "/32", oif=bridge)
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("up", flush=True)
while True:
    peer, _ = server.accept()
    for number, line in enumerate(peer.makefile("rb"), 1):
        peer.sendall(b"%d %s" % (number, line))
"""
"""Takes the guest's addresses at the bridge of a host, and answers as the guest does."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Two hosts and no QEMU, which end with the tests."""
    name, qemu = f"crew-{os.getpid()}", release("11.1")
    lab = making.make(name, print, bound=True, hosts=2, qemu=qemu, accel=Accel.TCG)
    with lab.world:
        yield lab


@contextmanager
def guest_on(lab: Lab, address: str) -> Iterator[None]:
    """Something answers at a host's bridge."""
    words = (sys.executable, "-c", STAND_IN, GUEST, str(Service.STATUS.value), CLIENT_ADDRESS)
    there = lab.world.net_command(words, address=address)
    with subprocess.Popen(there, stdin=DEVNULL, stdout=PIPE) as process:
        assert process.stdout is not None
        assert b"up\n" == process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


async def answered(people: Crew, times: int) -> None:
    """Ask so often, and see each answered."""
    texts = [f"t{number}" for number in range(1, times + 1)]
    assert [f"{number} {text}" for number, text in enumerate(texts, 1)] == await people.ask(*texts)


async def test_a_guest_that_is_not_there_does_not_answer(lab: Lab, tmp_path: Path) -> None:
    """It is said where it should be; nothing waits for ever."""
    async with crew(lab, GUEST, tmp_path) as people:
        with pytest.raises(Unavailable, match=f"guest at {GUEST} does not answer"):
            await people.ask("uptime")


async def test_the_witness_hears_who_answers(lab: Lab, tmp_path: Path) -> None:
    """Each answer once, by the port of its host, also after its cables were pulled and given back.

    What neither is answered nor leaves the host is not heard.
    """
    async with crew(lab, GUEST, tmp_path) as people:
        written = await people.watch()
        with guest_on(lab, ONE):
            await answered(people, 3)
            lab.set_ports("down", lab.cables.ports_of(ONE, BOTH))
        with guest_on(lab, TWO):
            await answered(people, 4)
            lab.set_ports("up", lab.cables.ports_of(ONE, BOTH))
            lab.set_ports("down", lab.cables.ports_of(TWO, (Cable.CLIENTS,)))
        with guest_on(lab, ONE):
            await answered(people, 2)
    frames = list(witness.read(written))
    assert [UP_NEAR] * 3 + [UP_FAR] * 4 + [UP_NEAR] * 2 == [frame.port for frame in frames]
    assert sorted(frames, key=lambda frame: frame.when) == frames
    first, second, third = frames[0].when, frames[3].when, frames[7].when
    near, far = lab.cables.ports_of(ONE)[-1], lab.cables.ports_of(TWO)[-1]
    told = (Reign(ONE, near, first), Reign(TWO, far, second), Reign(ONE, near, third))
    assert () == witness.judge(frames, told)
    assert 2 == len(witness.judge(frames, told[:2])) + len(witness.judge(frames, told[:1]))
