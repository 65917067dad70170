# SPDX-License-Identifier: GPL-2.0-or-later
"""The knobs: QEMU itself says that it has what was chosen, and a study ends when it is told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from colorunbook.comparison import Comparison, Nic
from colorunbook.drill.pair import Pair
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.engine.transport import Monitor
from colorunbook.hosts import Role
from colorunbook.lab import making, runtime
from colorunbook.lab.pair import Lab
from colorunbook.lab.provision import release
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import Json, Payload, as_objects

pytestmark = [pytest.mark.live, pytest.mark.long]

ROOT = Path(__file__).parents[2]
NIC = Nic("virtio-net-pci", vnet_hdr_support=True)
NUMBERS: dict[str, Json] = {
    "compare_timeout": 1100,
    "expired_scan_cycle": 450,
    "max_queue_size": 64,
}
HEADER: dict[str, Json] = {"vnet_hdr_support": True}
CHOSEN: dict[Role, dict[str, dict[str, Json]]] = {
    Role.PRIMARY: {"comp0": {**NUMBERS, **HEADER}, "m0": HEADER, "redire0": HEADER},
    Role.SECONDARY: {"f1": HEADER, "f2": HEADER, "rew0": HEADER},
}


@pytest.fixture(params=Edition)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab whose site has a card and a comparison of its own, with no QEMU in it yet."""
    edition: Edition = request.param
    name = f"knobs-{os.getpid()}"
    made = making.make(name, print, bound=True, qemu=release("11.1"), edition=edition)
    with made.world:
        numbers = Comparison(1100, 450, 64)
        yield replace(made, site=replace(made.site, nic=NIC, comparison=numbers))


async def told(monitor: Monitor, wanted: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """What a QEMU says of the properties of its objects."""
    found: dict[str, dict[str, Json]] = {}
    for name, properties in wanted.items():
        path = f"/objects/{name}"
        found[name] = {
            each: await monitor.execute(Payload("qom-get", {"path": path, "property": each}), 5)
            for each in properties
        }
    return found


async def cards(monitor: Monitor) -> list[Json]:
    """What of its devices is a network card."""
    devices = [
        device
        for folder in ("peripheral", "peripheral-anon")
        for device in as_objects(
            await monitor.execute(Payload("qom-list", {"path": f"/machine/{folder}"}), 5)
        )
    ]
    return [device.get("type") for device in devices if "net" in str(device.get("type"))]


async def see_chosen(lab: Lab) -> None:
    """Ask both QEMUs."""
    async with Session(lab.transport, lab.site, lab.edition) as session:
        for role in Role:
            monitor = await session.monitor(role)
            assert CHOSEN[role] == await told(monitor, CHOSEN[role])
            assert [f"child<{NIC.model}>"] == await cards(monitor)


async def test_both_qemus_have_what_was_chosen(lab: Lab) -> None:
    """As they were started, and after a new secondary has come."""
    await lab.bring_up(lambda _event: None)
    await see_chosen(lab)
    pair = Pair(lab, lab.site)
    await pair.session()
    lab.kill_host(lab.site.secondary)
    async for _ in pair.fail_over(pair.plan("primary-failover"), Manner()):
        pass
    async for _ in pair.resume():
        pass
    await see_chosen(lab)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_study_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """It ends in the middle of a drill, by way of nox too, and its lab is gone."""
    out = tmp_path / "knobs.json"
    words = ("-s", "study", "--", "--out", str(out), "--rounds", "1", "--knob", "max_queue_size")
    command = (sys.executable, "-m", "nox", *words)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as study:
        assert study.stderr is not None
        said = []
        for line in study.stderr:
            said.append(line)
            if "its clients are served" in line:
                study.send_signal(number)
        assert 10 == study.wait(30), said
    assert "The study was interrupted. Nothing was seen yet" in said[-1]
    assert "Traceback" not in "".join(said)
    assert f"drill-{study.pid}" not in runtime.names()
