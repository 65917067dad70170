# SPDX-License-Identifier: GPL-2.0-or-later
"""From what somebody wishes to a lab in which it is played, which is gone afterwards."""

import asyncio
import os
import signal
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from colorunbook.comparison import Comparison, Nic
from colorunbook.drill import staging
from colorunbook.drill.director import Orders
from colorunbook.drill.result import Result, Setting
from colorunbook.drill.scenes import SCENARIOS
from colorunbook.drill.staging import Tell, Wishes, stage
from colorunbook.errors import Aborted, ColorunbookError, Unavailable
from colorunbook.hosts import Accel
from colorunbook.lab import making
from colorunbook.lab.guest.kept import Guest
from colorunbook.lab.guest.recipe import Recipe
from colorunbook.lab.guest.services import Service
from colorunbook.lab.pair import Lab
from colorunbook.lab.world import World
from colorunbook.qemu.dialect import Edition
from tests.drill.results import usual
from tests.drill.theatre import lab_in

WISHES = Wishes("full", SCENARIOS["full"])


@dataclass
class Made:
    """What came of wishes.

    :ivar words: how the lab was to be made, in addition to its name.
    :ivar fails: how the drill fails.
    :ivar impatient: somebody presses Ctrl-C, and again while the lab ends.
    """

    runtime: Path
    name: str = ""
    words: dict[str, object] = field(default_factory=dict)
    labs: list[Lab] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    orders: list[Orders] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    fails: ColorunbookError | None = None
    impatient: bool = False
    closed: int = 0

    def make(self, name: str, _tell: Tell, **words: object) -> Lab:
        """Make a lab, which is none."""
        self.name, self.words = name, words
        return replace(lab_in(self.runtime), remarks=("The guest runs under TCG.", "It is slow."))

    async def play(
        self, lab: Lab, setting: Setting, orders: Orders, folder: Path, _tell: Tell
    ) -> Result:
        """Play a drill, which is none."""
        self.labs.append(lab)
        self.settings.append(setting)
        self.orders.append(orders)
        self.folders.append(folder)
        (folder / "frames").touch()
        assert 0 == self.closed
        if self.impatient:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails
        return usual()

    def close(self) -> None:
        """End the lab; it may have ended already."""
        if self.impatient and not self.closed:
            os.kill(os.getpid(), signal.SIGINT)
        self.closed += 1


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """What comes of the wishes of a test."""
    found = Made(tmp_path)
    guest = Guest(tmp_path / "disk", Recipe().address, "6.1.0-9-amd64", (), 1, 2, 3.0)
    monkeypatch.setattr(staging, "build", lambda _: guest)
    monkeypatch.setattr(making, "make", found.make)
    monkeypatch.setattr(staging, "play", found.play)
    monkeypatch.setattr(World, "close", found.close)
    return found


def test_a_lab_is_made_for_the_drill_alone(made: Made) -> None:
    """Two hosts with a Linux, of this process, and gone with it; what it runs with is told."""
    told: list[str] = []
    assert usual() == stage(replace(WISHES, accel=Accel.TCG, edition=Edition.BLOCKDEV), told.append)
    assert f"drill-{os.getpid()}" == made.name
    assert {
        "bound": True,
        "accel": Accel.TCG,
        "hosts": 2,
        "qemu": None,
        "edition": Edition.BLOCKDEV,
        "linux": True,
    } == made.words
    assert ["The guest runs under TCG.", "It is slow."] == told
    assert [made.runtime / "drill"] == made.folders
    assert made.closed


@pytest.mark.parametrize("error", [Unavailable("The guest has gone."), Aborted("Interrupted.")])
def test_the_lab_goes_however_the_drill_ends(made: Made, error: ColorunbookError) -> None:
    """And the error is told as it is."""
    made.fails = error
    with pytest.raises(type(error)) as raised:
        stage(WISHES, lambda _: None)
    assert raised.value is error
    assert made.closed


def test_without_a_tap_nothing_is_played(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """No client would reach the guest; it is said before it boots, with the way out."""

    def make(name: str, tell: Tell, **words: object) -> Lab:
        lab = made.make(name, tell, **words)
        return replace(lab, site=replace(lab.site, bridge_helper=None))

    monkeypatch.setattr(making, "make", make)
    with pytest.raises(Unavailable, match=r"needs a tap .* /dev/net/tun"):
        stage(WISHES, print)
    assert [] == made.orders
    assert made.closed


def test_who_is_impatient_does_not_keep_the_lab_from_its_end(made: Made) -> None:
    """The second signal comes while it ends, and changes nothing."""
    made.impatient = True

    def disturbed(*_: object) -> None:
        raise AssertionError

    before = signal.signal(signal.SIGINT, disturbed)
    try:
        with pytest.raises(Aborted, match="The drill was interrupted; its lab is gone"):
            stage(WISHES, lambda _: None)
    finally:
        signal.signal(signal.SIGINT, before)
    assert made.closed


def test_what_is_wished_is_what_is_played(made: Made) -> None:
    """The site has the card, the comparison and the delay; the director has the rest."""
    nic, comparison = Nic("virtio-net-pci", vnet_hdr_support=True), Comparison(compare_timeout=9)
    wishes = replace(WISHES, connections=3, period=0.01, bound=0.7, delay=900, rest=2.0)
    stage(replace(wishes, nic=nic, comparison=comparison), lambda _: None)
    (lab,), (orders,) = made.labs, made.orders
    assert (nic, comparison, 900) == (lab.site.nic, lab.site.comparison, lab.site.checkpoint_delay)
    assert {Service.MEMORY: 3, Service.DISK: 3} == orders.crowd.connections
    assert (0.01, 0.7, 2.0) == (orders.crowd.period, orders.bound, orders.rest)
    assert SCENARIOS["full"] == orders.scenes


def test_the_result_tells_what_it_was_played_on_and_with(made: Made) -> None:
    """What is as always is left out of the knobs, or has its usual value."""
    before = datetime.now(UTC).replace(microsecond=0)
    stage(replace(WISHES, seed=7), lambda _: None)
    (setting,) = made.settings
    assert before <= datetime.fromisoformat(setting.date) <= datetime.now(UTC)
    assert (
        Setting(
            scenario="full",
            date=setting.date,
            qemu="11.1.3",
            accel="tcg",
            why="The guest runs under TCG. It is slow.",
            kernel="6.1.0-9-amd64",
            cores=len(os.sched_getaffinity(0)),
            seed=7,
            knobs={
                "x-checkpoint-delay": 500,
                "detection": 0.3,
                "connections": 2,
                "period": 0.05,
                "edition": "hmp",
            },
        )
        == setting
    )


def test_what_was_chosen_is_among_the_knobs(made: Made) -> None:
    """By the names that a site file has for it."""
    nic = Nic("virtio-net-pci", vnet_hdr_support=True)
    stage(replace(WISHES, nic=nic, comparison=Comparison(compare_timeout=9)), lambda _: None)
    (setting,) = made.settings
    chosen = {"compare_timeout": 9, "nic": "virtio-net-pci", "vnet_hdr_support": True}
    assert chosen.items() <= setting.knobs.items()
