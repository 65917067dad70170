# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab as later commands find it: its record, and which process is its QEMU."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from colorunbook.hosts import Accel, Host, Site
from colorunbook.lab import pair, runtime
from colorunbook.lab.life import Life
from colorunbook.lab.pair import Lab, site_in
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
    made.save()
    return made


def test_a_lab_is_found_as_it_was_made(lab: Lab) -> None:
    """With its QEMU, its edition and its remarks."""
    assert lab == pair.get("mine")
    assert Path("/o/qemu") == pair.get("mine").world.tree.binary
    assert Dialect(Version(10, 0, 13), Edition.BLOCKDEV) == pair.get("mine").dialect


def test_a_record_without_an_edition_is_of_the_document(lab: Lab) -> None:
    """An earlier colorunbook knew no other."""
    record = lab.world.runtime / "lab.json"
    told = json.loads(record.read_text())
    del told["edition"]
    record.write_text(json.dumps(told))
    assert Edition.HMP is pair.get("mine").edition


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
