# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab as later commands find it: its record, and which process is its QEMU."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from colorunbook.addresses import UnixMonitor
from colorunbook.errors import InputError, Unavailable
from colorunbook.hosts import Accel, Host, Site
from colorunbook.lab import labs, runtime
from colorunbook.lab.cables import Cables
from colorunbook.lab.labs import site_in
from colorunbook.lab.life import Life
from colorunbook.lab.pair import Lab
from colorunbook.lab.switch import Spaces
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World
from colorunbook.qemu.dialect import Dialect, Edition, Version

#: A script that starts a program with the words that it was given, and waits for it.
WAITS = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import time; time.sleep(60)", *sys.argv[1:]])
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab of a QEMU of the reader's own, in the other edition, whose keeper lives."""
    monkeypatch.setattr(runtime, "base", lambda: tmp_path / "r")
    folder = runtime.folder_of("mine")
    folder.mkdir()
    tree = Tree(Path("/"), "10.0.13", Path("/o/qemu"))
    world = World(tree, folder, Life.of(1))
    world.save()
    site = site_in(folder, Accel.KVM, tap=False, like=Site())
    made = Lab("mine", world, site, ("It is slow.",), Edition.BLOCKDEV)
    labs.save(made)
    return made


def test_a_lab_is_found_as_it_was_made(lab: Lab) -> None:
    """With its QEMU, its edition and its remarks."""
    assert lab == labs.get("mine")
    assert Path("/o/qemu") == labs.get("mine").world.tree.binary
    assert Dialect(Version(10, 0, 13), Edition.BLOCKDEV) == labs.get("mine").dialect


def test_a_lab_of_two_hosts_is_found_as_it_was_made(lab: Lab) -> None:
    """With the addresses and the folders of its hosts."""
    like = Site(Host("fd00::1", "/one"), Host("fd00::2", "/two"))
    made = replace(lab, site=site_in(lab.world.runtime, Accel.KVM, tap=True, like=like))
    labs.save(made)
    assert made == labs.get("mine")


def test_a_host_has_two_monitors(lab: Lab) -> None:
    """Sockets in the lab's folder, which lead in from outside whatever the network is."""
    folder = lab.world.runtime
    for host in (lab.site.primary, lab.site.secondary):
        names = (folder / f"{host.address}.qmp", folder / f"{host.address}.spare")
        assert tuple(UnixMonitor(str(name)) for name in names) == host.monitors


def test_every_name_of_a_lab_leaves_room_for_its_sockets(lab: Lab) -> None:
    """Whatever IPv4 addresses its hosts have, so it is refused before anything is made."""
    longest = Site(Host("255.255.255.253", "/a"), Host("255.255.255.254", "/b"))
    site = site_in(lab.world.runtime, Accel.KVM, tap=True, like=longest)
    for monitor in (*site.primary.monitors, *site.secondary.monitors):
        name = Path(str(monitor)).name
        assert len(name) <= len(runtime.LONGEST_FILE)


def test_a_lab_of_one_network_has_no_cable(lab: Lab) -> None:
    """It is said how to make one that has."""
    with pytest.raises(InputError, match=r"there is no cable.*lab up --hosts 2"):
        lab.set_ports("down", ("far",))
    assert {} == lab.those_cut()


def test_a_host_is_found_by_its_address(lab: Lab) -> None:
    """Any other is refused, and the two are named."""
    assert lab.site.secondary == lab.host_at("127.0.0.2")
    with pytest.raises(InputError, match=r"mine has no host 127\.0\.0\.3.*127\.0\.0\.1 and"):
        lab.host_at("127.0.0.3")


def test_a_world_that_has_ended_has_no_cables(lab: Lab) -> None:
    """Nothing is entered by a number that may be another process's by now."""
    cables = Cables("10.0.0.1", "10.0.0.2", Spaces(second=7, switch=8, client=9))
    gone = replace(lab.world, keeper=Life(2**22 + 1, 7, "no-boot"), cables=cables)
    with pytest.raises(Unavailable, match="has ended"):
        replace(lab, world=gone).set_ports("down", ("near",))


def test_a_record_without_hosts_is_of_the_documents(lab: Lab) -> None:
    """An earlier colorunbook kept no others."""
    record = lab.world.runtime / "lab.json"
    told = json.loads(record.read_text())
    del told["hosts"]
    record.write_text(json.dumps(told))
    assert lab == labs.get("mine")


def test_a_record_without_an_edition_is_of_the_document(lab: Lab) -> None:
    """An earlier colorunbook knew no other."""
    record = lab.world.runtime / "lab.json"
    told = json.loads(record.read_text())
    del told["edition"]
    record.write_text(json.dumps(told))
    assert Edition.HMP is labs.get("mine").edition


@pytest.fixture
def family(monkeypatch: pytest.MonkeyPatch, lab: Lab) -> Iterator[list[psutil.Process]]:
    """A script of the lab that waits for what it has started, parent first."""
    words = f"{lab.site.primary.monitor},server=on,wait=off"
    with subprocess.Popen((sys.executable, "-c", WAITS, "-qmp", words)) as outer:
        parent = psutil.Process(outer.pid)
        until = time.monotonic() + 10
        while not parent.children() and time.monotonic() < until:
            time.sleep(0.01)
        found = [parent, *parent.children()]
        monkeypatch.setattr(World, "processes", lambda _: tuple(found))
        yield found
        for each in found:
            each.kill()


def test_the_qemu_is_the_last_that_was_given_the_monitor(
    lab: Lab, family: list[psutil.Process]
) -> None:
    """Not the script that waits for it, and whatever its program is called."""
    assert family[1:] == [lab.qemu_of(lab.site.primary)]


def test_another_hosts_qemu_is_not_taken_for_it(lab: Lab, family: list[psutil.Process]) -> None:
    """Each serves a monitor of its own."""
    assert family
    assert lab.qemu_of(lab.site.secondary) is None


def test_what_leads_into_a_lab_is_no_qemu(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the same words for a moment."""

    class Leading(psutil.Process):
        def cmdline(self) -> list[str]:
            return ["setpriv", "--", "qemu-system-x86_64", *serving(lab.site.primary)]

    monkeypatch.setattr(World, "processes", lambda _: (Leading(),))
    assert lab.qemu_of(lab.site.primary) is None


def serving(host: Host) -> list[str]:
    """The words that have a QEMU serve a host's monitor."""
    return ["-qmp", f"{host.monitor},server=on,wait=off"]
