# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook drill``: what is chosen for it."""

import re

import pytest

from colorunbook.cli.drill import drill
from colorunbook.comparison import Comparison, Nic
from colorunbook.drill import staging
from colorunbook.drill.result import Result
from colorunbook.drill.staging import Wishes
from colorunbook.errors import InputError
from tests.cli.conftest import Colorunbook
from tests.drill.results import usual


@pytest.fixture
def wished(monkeypatch: pytest.MonkeyPatch) -> list[Wishes]:
    """The wishes of the drills that were asked for; none is played."""
    found: list[Wishes] = []

    def play(wishes: Wishes, tell: staging.Tell) -> Result:
        del tell
        found.append(wishes)
        return usual()

    monkeypatch.setattr(staging, "stage", play)
    return found


def test_nothing_is_chosen_unless_said(wished: list[Wishes]) -> None:
    """The document's card, and QEMU's own numbers."""
    drill("secondary-failover")
    (wishes,) = wished
    assert (Nic(), Comparison()) == (wishes.nic, wishes.comparison)


def test_the_network_is_chosen_in_the_words_of_a_site_file(wished: list[Wishes]) -> None:
    """As ``run --set`` takes them."""
    card = ["guest.nic=virtio-net-pci", "guest.vnet_hdr_support=true"]
    drill("full", settings=[*card, "comparison.compare_timeout=1000"])
    (wishes,) = wished
    assert Nic("virtio-net-pci", vnet_hdr_support=True) == wishes.nic
    assert Comparison(compare_timeout=1000) == wishes.comparison


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("guest.memory=64", "guest.memory cannot be chosen for a drill"),
        ("primary.address=10.0.0.9", "primary.address cannot be chosen for a drill"),
        ("guest.vnet_hdr_support=true", "rtl8139 has no header"),
        ("comparison.max_queue_size=0", "max_queue_size 0 is out of range"),
        ("comparison.size=5", "'size' in [comparison] is unknown"),
        ("compare_timeout=5", "'compare_timeout=5' is no setting"),
    ],
)
def test_what_cannot_be_chosen_is_refused(wished: list[Wishes], setting: str, said: str) -> None:
    """Before anything is made."""
    with pytest.raises(InputError, match=re.escape(said)):
        drill("full", settings=[setting])
    assert [] == wished


def test_the_program_takes_settings_for_a_drill(colorunbook: Colorunbook) -> None:
    """As often as one likes; a bad one ends it at once."""
    ended = colorunbook("drill", "full", "--set", "guest.nic=e1000", "--set", "guest.cpu=max")
    assert (2, "") == (ended.code, ended.out)
    assert "guest.cpu cannot be chosen for a drill" in ended.err
