# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill from nothing to its result: a lab of its own, which is gone afterwards."""

import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from colorunbook.comparison import Comparison, Nic
from colorunbook.drill.crew import Crowd
from colorunbook.drill.director import Orders, play
from colorunbook.drill.parts import Knob
from colorunbook.drill.result import Result, Setting
from colorunbook.drill.scenes import Scene
from colorunbook.errors import Aborted, Unavailable
from colorunbook.hosts import Accel
from colorunbook.lab import making
from colorunbook.lab.guest.building import build
from colorunbook.lab.guest.services import Service
from colorunbook.lab.interrupts import until_interrupted
from colorunbook.lab.pair import Lab
from colorunbook.lab.world import World
from colorunbook.qemu.dialect import Edition

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants of a drill.

    :param scenario: its name, for the result.
    :param seed: what the scenes were made of; ``None``: nothing was left to chance.
    :param connections: of each service.
    :param period: from one request of a connection to the next, in seconds.
    :param bound: how long a host may be silent before it counts as lost, in seconds.
    :param delay: the checkpoint delay, in milliseconds.
    :param rest: how long clients are served after the last resume, in seconds.
    :param nic: the guest's network card.
    :param comparison: how the two guests' packets are compared.
    :param disk: the surviving disk is booted at the end, and asked for every write.
    """

    scenario: str
    scenes: Sequence[Scene]
    seed: int | None = None
    connections: int = 2
    period: float = 0.05
    bound: float = 0.3
    delay: int = 500
    rest: float = 5.0
    nic: Nic = field(default_factory=Nic)
    comparison: Comparison = field(default_factory=Comparison)
    accel: Accel | None = None
    qemu: making.Wanted = None
    edition: Edition = Edition.HMP
    disk: bool = True


def stage(wishes: Wishes, tell: Tell) -> Result:
    """Play a drill.

    :raises Aborted: a signal has ended it; its lab is gone.
    :raises ColorunbookError: this machine cannot, or it did not come to the first fault.
    """
    guest = build(tell)
    lab = making.make(
        f"drill-{os.getpid()}",
        tell,
        bound=True,
        accel=wishes.accel,
        hosts=2,
        qemu=wishes.qemu,
        edition=wishes.edition,
        linux=True,
    )
    with lab.world:
        folder = lab.world.runtime / "drill"  # goes with the lab, also when this is killed
        folder.mkdir()
        chosen = replace(lab.site, nic=wishes.nic, comparison=wishes.comparison)
        lab = replace(lab, site=replace(chosen, checkpoint_delay=wishes.delay))
        for remark in lab.remarks:
            tell(remark)
        if lab.site.bridge_helper is None:
            raise Unavailable(
                "A drill needs a tap for the guest's network, and QEMU cannot have one here.",
                "Let this user read and write /dev/net/tun.",
            )
        setting = _setting(wishes, lab, guest.kernel)
        crowd = Crowd(dict.fromkeys(_ASKED, wishes.connections), wishes.period)
        orders = Orders(wishes.scenes, crowd, wishes.bound, wishes.rest, wishes.disk)
        # It is closed in there too, where a second signal disturbs nothing.
        playing = play(lab, setting, orders, folder, tell)
        end = Aborted("The drill was interrupted; its lab is gone.")
        return until_interrupted(_closing(lab.world, playing), end)


async def _closing(world: World, work: Coroutine[None, None, Result]) -> Result:
    with world:
        return await work


_ASKED = (Service.MEMORY, Service.DISK)


def _setting(wishes: Wishes, lab: Lab, kernel: str) -> Setting:
    knobs: dict[str, Knob] = {
        "x-checkpoint-delay": wishes.delay,
        "detection": wishes.bound,
        "connections": wishes.connections,
        "period": wishes.period,
        "edition": wishes.edition.value,
        **dict(wishes.comparison.chosen),
    }
    if wishes.nic != Nic():
        knobs |= {"nic": wishes.nic.model, "vnet_hdr_support": wishes.nic.header}
    return Setting(
        scenario=wishes.scenario,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        qemu=lab.world.tree.version,
        accel=lab.site.accel.value,
        why=" ".join(lab.remarks),
        kernel=kernel,
        cores=len(os.sched_getaffinity(0)),
        seed=wishes.seed,
        knobs=knobs,
    )
