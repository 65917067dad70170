# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab of two hosts with a network each: the runbooks work there, and a cable can be pulled."""

import asyncio
import json
import os
from collections.abc import Iterator

import pytest
from psutil import STATUS_STOPPED

from colorunbook.addresses import UnixMonitor
from colorunbook.engine.monitor import QmpMonitor, open_monitor
from colorunbook.engine.session import Session
from colorunbook.errors import TimedOut
from colorunbook.lab import making
from colorunbook.lab.cables import Cable
from colorunbook.lab.faults import Fault, inject
from colorunbook.lab.pair import BRING_UP, Lab
from colorunbook.lab.provision import release
from colorunbook.lab.switch import CLIENT
from colorunbook.qemu.payload import JsonObject, Payload, as_objects, is_object
from tests.live.program import Program

pytestmark = pytest.mark.live

ONE, TWO = "10.0.0.1", "10.0.0.2"
IN_HEX, ESTABLISHED = "0200000A:", "01"
"""The second, and a state, as ``/proc/net/tcp`` has them."""

DETACH = Payload("x-blockdev-change", {"parent": "colo-disk0", "child": "children.1"})
"""The first command of ``primary-failover``."""

WRITE = Payload("human-monitor-command", {"command-line": 'qemu-io colo-disk0 "aio_write 0 512"'})
"""What the guest would do, if it did anything. Nothing hangs while nothing is being written."""


@pytest.fixture
def program() -> Iterator[Program]:
    """A lab with two hosts and no QEMU yet."""
    program = Program(f"two-{os.getpid()}")
    program("lab", "up", "--empty", "--hosts", "2", "--name", program.lab)
    yield program
    program("lab", "down", "--name", program.lab)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Two hosts and no QEMU yet, which end with the test."""
    lab = making.make(f"cable-{os.getpid()}", print, bound=True, hosts=2, qemu=release("11.1"))
    with lab.world:
        yield lab


def test_the_pair_survives_the_death_of_one_and_then_of_the_other(program: Program) -> None:
    """Brought up, bereaved and resumed by the same runbooks as on one network."""
    for runbook in BRING_UP:
        program.run(runbook)
    assert {ONE: "primary", TWO: "secondary"} == program.roles()

    program.kill("secondary")
    program.run("primary-failover", "--primary", ONE)
    program.run("launch-secondary")
    program.run("prepare-secondary")
    program.run("primary-resume")

    program.kill("primary")
    program.run("secondary-failover", "--secondary", TWO)
    for runbook in ("launch-secondary", "prepare-secondary", "set-checkpoint-delay"):
        program.run(runbook, "--primary", TWO)
    program.run("secondary-resume")
    assert {ONE: "secondary", TWO: "primary"} == program.roles()


def test_what_a_command_takes_another_gives_back(program: Program) -> None:
    """And the status tells what is missing."""
    program("lab", "fault", "cable", TWO, "--name", program.lab)
    program("lab", "fault", "cable", TWO, "--name", program.lab)
    program("lab", "fault", "uplink", ONE, "--name", program.lab)
    cables = [(host["address"], host["cable"], host["uplink"]) for host in program.hosts()]
    assert [(ONE, "whole", "cut"), (TWO, "cut", "whole")] == cables
    assert "its cable is cut" in program("lab", "status")
    for address in (ONE, TWO):
        program("lab", "mend", address, "--name", program.lab)
    assert ["whole"] * 4 == [host[each] for host in program.hosts() for each in ("cable", "uplink")]
    other = ("10.0.0.3", "--name", program.lab)
    assert "has no host 10.0.0.3." in program("lab", "fault", "power", *other, exits=2)


def test_a_client_has_a_network_that_no_host_is_in(lab: Lab) -> None:
    """Only guests are, by the hosts' bridges and their uplinks."""
    seen = lab.world.run(("cat", "/proc/net/dev"), address=CLIENT).stdout.split()
    assert {"lo:", "client:"} <= {*seen}
    assert not {"link:", "br0:", "private:"} & {*seen}


def test_each_host_has_a_network_of_its_own(lab: Lab) -> None:
    """With a loopback, a bridge and a link, and nothing of the other's or of the switch."""
    for address in (ONE, TWO):
        seen = lab.world.run(("cat", "/proc/net/dev"), address=address).stdout.split()
        assert {"lo:", "br0:", "link:", "uplink:"} <= {*seen}
        assert not {"near:", "far:", "private:", "client:"} & {*seen}
    namespaces = {
        lab.world.run(("readlink", "/proc/self/ns/net"), address=address).stdout
        for address in (ONE, TWO)
    }
    assert 2 == len(namespaces)


async def test_a_peer_without_a_cable_vanishes_without_a_word(lab: Lab) -> None:
    """No connection is closed, and the primary hangs until its second monitor frees it."""
    await lab.bring_up(lambda _event: None)
    monitor, spare = await both_monitors(lab)
    assert mirror_is_connected(lab)
    inject(lab, Fault.CABLE, lab.site.secondary)
    assert {TWO: (Cable.PEER,)} == lab.those_cut()
    with pytest.raises(TimedOut):  # in the midst of a checkpoint it is the first that hangs
        for payload in (WRITE, DETACH):
            await monitor.execute(payload, 2)
    assert mirror_is_connected(lab)
    dead = [
        each
        for each in as_objects(await spare.execute_text('{"exec-oob": "query-yank"}', 5))
        if each.get("type") != "chardev" or each.get("id") in ("mirror0", "compare1")
    ]
    yank: JsonObject = {"exec-oob": "yank", "arguments": {"instances": [*dead]}}
    await spare.execute_text(json.dumps(yank), 5)
    assert is_object(await monitor.execute(Payload("query-status"), 10))
    for each in (monitor, spare):
        await each.close()


async def test_a_host_that_stands_still_can_lose_its_power(lab: Lab) -> None:
    """What has started its QEMU stands still with it, and is gone with it all the same."""
    host = lab.site.primary
    lab.prepare_images(host)
    async with Session(lab.transport, lab.site) as session:
        await lab.do("launch-primary", session, lambda _event: None)
    qemu = lab.qemu_of(host)
    assert qemu is not None
    way_in = qemu.parent()
    assert way_in is not None
    inject(lab, Fault.STOP, host)
    async with asyncio.timeout(10):
        while way_in.status() != STATUS_STOPPED:  # noqa: ASYNC110 - there is no event of it
            await asyncio.sleep(0.01)
    inject(lab, Fault.POWER, host)
    assert lab.qemu_of(host) is None
    assert STATUS_STOPPED not in [each.status() for each in (way_in,) if each.is_running()]


async def both_monitors(lab: Lab) -> tuple[QmpMonitor, QmpMonitor]:
    """The two monitors of the primary; the second one takes commands out of band.

    It is opened before anything hangs: a QEMU that hangs greets, and answers no negotiation.
    """
    first, second = lab.site.primary.monitors
    assert isinstance(first, UnixMonitor)
    assert isinstance(second, UnixMonitor)
    monitor = await open_monitor("the monitor", first.path, 10)
    spare = await open_monitor("the spare monitor", second.path, 10, negotiate=False)
    await spare.execute(Payload("qmp_capabilities", {"enable": ["oob"]}), 5)
    return monitor, spare


def mirror_is_connected(lab: Lab) -> bool:
    """Whether the primary's kernel has the connection from the secondary to ``mirror0``."""
    rows = lab.world.run(("cat", "/proc/net/tcp"), address=ONE).stdout.splitlines()[1:]
    ends = [(row.split()[1], row.split()[2], row.split()[3]) for row in rows]
    port = f":{lab.site.ports.mirror:04X}"
    return any(
        local.endswith(port) and peer.startswith(IN_HEX) and state == ESTABLISHED
        for local, peer, state in ends
    )
