# SPDX-License-Identifier: GPL-2.0-or-later
"""A network card whose packets have a header that the filters were not told of."""

from time import monotonic
from typing import Final

from benchmarks.findings.record import Attempt, Kind, Line, Words
from benchmarks.findings.reproducer import Chance, Reproducer
from benchmarks.findings.young import drilled
from colorunbook.comparison import Nic

_CARD: Final = "virtio-net-pci"


def _play(chance: Chance) -> Attempt:
    begun = monotonic()
    lines, told, lives = list[Line](), list[str](), list[bool]()
    for header in (True, False):
        seen = drilled(chance.release, 1, chance.tell, Nic(_CARD, header))
        how = f"vnet_hdr_support {'on' if header else 'off'}"
        what = (
            f"{seen.told(0)} before the failover; "
            f"{seen.survived} of {seen.connections} connections survive it"
        )
        at = round(monotonic() - begun, 3)
        lines.append(Line(at, "survivor", Kind.SEEN, f"{how}: {what}"))
        told.append(f"With {how}: {what}.")
        lives.append(seen.survived == seen.connections)
    return Attempt(lives == [True, False], " ".join(told), tuple(lines))


UNKNOWN_HEADER: Final = Reproducer(
    "unknown-header",
    Words(
        title="COLO: filters that miss vnet_hdr_support compare nothing, and say nothing",
        how=(
            "A pair in COLO as ``docs/system/qemu-colo.rst`` has it, with QEMU's own "
            "``x-checkpoint-delay`` of 20 s, and ``-device virtio-net-pci`` for the guest's card. "
            "Clients connect to the guest and ask small things without end. Before the next "
            "checkpoint the primary is killed, and the secondary takes over. Once with "
            "``vnet_hdr_support=on`` at ``filter-mirror``, ``filter-redirector``, "
            "``filter-rewriter`` and ``colo-compare``, once without."
        ),
        expected=(
            "QEMU refuses a filter that is not told of the header of its netdev, or warns, or "
            "goes by what the netdev says of itself (``vnet_hdr_len``, which the filters read "
            "where the property is on)."
        ),
        likely=(
            "Without the property the header is taken for the beginning of the packet. What is "
            "then no packet of TCP is passed on, neither compared nor rewritten."
        ),
        hurts=(
            "Nothing shows for as long as both hosts live: answers are quick, as none is compared. "
            "At the failover connections that are younger than the last checkpoint are cut off."
        ),
        instead=(
            "With a card that is known to have such a header ``vnet_hdr_support`` is on, unless "
            "a site file says otherwise."
        ),
    ),
    _play,
    accel="tcg",
    releases=("11.1",),
    attempts=1,
)
