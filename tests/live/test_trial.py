# SPDX-License-Identifier: GPL-2.0-or-later
"""Which accelerators of this machine boot the real Linux; it is not written here which do."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from colorunbook.lab import genesis
from colorunbook.lab.accel import Accelerator
from colorunbook.lab.guest.building import build
from colorunbook.lab.guest.kept import Guest
from colorunbook.lab.guest.trial import best, boots
from colorunbook.lab.provision import provision
from colorunbook.lab.tree import IMG
from colorunbook.lab.world import RECORD, World

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def guest() -> Guest:
    """The guest, made where it is not here yet."""
    return build(print)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A world; each test finds it as the first one did."""
    with (
        TemporaryDirectory(dir="/tmp", prefix="crb-") as folder,
        genesis.create(provision(), Path(folder) / f"t{os.getpid()}") as made,
    ):
        yield made


def nothing_is_left(world: World) -> bool:
    """Whether there is no process in a world, and no file that it did not come with."""
    names = {each.name for each in world.runtime.iterdir()}
    return not world.processes() and names <= {genesis.LOG, RECORD}


@pytest.mark.long
def test_tcg_boots_it(world: World, guest: Guest) -> None:
    """As it does everywhere."""
    verdict = boots(world, guest, Accelerator.TCG)
    assert (Accelerator.TCG, True) == (verdict.name, verdict.runs), verdict.reason
    assert nothing_is_left(world)


def test_the_best_is_kvm_where_that_boots_it(world: World, guest: Guest) -> None:
    """Both verdicts agree; without KVM the reason says what was seen of it."""
    kvm = boots(world, guest, Accelerator.KVM)
    assert nothing_is_left(world)
    used = best(world, guest)
    assert nothing_is_left(world)
    assert (Accelerator.KVM if kvm.runs else Accelerator.TCG) == used.name
    assert used.runs
    assert kvm.runs or "kvm did not boot the guest: " in used.reason


def test_a_disk_that_does_not_boot(world: World, guest: Guest) -> None:
    """The firmware looks on, and the console says nothing, which is borne as long as was said."""
    empty = world.runtime / "empty.qcow2"
    made = world.run((IMG, "create", "-q", "-f", "qcow2", str(empty), "1M"))
    assert (0, "") == (made.returncode, made.stderr)
    verdict = boots(world, replace(guest, disk=empty), Accelerator.TCG, silence=2)
    empty.unlink()
    reason = "tcg did not boot the guest: its console said nothing for 2 s."
    assert (False, reason) == (verdict.runs, verdict.reason)
    assert nothing_is_left(world)


def test_a_disk_that_is_none(world: World, guest: Guest) -> None:
    """QEMU says so, and is not waited for."""
    verdict = boots(world, replace(guest, disk=Path(__file__)), Accelerator.TCG)
    assert not verdict.runs
    assert verdict.reason.endswith("Image is not in qcow2 format.")
    assert nothing_is_left(world)
