# SPDX-License-Identifier: GPL-2.0-or-later
"""Labs and runs on a QEMU that was chosen: an older one, and one of the reader's own."""

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import psutil
import pytest

from colorunbook.lab import genesis, own, runtime
from colorunbook.lab.accel import Accelerator, probe
from colorunbook.lab.outside import starter
from colorunbook.lab.provision import provision, release
from colorunbook.lab.tree import IMG, QEMU, Tree
from colorunbook.qemu.payload import Json, as_objects

pytestmark = pytest.mark.live

LAB = f"q{os.getpid()}"


class Script(Protocol):
    """Writes a QEMU of the reader's own; what comes first in it can be said."""

    def __call__(self, tree: Tree, first: str = "") -> Path:
        """Its path."""


def colorunbook(*words: str, exits: int = 0) -> str:
    """Run the program and hold it to its exit code; what it told the person."""
    command = (sys.executable, "-m", "colorunbook", *words)
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert exits == done.returncode, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def told() -> dict[str, Json]:
    """What ``lab status`` tells programs of this test's lab."""
    labs: Json = json.loads(colorunbook("lab", "status", "--json"))
    (mine,) = [lab for lab in as_objects(labs) if lab.get("name") == LAB]
    return mine


@pytest.fixture(scope="module", autouse=True)
def _fetched() -> None:
    """A slow mirror is not what is tested here."""
    for version in ("11.1", "10.0", "7.2"):
        provision(wanted=release(version))


@pytest.fixture
def tidy() -> Iterator[None]:
    """The lab of a test is gone afterwards."""
    yield
    if LAB in runtime.names():
        colorunbook("lab", "down", "--name", LAB)


@pytest.fixture(scope="module")
def kvm() -> bool:
    """Whether KVM runs a guest here."""
    with genesis.create(provision(), runtime.folder_of(f"{LAB}-kvm")) as world:
        return probe(world, Accelerator.KVM).runs


def bring_up(version: str, *, kvm: bool) -> bool:
    """A pair of an older QEMU; false: without KVM there is only its known trouble to be seen."""
    if kvm:
        colorunbook("lab", "up", "--name", LAB, "--qemu", version, "--accel", "kvm")
    else:
        said = colorunbook("lab", "up", "--name", LAB, "--qemu", version, "--empty")
        assert "under TCG one of the first checkpoints deadlocks" in said
    assert f"QEMU {version}." in colorunbook("lab", "status")
    return kvm


@pytest.mark.usefixtures("tidy")
def test_a_pair_of_10_0(kvm: bool) -> None:
    """It reaches COLO, is no 11.1, and fails over."""
    if not bring_up("10.0", kvm=kvm):
        return
    colorunbook("lab", "kill", "secondary", "--name", LAB)
    failover = ("run", "primary-failover", "--lab", LAB, "--qemu")
    said = colorunbook(*failover, "11.1", exits=3)
    assert "nothing was sent: this is QEMU 10.0." in said
    assert "and QEMU 11.1 was asked for" in said
    assert "it has worked" in colorunbook(*failover, "10.0")


@pytest.mark.usefixtures("tidy")
def test_a_pair_of_7_2(kvm: bool) -> None:
    """It reaches COLO, and the secondary takes over."""
    if not bring_up("7.2", kvm=kvm):
        return
    colorunbook("lab", "kill", "primary", "--name", LAB)
    assert "it has worked" in colorunbook("run", "secondary-failover", "--lab", LAB)


@pytest.fixture
def build() -> Iterator[Path]:
    """A folder of the reader's own, in a place that a lab does not see by itself."""
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as folder:
        (Path(folder) / "it's mine").mkdir()
        yield Path(folder) / "it's mine"


def linked(source: str, target: str) -> str:
    """Lay a file there that takes no room, where that can be done."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


@pytest.fixture
def script(build: Path) -> Script:
    """Writes scripts that start a tree's QEMU and qemu-img from beside themselves, a check first.

    They stand for a QEMU that the reader has built.
    """

    def write(tree: Tree, first: str = "") -> Path:
        root = build / "tree"
        if not root.exists():
            # A lab sees what lies beside the binary; the cache may lie where it does not look.
            shutil.copytree(tree.root, root, symlinks=True, copy_function=linked)
        tree = replace(tree, root=root)
        for name, program in (("my-qemu", QEMU), (IMG, IMG)):
            start = shlex.join(starter(tree)("127.0.0.1", (program,)))
            (build / f"{name}.start").write_text(f'exec {start} "$@"\n')
            own = f'#!/bin/sh\n{first}\n. "$(dirname "$0")/{name}.start"\n'
            (build / name).write_text(own)
            (build / name).chmod(0o700)
        return build / "my-qemu"

    return write


@pytest.mark.usefixtures("tidy")
def test_a_pair_of_the_readers_own(script: Script, kvm: bool) -> None:
    """It reaches COLO on the document's words, later commands find it, and it fails over."""
    mine = script(provision())
    accel = "kvm" if kvm else "tcg"
    colorunbook("lab", "up", "--name", LAB, "--qemu-binary", str(mine), "--accel", accel)
    lab = told()
    assert (str(mine), provision().version) == (lab["binary"], lab["qemu"])
    colorunbook("lab", "kill", "secondary", "--name", LAB)
    (dead,) = [host for host in as_objects(told()["hosts"]) if host["role"] is None]
    assert "127.0.0.2" == dead["address"]
    failover = ("run", "primary-failover", "--lab", LAB)
    said = colorunbook(*failover, "--qemu-binary", str(mine), exits=2)
    assert f"The lab {LAB} has its QEMU already" in said
    assert "it has worked" in colorunbook(*failover, "--qemu", provision().version)


@pytest.mark.usefixtures("tidy")
def test_runs_in_a_lab_have_its_edition() -> None:
    """Unless they are told otherwise."""
    colorunbook("lab", "up", "--name", LAB, "--empty", "--accel", "tcg", "--edition", "blockdev")
    assert "blockdev" == told()["edition"]
    launch = ("run", "launch-primary", "--lab", LAB, "--dry-run")
    assert ", blockdev edition" in colorunbook(*launch)
    assert ", blockdev edition" in colorunbook(*launch, "--qemu", "7.2")
    assert "edition" not in colorunbook(*launch, "--edition", "hmp")


def test_a_lab_sees_the_readers_folder_and_cannot_write_to_it(
    script: Script,
) -> None:
    """Of /tmp it sees what the QEMU lies in, and nothing else."""
    tree = own.tree_of(script(provision()))
    with (
        TemporaryDirectory(dir="/tmp", prefix="crb-") as other,
        genesis.create(tree, runtime.folder_of(LAB)) as world,
    ):
        assert tree.binary is not None
        assert world.run(("test", "-x", str(tree.binary))).returncode == 0
        assert "Read-only" in world.run(("touch", str(tree.binary.parent / "x"))).stderr
        assert world.run(("test", "-e", other)).returncode == 1
        assert world.run(("touch", "/tmp/x")).returncode == 0
        assert not world.run((QEMU, "--version")).returncode


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (
            f'case "$*" in "-object help") set -- --version; esac # {QEMU}',
            "was built without filter-mirror, filter-redirector, filter-rewriter, colo-compare.",
        ),
        ('[ -n "$COLORUNBOOK_HERE" ] || { echo no luck >&2; exit 1; }', "in a lab: no luck."),
    ],
    ids=["objects", "environment"],
)
def test_a_qemu_that_will_not_do_ends_with_4(
    script: Script, monkeypatch: pytest.MonkeyPatch, first: str, said: str
) -> None:
    """One sentence, and no lab is left."""
    monkeypatch.setenv("COLORUNBOOK_HERE", "1")
    mine = script(provision(), first)
    up = ("lab", "up", "--name", LAB, "--empty", "--qemu-binary", str(mine))
    assert said in colorunbook(*up, exits=4)
    assert LAB not in runtime.names()


def test_an_accelerator_that_runs_no_guest_is_told(script: Script) -> None:
    """A lab that asks for it ends with 4, and a matrix says that it was not tried."""
    mine = script(provision(), 'case "$*" in *"-accel kvm"*) echo no luck >&2; exit 1 ;; esac')
    chosen = ("--qemu-binary", str(mine), "--accel", "kvm")
    said = colorunbook("lab", "up", "--name", LAB, "--empty", *chosen, exits=4)
    assert "kvm ran no boot sector: no luck." in said
    assert LAB not in runtime.names()
    said = colorunbook("matrix", *chosen, "--edition", "hmp", "--own", exits=4)
    assert "No cell could be tried: kvm ran no boot sector: no luck." in said


@pytest.fixture
def secondary(build: Path) -> Iterator[tuple[str, ...]]:
    """The options for a secondary on this machine itself; its QEMU is killed at the end."""
    image = starter(provision())("127.0.0.2", (IMG, "create", "-q", "-f", "qcow2"))
    subprocess.run((*image, str(build / "primary.qcow2"), "64M"), check=True)
    with socket.create_server(("", 0)) as one, socket.create_server(("", 0)) as other:
        ports = (one.getsockname()[1], other.getsockname()[1])
    settings = (
        *(f'secondary.images="{build}"', f"ports.migration={ports[0]}", f"ports.nbd={ports[1]}"),
        *('guest.accel="tcg"', 'guest.cpu="qemu64"', "guest.memory=64", 'guest.disk="64M"'),
        *('guest.bridge_helper=""', 'guest.extra=["-display", "none"]'),
    )
    options = (word for setting in settings for word in ("--set", setting))
    hosts = ("--primary", "127.0.0.1", "--secondary", "127.0.0.2")
    yield (*hosts, "--secondary-qmp", f"unix:{build}/q", *options)
    for process in serving(build):
        process.kill()


def serving(build: Path) -> list[psutil.Process]:
    """The QEMUs that serve the monitor in a folder."""
    wanted = f"unix:{build}/q,server=on,wait=off"
    found = psutil.process_iter(["cmdline"])
    return [each for each in found if wanted in (each.info["cmdline"] or ())]


def test_a_release_is_started_outside_of_labs(secondary: tuple[str, ...], build: Path) -> None:
    """By its own loader, on this machine as it is; a run for another QEMU is then refused."""
    version = provision(wanted=release("7.2")).version
    said = colorunbook("run", "launch-secondary", *secondary, "--qemu", "7.2")
    assert f"What is started is QEMU {version}" in said
    assert "it has worked" in said
    (qemu,) = serving(build)
    assert qemu.cmdline()[0].startswith(str(provision(wanted=release("7.2")).root))
    prepare = ("run", "prepare-secondary", *secondary, "--qemu")
    assert f"this is QEMU {version}" in colorunbook(*prepare, "10.0", exits=3)
    done = colorunbook(*prepare, "7.2", exits=1)
    assert "Every step of prepare-secondary was done" in done
    assert "shows a peer of 'red0, red1'" in done  # there is no primary for it to meet


def test_the_readers_own_is_started_outside_of_labs(
    secondary: tuple[str, ...], script: Script, build: Path
) -> None:
    """With the qemu-img beside it: this machine may have neither."""
    mine = script(provision())
    said = colorunbook("run", "launch-secondary", *secondary, "--qemu-binary", str(mine))
    assert "it has worked" in said
    assert 1 == len(serving(build))
