# SPDX-License-Identifier: GPL-2.0-or-later
"""What is taken from a host, and given back, with a process that has the words of a QEMU."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest

from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Host, Site
from colorunbook.lab.cables import Cable, Cables
from colorunbook.lab.faults import Fault, inject, mend
from colorunbook.lab.labs import site_in
from colorunbook.lab.life import Life
from colorunbook.lab.making import APART
from colorunbook.lab.pair import Lab
from colorunbook.lab.switch import Spaces
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World

ONE, TWO = "10.0.0.1", "10.0.0.2"
SLEEP = "import time; print(flush=True); time.sleep(300)"

Start = Callable[[Host], psutil.Process]


@dataclass
class Switches:
    """Those of a lab: what was set, in order; and what that met."""

    set: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    met: list[bool] = field(default_factory=list)
    qemu: psutil.Process | None = None

    def __call__(self, state: str, ports: Sequence[str]) -> None:
        self.set.append((state, (*ports,)))
        self.met.append(self.qemu is not None and runs(self.qemu))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Two hosts with cables; nothing of it lives but this very process."""
    cables = Cables(ONE, TWO, Spaces(second=7, switch=8, client=9))
    world = World(Tree(Path("/"), "11.1.3"), tmp_path, Life.of(os.getpid()), cables=cables)
    return Lab("mine", world, site_in(tmp_path, Accel.TCG, tap=True, like=APART), ())


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a QEMU of a host; all of them end with the test."""
    started: list[psutil.Process] = []
    monkeypatch.setattr(World, "processes", lambda _: tuple(filter(runs, started)))
    with ExitStack() as all_of_them:

        def starting(host: Host) -> psutil.Process:
            words = ("-qmp", f"{host.monitor},server=on,wait=off")
            process = subprocess.Popen(
                (sys.executable, "-I", "-S", "-c", SLEEP, *words), stdout=subprocess.PIPE
            )
            all_of_them.enter_context(process)
            all_of_them.callback(process.kill)
            assert process.stdout is not None
            assert b"\n" == process.stdout.readline()
            started.append(psutil.Process(process.pid))
            return started[-1]

        yield starting


def runs(process: psutil.Process) -> bool:
    """Whether a process has not ended, be it reaped or not."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def becomes(process: psutil.Process, *, stopped: bool) -> bool:
    """Whether a process stands still, or goes on, within five seconds."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if stopped == (process.status() == psutil.STATUS_STOPPED):
            return True
        time.sleep(0.01)
    return False


def hosts_of(lab: Lab) -> tuple[Host, Host]:
    """The near one and the far one."""
    return lab.site.primary, lab.site.secondary


@pytest.mark.parametrize(
    ("fault", "near", "far"),
    [
        (Fault.POWER, ("near", "up-near"), ("far", "up-far")),
        (Fault.CABLE, ("near",), ("far",)),
        (Fault.UPLINK, ("up-near",), ("up-far",)),
        (Fault.STOP, None, None),
        (Fault.KILL, None, None),
    ],
)
def test_a_fault_pulls_its_cables_and_no_others(
    lab: Lab, start: Start, fault: Fault, near: tuple[str, ...] | None, far: tuple[str, ...] | None
) -> None:
    """Of the host that it happens to; a process that stops or ends has pulled none."""
    for host, ports in zip(hosts_of(lab), (near, far), strict=True):
        start(host)
        switches = Switches()
        inject(lab, fault, host, switches)
        assert ([] if ports is None else [("down", ports)]) == switches.set


@pytest.mark.parametrize("fault", Fault)
def test_only_power_and_kill_end_a_qemu(lab: Lab, start: Start, fault: Fault) -> None:
    """That of the host, and not that of its peer."""
    one, two = (start(host) for host in hosts_of(lab))
    inject(lab, fault, lab.site.secondary, Switches())
    assert (fault not in (Fault.POWER, Fault.KILL)) == runs(two)
    assert runs(one)
    assert becomes(one, stopped=False)
    if runs(two):
        assert becomes(two, stopped=fault is Fault.STOP)


def test_a_host_without_power_says_no_good_bye(lab: Lab, start: Start) -> None:
    """Its cables are dead before its QEMU is: the end of no connection gets out."""
    switches = Switches(qemu=start(lab.site.primary))
    inject(lab, Fault.POWER, lab.site.primary, switches)
    assert [True] == switches.met
    assert switches.qemu is not None
    assert not runs(switches.qemu)


def test_a_host_without_a_qemu_can_lose_power_and_cables(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But a QEMU that is not there cannot be stopped or killed, and that is said."""
    monkeypatch.setattr(World, "processes", lambda _: ())
    for fault in (Fault.POWER, Fault.CABLE, Fault.UPLINK):
        inject(lab, fault, lab.site.primary, Switches())
    for fault in (Fault.STOP, Fault.KILL):
        switches = Switches()
        with pytest.raises(InputError, match=r"No QEMU runs on 10\.0\.0\.1"):
            inject(lab, fault, lab.site.primary, switches)
        assert [] == switches.set


def test_what_has_happened_already_changes_nothing(lab: Lab, start: Start) -> None:
    """It is no error either."""
    qemu = start(lab.site.primary)
    for _ in range(2):
        inject(lab, Fault.STOP, lab.site.primary, Switches())
        assert becomes(qemu, stopped=True)
    for _ in range(2):
        inject(lab, Fault.POWER, lab.site.primary, Switches())
        assert not runs(qemu)


def test_hosts_on_one_network_have_no_cable_to_lose(lab: Lab, start: Start) -> None:
    """Nothing is done then; the power goes all the same, as far as it can."""
    single = replace(lab, world=replace(lab.world, cables=None), site=on_one_network(lab))
    qemu, switches = start(single.site.primary), Switches()
    for fault in (Fault.CABLE, Fault.UPLINK):
        with pytest.raises(InputError, match=r"there is no cable.*lab up --hosts 2"):
            inject(single, fault, single.site.primary, switches)
    assert runs(qemu)
    inject(single, Fault.POWER, single.site.primary, switches)
    assert not runs(qemu)
    assert [] == switches.set


def on_one_network(lab: Lab) -> Site:
    """The site of a lab with the document's own addresses."""
    return site_in(lab.world.runtime, Accel.TCG, tap=True, like=Site())


@pytest.mark.parametrize(
    ("cut", "ports", "said"),
    [
        ((Cable.PEER,), ("far",), ["The cable of 10.0.0.2 is whole again."]),
        ((Cable.CLIENTS,), ("up-far",), ["The uplink of 10.0.0.2 is whole again."]),
        (
            (Cable.PEER, Cable.CLIENTS),
            ("far", "up-far"),
            ["The cable of 10.0.0.2 is whole again.", "The uplink of 10.0.0.2 is whole again."],
        ),
    ],
)
def test_cables_are_given_back(
    lab: Lab,
    monkeypatch: pytest.MonkeyPatch,
    cut: tuple[Cable, ...],
    ports: tuple[str, ...],
    said: list[str],
) -> None:
    """Those that the kernel says are cut, each told; the other host's are left alone."""
    monkeypatch.setattr(World, "processes", lambda _: ())
    monkeypatch.setattr(Cables, "those_cut", lambda *_: {TWO: cut, ONE: (Cable.PEER,)})
    switches = Switches()
    assert said == list(mend(lab, lab.site.secondary, switches))
    assert [("up", ports)] == switches.set


def test_a_qemu_that_stands_still_goes_on(
    lab: Lab, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once; a second time there is nothing to give back."""
    monkeypatch.setattr(Cables, "those_cut", lambda *_: {})
    qemu, switches = start(lab.site.primary), Switches()
    inject(lab, Fault.STOP, lab.site.primary, switches)
    assert becomes(qemu, stopped=True)
    assert ("The QEMU of 10.0.0.1 goes on.",) == mend(lab, lab.site.primary, switches)
    assert becomes(qemu, stopped=False)
    assert () == mend(lab, lab.site.primary, switches)
    assert [] == switches.set


def test_nobody_starts_a_qemu_that_has_gone(
    lab: Lab, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that lost its power is empty when that is back."""
    monkeypatch.setattr(Cables, "those_cut", lambda *_: {ONE: (Cable.PEER, Cable.CLIENTS)})
    qemu = start(lab.site.primary)
    inject(lab, Fault.POWER, lab.site.primary, Switches())
    assert 2 == len(mend(lab, lab.site.primary, Switches()))
    assert not runs(qemu)
    assert lab.qemu_of(lab.site.primary) is None


def test_a_qemu_that_ends_in_the_very_moment_is_none(
    lab: Lab, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there when it was looked for; what was wanted of it has happened, or cannot."""
    qemu = start(lab.site.primary)
    qemu.kill()
    psutil.wait_procs([qemu])
    monkeypatch.setattr(Lab, "qemu_of", lambda *_: qemu)
    monkeypatch.setattr(Cables, "those_cut", lambda *_: {})
    for fault in (Fault.KILL, Fault.POWER):
        inject(lab, fault, lab.site.primary, Switches())
    with pytest.raises(InputError, match=r"No QEMU runs on 10\.0\.0\.1"):
        inject(lab, Fault.STOP, lab.site.primary, Switches())
    assert () == mend(lab, lab.site.primary, Switches())
