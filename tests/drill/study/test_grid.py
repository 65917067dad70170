# SPDX-License-Identifier: GPL-2.0-or-later
"""Which knobs are turned, and how far."""

import pytest

from colorunbook.comparison import Comparison, Nic
from colorunbook.drill.study.grid import AXES, Axis, Choice, choices, told


def test_each_choice_is_tried_once() -> None:
    """Though several axes have it: the default position is shared."""
    every = [point.choice for axis in AXES for point in axis.points]
    tried = list(choices())
    assert len(set(every)) == len(tried) < len(every)


@pytest.mark.parametrize("axis", AXES, ids=[axis.knob for axis in AXES])
def test_an_axis_turns_one_knob(axis: Axis) -> None:
    """All else stays where it is: the points differ in one part of the choice, and all differ."""
    parts = [
        {getattr(point.choice, part) for point in axis.points}
        for part in ("delay", "nic", "comparison")
    ]
    assert [1, 1, len(axis.points)] == sorted(map(len, parts))


def test_every_number_of_qemu_has_its_own_value_among_the_points() -> None:
    """What one has without turning anything can be compared with the rest."""
    for axis in AXES:
        assert (1 if axis.unit else 0) == sum(point.own for point in axis.points), axis.knob


def test_one_knob_alone_is_tried_alone() -> None:
    """By its name."""
    assert [Choice(n) for n in (100, 500, 2000, 5000, 20_000)] == list(
        choices(frozenset({"x-checkpoint-delay"}))
    )


def test_a_choice_is_said_as_a_person_says_it() -> None:
    """What is as always is left out."""
    nic = Nic("virtio-net-pci", vnet_hdr_support=False)
    assert "x-checkpoint-delay 500" == told(Choice())
    assert "x-checkpoint-delay 9, compare_timeout 100, virtio-net-pci, header off" == told(
        Choice(9, nic, Comparison(100))
    )
