# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU objects: one value, two spellings."""

from colorunbook.qemu.objects import QemuObject, spelled

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


def test_a_number_is_one_in_json_and_a_switch_is_one() -> None:
    """The option string has text, and so has what a living object is compared with."""
    comparison = QemuObject("colo-compare", (("id", "c"), ("room", 8), ("header", True)))
    assert "colo-compare,id=c,room=8,header=on" == comparison.option.text
    told = {"qom-type": "colo-compare", "id": "c", "room": 8, "header": True}
    assert told == comparison.add().arguments
    assert True is comparison.add().arguments["header"]
    assert (("room", "8"), ("header", "on")) == comparison.settings
    assert "off" == spelled(value=False)
