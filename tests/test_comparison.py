# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's card, and the numbers of the comparison."""

import pytest

from colorunbook.comparison import LARGEST, Comparison, Nic
from colorunbook.errors import InputError


@pytest.mark.parametrize("model", ["", "a b", "a,mac=1", "a=b", "-x", "ä", "a\n", "x" * 65])
def test_a_card_is_the_name_of_a_device(model: str) -> None:
    """Its properties would change what the comparison sees."""
    with pytest.raises(InputError, match="is no network card"):
        Nic(model)


def test_a_card_without_headers_is_not_given_them() -> None:
    """Of its packets QEMU's filters would cut off what is none."""
    assert Nic("virtio-net-pci", vnet_hdr_support=True).vnet_hdr_support
    assert Nic("virtio-net-pci-non-transitional", vnet_hdr_support=True).vnet_hdr_support
    with pytest.raises(InputError, match="e1000 has no header"):
        Nic("e1000", vnet_hdr_support=True)


def test_a_card_with_headers_is_never_left_without_by_default() -> None:
    """Nothing would be compared, and no command would fail. Who wants that has to say so."""
    cards = ("virtio-net-pci", "virtio-net-pci-transitional", "e1000e", "igb", "vmxnet3")
    assert [True] * 5 == [Nic(model).header for model in cards]
    assert [False] * 3 == [Nic(model).header for model in ("rtl8139", "e1000", "pcnet")]
    assert not Nic("virtio-net-pci", vnet_hdr_support=False).header


@pytest.mark.parametrize("name", ["compare_timeout", "expired_scan_cycle", "max_queue_size"])
@pytest.mark.parametrize("number", [-1, 0, LARGEST + 1])
def test_a_number_is_one_that_qemu_keeps(name: str, number: int) -> None:
    """Positive, and in 32 bits."""
    with pytest.raises(InputError, match=rf"{name} {number} is out of range"):
        Comparison(**{name: number})
    assert ((name, LARGEST),) == Comparison(**{name: LARGEST}).chosen


def test_what_is_not_chosen_is_not_said() -> None:
    """QEMU's own value counts."""
    assert () == Comparison().chosen
    chosen = Comparison(max_queue_size=5, compare_timeout=7).chosen
    assert (("compare_timeout", 7), ("max_queue_size", 5)) == chosen
