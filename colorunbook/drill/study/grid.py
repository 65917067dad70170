# SPDX-License-Identifier: GPL-2.0-or-later
"""Which knobs are turned, and how far: one at a time, around what one has without turning any."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from colorunbook.comparison import Comparison, Nic

QEMUS_OWN: Final = {"compare_timeout": 3000, "expired_scan_cycle": 1000, "max_queue_size": 1024}
"""What ``colo-compare`` takes where nothing is said (net/colo-compare.c)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The position of every knob.

    :param delay: QEMU's ``x-checkpoint-delay``, in milliseconds.
    """

    delay: int = 500
    nic: Nic = field(default_factory=Nic)
    comparison: Comparison = field(default_factory=Comparison)


@dataclass(frozen=True, slots=True)
class Point:
    """A position of the knob that an axis is of.

    :param label: the position in a word or two.
    :param own: it is what QEMU takes where nothing is said.
    """

    label: str
    choice: Choice
    own: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """A knob, and the positions that it was tried in; all others stay where they are.

    :param knob: QEMU's name for it; for the card, what people call it.
    :param unit: of the labels; empty: they have none.
    """

    knob: str
    unit: str
    points: tuple[Point, ...]


def _delays(*tried: int) -> Axis:
    points = (Point(str(n), Choice(n), own=n == _OWN.delay) for n in tried)
    return Axis("x-checkpoint-delay", "ms", tuple(points))


def _numbers(knob: str, unit: str, *tried: int) -> Axis:
    """A number of the comparison, where no checkpoint comes of itself before one can tell."""
    points = []
    for number in tried:
        own = number == QEMUS_OWN[knob]
        chosen = Comparison() if own else Comparison(**{knob: number})
        points.append(Point(str(number), replace(_SELDOM, comparison=chosen), own))
    return Axis(knob, unit, tuple(points))


_SELDOM = Choice(5000)
"""Longer than anything that the comparison waits for. A runbook waits for two checkpoints, so that
QEMU's own delay would make a drill twice as long."""

_OWN = Choice(20_000)
"""QEMU's own delay: no checkpoint comes between the first word of a client and the fault."""


def _card(*, vnet_hdr_support: bool) -> Choice:
    return replace(_OWN, nic=Nic("virtio-net-pci", vnet_hdr_support))


AXES: Final = (
    _delays(100, 500, 2000, 5000, 20_000),
    _numbers("compare_timeout", "ms", 100, 1000, 3000),
    _numbers("expired_scan_cycle", "ms", 100, 1000, 3000),
    _numbers("max_queue_size", "packets", 1, 16, 1024),
    Axis(
        "network card",
        "",
        (
            Point("rtl8139", _OWN),
            Point("virtio, header on", _card(vnet_hdr_support=True)),
            Point("virtio, header off", _card(vnet_hdr_support=False)),
        ),
    ),
)


def choices(knobs: frozenset[str] = frozenset()) -> Iterator[Choice]:
    """What has to be tried, each choice once though several axes have it.

    :param knobs: of which axes; none: of all.
    """
    axes = [axis for axis in AXES if not knobs or axis.knob in knobs]
    yield from dict.fromkeys(point.choice for axis in axes for point in axis.points)


def told(choice: Choice) -> str:
    """The positions of the knobs as a person says them; what is as always is left out."""
    words = [f"x-checkpoint-delay {choice.delay}"]
    words += [f"{name} {number}" for name, number in choice.comparison.chosen]
    if choice.nic != Nic():
        words += [choice.nic.model, f"header {'on' if choice.nic.header else 'off'}"]
    return ", ".join(words)
