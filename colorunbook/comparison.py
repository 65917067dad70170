# SPDX-License-Identifier: GPL-2.0-or-later
"""What is chosen for the network of a pair: the guest's card, and how its packets are compared.

The names are those of QEMU's properties. What is not chosen is not said to QEMU, whose own value
then counts.
"""

import re
from dataclasses import dataclass, fields

from colorunbook.errors import InputError

LARGEST = 2**32 - 1
"""Of a number of ``colo-compare``: QEMU keeps each of them in 32 bits (net/colo-compare.c)."""

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WITH_HEADER = ("virtio-net", "e1000e", "igb", "vmxnet3")
"""How the names begin of those that have a tap device put a header before each packet (they call
QEMU's ``qemu_set_vnet_hdr_len``)."""


@dataclass(frozen=True, slots=True)
class Nic:
    """The guest's network card.

    :param model: the name of the device, as ``-device`` takes it.
    :param vnet_hdr_support: the filters and the comparison expect the header that some cards have
        put before each packet; ``None``: they do for these cards. Without it they would find no
        packet they know, compare nothing, and what the secondary never said would go out.
    """

    model: str = "rtl8139"
    vnet_hdr_support: bool | None = None

    def __post_init__(self) -> None:
        if not _MODEL.fullmatch(self.model):
            raise InputError(
                f"{self.model!r} is no network card.", "Give the name of a device, as in e1000."
            )
        if self.vnet_hdr_support and not self.model.startswith(_WITH_HEADER):
            raise InputError(
                f"The network card {self.model} has no header for vnet_hdr_support.",
                "Take virtio-net-pci, or leave it off.",
            )

    @property
    def header(self) -> bool:
        """Whether the filters and the comparison are told of a header."""
        if self.vnet_hdr_support is None:
            return self.model.startswith(_WITH_HEADER)
        return self.vnet_hdr_support


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers of ``colo-compare``; ``None``: QEMU's own.

    :param compare_timeout: how long a packet may lack its counterpart, in milliseconds, before it
        is a reason for a checkpoint.
    :param expired_scan_cycle: how often such packets are looked for, in milliseconds.
    :param max_queue_size: how many packets of a connection may wait; what comes then is dropped.
    """

    compare_timeout: int | None = None
    expired_scan_cycle: int | None = None
    max_queue_size: int | None = None

    def __post_init__(self) -> None:
        for name, number in self.chosen:
            if not 1 <= number <= LARGEST:
                raise InputError(
                    f"The {name} {number} is out of range.", f"It goes from 1 to {LARGEST}."
                )

    @property
    def chosen(self) -> tuple[tuple[str, int], ...]:
        """The properties that QEMU is told, in their order."""
        given = ((part.name, getattr(self, part.name)) for part in fields(self))
        return tuple((name, number) for name, number in given if number is not None)
