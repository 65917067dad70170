# SPDX-License-Identifier: GPL-2.0-or-later
"""A secondary that vanishes without a word: what the bare commands do then, and what a run does."""

import os
import time
from collections.abc import Iterator

import psutil
import pytest

from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.book.actions import Await, Hmp, Qmp
from colorunbook.book.conditions import Connected
from colorunbook.engine.events import Event, ProofGiven, RunEnded, Yanked
from colorunbook.engine.manner import Manner
from colorunbook.engine.monitor import open_monitor
from colorunbook.engine.presence import leads_to_its_peer
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.errors import TimedOut
from colorunbook.hosts import Host
from colorunbook.lab import making
from colorunbook.lab.faults import Fault, inject, mend
from colorunbook.lab.pair import Lab
from colorunbook.lab.provision import release
from colorunbook.plan import resolve
from colorunbook.qemu.payload import Json, JsonObject, Payload

pytestmark = pytest.mark.live

HANG = 5.0
"""After how many seconds without a reply a command hangs, here."""

WRITE = Payload("human-monitor-command", {"command-line": 'qemu-io colo-disk0 "aio_write 0 512"'})
"""What the guest would do, if it did anything. Nothing hangs while nothing is being written."""


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Two hosts and no QEMU yet, which end with the test."""
    made = making.make(f"van-{os.getpid()}", print, bound=True, hosts=2, qemu=release("11.1"))
    with made.world:
        yield made


async def vanish(lab: Lab) -> psutil.Process:
    """Bring a pair up, and cut the secondary's cable while a write of the guest is on its way."""
    await lab.bring_up(lambda _event: None)
    inject(lab, Fault.CABLE, lab.site.secondary)
    path = lab.site.primary.monitor
    assert isinstance(path, UnixMonitor)
    monitor = await open_monitor("the monitor", path.path, 10)
    await monitor.execute(WRITE, HANG)
    await monitor.close()
    secondary = lab.qemu_of(lab.site.secondary)
    assert secondary is not None
    return secondary


async def type_it(lab: Lab) -> tuple[str, float]:
    """Send the document's commands one by one; the first that hangs, and for how long."""
    plan = resolve(shelf.runbook("primary-failover"), lab.site, lab.dialect)
    async with Session(lab.transport, lab.site, lab.edition) as session:
        monitor = await session.monitor(plan.steps[0].role)
        for step in plan.steps:
            begun = time.perf_counter()
            match step.action:
                case Qmp(payload) | Hmp(payload=payload):
                    try:
                        await monitor.execute(payload, HANG)
                    except TimedOut:
                        return payload.text, time.perf_counter() - begun
                case Await():
                    break
                case _:
                    raise TypeError(step.title)
    return "", 0.0


async def play(lab: Lab, name: str, manner: Manner | None = None) -> list[Event]:
    """Do a runbook."""
    async with Session(lab.transport, lab.site, lab.edition) as session:
        plan = await session.resolve(shelf.runbook(name))
        return [event async for event in run(plan, session, None, manner)]


async def test_the_bare_commands_hang_and_a_run_does_not(lab: Lab) -> None:
    """The same pair, the same fault: first as the document of QEMU has it, then with a run.

    The hung command is freed by the run of the second pair alone; both are measured here.
    """
    await vanish(lab)
    hung, seconds = await type_it(lab)
    assert hung, "no command hung"
    assert seconds >= HANG
    for host in (lab.site.primary, lab.site.secondary):
        lab.kill_host(host)
    mend(lab, lab.site.secondary)

    secondary = await vanish(lab)
    begun = time.perf_counter()
    told = await play(lab, "primary-failover", Manner(fence=f"kill -9 {secondary.pid}"))
    took = time.perf_counter() - begun
    print(f"bare: {hung} hung for {seconds:.1f} s and would have gone on; run: {took:.1f} s in all")
    assert isinstance(told[-1], RunEnded)
    assert ["fence"] == [event.kind for event in told if isinstance(event, ProofGiven)]
    (freed,) = [event for event in told if isinstance(event, Yanked)]
    kinds = sorted(instance.partition(" ")[0] for instance in freed.instances)
    assert ["block-node", "chardev", "chardev", "migration"] == kinds

    mend(lab, lab.site.secondary)
    lab.kill_host(lab.site.secondary)
    for name in ("launch-secondary", "prepare-secondary", "primary-resume"):
        assert isinstance((await play(lab, name))[-1], RunEnded)
    await loops_are_closed(lab, lab.site.primary)


async def loops_are_closed(lab: Lab, host: Host) -> None:
    """What a yank of everything would have broken for good: the guest's way to the network."""
    names = ("mirror0", "compare1", "compare0", "compare0-0", "compare_out", "compare_out0")
    assert isinstance(host.monitor, UnixMonitor)
    monitor = await open_monitor("the monitor", host.monitor.path, 10)
    probe = Connected(names)
    replies = [await monitor.execute(question, 5) for question in probe.questions]
    await monitor.close()
    assert probe.holds(replies), probe.seen(replies)


_ANYWHERE: JsonObject = {"type": "inet", "data": {"host": "::", "port": "9997"}}
_BOTH: list[Json] = [{"capability": name, "state": True} for name in ("x-colo", "return-path")]
BEFORE = (Payload("migrate-set-capabilities", {"capabilities": _BOTH}),)
"""What does not lead to the peer, of what is refused once there is a migration."""

AT_ANY_TIME = (
    Payload("migrate-set-parameters", {"x-checkpoint-delay": 300}),
    Payload("object-add", {"qom-type": "iothread", "id": "another"}),
    *(
        Payload("object-del", {"id": name})
        for name in ("another", "comp0", "iothread1", "m0", "redire0", "redire1")
    ),
    Payload("nbd-server-start", {"addr": _ANYWHERE}),
    Payload("nbd-server-add", {"device": "colo-disk0"}),
    Payload("block-export-add", {"type": "nbd", "id": "e", "node-name": "null", "name": "f"}),
)
"""The rest of it."""


@pytest.mark.parametrize("fault", [Fault.STOP, Fault.CABLE, Fault.KILL])
@pytest.mark.parametrize("in_colo", [False, True], ids=["before", "in-colo"])
async def test_what_does_not_lead_to_the_peer_waits_for_none(
    lab: Lab, fault: Fault, *, in_colo: bool
) -> None:
    """So the peer need not be asked before it."""
    if in_colo:
        await lab.bring_up(lambda _event: None)
    else:
        lab.prepare_images(lab.site.primary, lab.site.secondary)
        for name in ("launch-primary", "launch-secondary", "prepare-secondary"):
            await play(lab, name)
    path = lab.site.primary.monitor
    assert isinstance(path, UnixMonitor)
    monitor = await open_monitor("the monitor", path.path, 10)
    await monitor.execute(Payload("blockdev-add", {"driver": "null-co", "node-name": "null"}), HANG)
    inject(lab, fault, lab.site.secondary)
    payloads = AT_ANY_TIME if in_colo else (*BEFORE, *AT_ANY_TIME)
    assert not [payload.text for payload in payloads if leads_to_its_peer(Qmp(payload))]
    for payload in payloads:
        await monitor.execute(payload, HANG)
    await monitor.close()
