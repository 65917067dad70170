# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check changes before it types, and that it tells."""

from dataclasses import replace

from colorunbook.book.conditions import Condition, ImageIs, MemoryFor, SizeIs, SpaceFor
from colorunbook.check.adapt import Adaptation
from colorunbook.hosts import Accel, Site

HERE = replace(Site(), disk="64M")
START = "qemu-system-x86_64 -enable-kvm -netdev tap,id=hn0,vhost=off,helper=/a/b -S"


def test_nothing_of_the_text_is_changed_where_all_is_there() -> None:
    """With KVM and a tap only the screen is left out."""
    adapt = Adaptation(HERE)
    assert f"{START} -display none" == adapt(START)
    assert {"-display none was added: nobody looks at the guest's screen."} == adapt.made


def test_without_kvm_the_guest_is_translated() -> None:
    """-enable-kvm becomes -accel tcg, and that is told."""
    adapt = Adaptation(replace(HERE, accel=Accel.TCG))
    assert "qemu-system-x86_64 -accel tcg -netdev" in adapt(START)
    assert any("-accel tcg" in sentence for sentence in adapt.made)


def test_without_a_tap_the_network_is_qemus_own() -> None:
    """The backend keeps its id, for the filters to find."""
    adapt = Adaptation(replace(HERE, bridge_helper=None))
    assert "-netdev user,id=hn0 -S" in adapt(START)
    assert any("tap" in sentence for sentence in adapt.made)


def test_disks_shrink_in_proportion() -> None:
    """Equal sizes stay equal, and a wrong one stays wrong."""
    adapt = Adaptation(HERE)
    adapt.learn(["qemu-img create -f qcow2 a 10G", "qemu-img create -f qcow2 b 1G"])
    assert f"qemu-img create -f qcow2 a {64 << 20}" == adapt("qemu-img create -f qcow2 a 10G")
    assert f"qemu-img create -f qcow2 b {(64 << 20) // 10 // 512 * 512}" == adapt(
        "qemu-img create -f qcow2 b 1G"
    )


def test_a_size_that_is_none_is_left_to_qemu_img() -> None:
    """What cannot be read is typed as it stands."""
    assert "qemu-img create -f qcow2 a 10Q" == Adaptation(HERE)("qemu-img create -f qcow2 a 10Q")


def test_other_commands_are_typed_as_they_stand() -> None:
    """Nothing else is touched."""
    assert "imagefolder=/a" == Adaptation(HERE)("imagefolder=/a")


def test_further_words_are_added_to_each_qemu_and_told() -> None:
    """As for a QEMU of the future."""
    adapt = Adaptation(HERE, ("-compat", "deprecated-input=reject"))
    assert adapt(START).endswith(" -display none -compat deprecated-input=reject")
    assert "-compat deprecated-input=reject was added, as was asked for." in adapt.made
    assert "qemu-img info x" == adapt("qemu-img info x")


def test_what_is_asked_of_a_host_shrinks_with_the_disks() -> None:
    """An image that is said to have another size is not found here either."""
    adapt = Adaptation(HERE)
    adapt.learn_image(ImageIs("/a", "qcow2", "10G"))
    asked: list[Condition] = [
        ImageIs("/a", "qcow2", "10G"),
        ImageIs("/a", "qcow2", "5G"),
        SpaceFor("/a", 1024),
        MemoryFor(1024),
        SizeIs("colo-disk0", 10 << 30),
        SizeIs("colo-disk0", 5 << 30),
    ]
    assert [
        ImageIs("/a", "qcow2", str(64 << 20)),
        ImageIs("/a", "qcow2", str(32 << 20)),
        SpaceFor("/a", 6),
        MemoryFor(1024),
        SizeIs("colo-disk0", 64 << 20),
        SizeIs("colo-disk0", 32 << 20),
    ] == [adapt.condition(each) for each in asked]
    learned = Adaptation(HERE)
    learned.learn_image(SizeIs("colo-disk0", 10 << 30))
    assert adapt.condition(asked[0]) == learned.condition(asked[0])
    assert {"Disks became smaller: the largest has 64M."} == adapt.made
