# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU objects: one value, two spellings."""

from colorunbook.qemu.objects import QemuObject

MIRROR = QemuObject("filter-mirror", (("id", "m0"), ("netdev", "hn0"), ("outdev", "mirror0")))


def test_an_object_is_an_option() -> None:
    """The properties in their order."""
    assert "filter-mirror,id=m0,netdev=hn0,outdev=mirror0" == MIRROR.option.text


def test_an_object_is_a_command() -> None:
    """The properties are plain members."""
    members = {"qom-type": "filter-mirror", "id": "m0", "netdev": "hn0", "outdev": "mirror0"}
    assert members == MIRROR.add().arguments
    assert {"id": "m0"} == MIRROR.delete.arguments


def test_a_filter_goes_in_front_of_another() -> None:
    """By the other one's id."""
    arguments = MIRROR.add(before="rew0").arguments
    assert ("before", "id=rew0") == (arguments["insert"], arguments["position"])


def test_the_settings_are_what_the_living_object_shows() -> None:
    """Its id is its name, not a property."""
    assert ("m0", (("netdev", "hn0"), ("outdev", "mirror0"))) == (MIRROR.id, MIRROR.settings)
