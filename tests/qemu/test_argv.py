# SPDX-License-Identifier: GPL-2.0-or-later
"""The typed command line."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from colorunbook.addresses import parse_monitor
from colorunbook.book.colo import Colo
from colorunbook.comparison import Nic
from colorunbook.hosts import Accel, Host, Site
from colorunbook.qemu.argv import PROGRAM
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.options import split
from tests.strategies import sites


def argv(site: Site, *, secondary: bool = False, version: str = "11.1") -> list[str]:
    """The words of one side's command."""
    colo = Colo(site, Dialect.of(version))
    command = colo.secondary_command() if secondary else colo.primary_command()
    return [word.text for word in command.words()]


def of_option(words: list[str], option: str) -> list[str]:
    """The values of an option."""
    return [value for name, value in pairwise(words) if name == option]


def test_the_primary_starts_stopped() -> None:
    """The document's command, part by part."""
    words = argv(Site())
    assert [
        PROGRAM,
        "-enable-kvm",
        "-cpu",
        "qemu64,kvmclock=on",
        "-m",
        "512",
        "-smp",
        "1",
    ] == words[:8]
    assert "-S" == words[-1]
    assert ["primary"] == of_option(words, "-name")
    assert [
        "if=ide,id=colo-disk0,driver=quorum,read-pattern=fifo,vote-threshold=1,"
        "children.0.file.filename=/mnt/vms/colo-test-primary/primary.qcow2,children.0.driver=qcow2"
    ] == of_option(words, "-drive")


def test_the_secondary_waits_for_the_migration() -> None:
    """On every interface of its family."""
    six = replace(Site(), secondary=Host("2001:db8::2", "/b"))
    assert ["-incoming", "tcp:0.0.0.0:9998"] == argv(Site(), secondary=True)[-2:]
    assert ["-incoming", "tcp:[::]:9998"] == argv(six, secondary=True)[-2:]


def test_both_share_what_the_guest_sees() -> None:
    """The guest's state passes between them: one CPU, one memory, one set of devices."""
    one, two = argv(Site()), argv(Site(), secondary=True)
    for option in ("-cpu", "-m", "-smp", "-device", "-netdev"):
        assert of_option(one, option) == of_option(two, option)


@pytest.mark.parametrize(
    ("monitor", "value"),
    [
        ("stdio", "stdio"),
        ("unix:/run/a,b c", "unix:/run/a,,b c,server=on,wait=off"),
        ("tcp:[::1]:4444", "tcp:[::1]:4444,server=on,wait=off"),
    ],
)
def test_the_monitor_is_the_hosts(monitor: str, value: str) -> None:
    """It never makes QEMU wait."""
    site = replace(Site(), primary=Host("10.0.0.1", "/a", parse_monitor(monitor)))
    assert [value] == of_option(argv(site), "-qmp")


def test_a_spare_monitor_follows_the_first() -> None:
    """And is there only where the host has one."""
    one = Host("10.0.0.1", "/a", spare=parse_monitor("unix:/run/s"))
    two = Host("10.0.0.2", "/b", spare=parse_monitor("tcp:[::1]:4444"))
    line = argv(Site(one, two))
    at = line.index("-qmp")
    assert ["-qmp", "stdio", "-qmp", "unix:/run/s,server=on,wait=off"] == line[at : at + 4]
    spare = "tcp:[::1]:4444,server=on,wait=off"
    assert ["stdio", spare] == of_option(argv(Site(one, two), secondary=True), "-qmp")
    assert ["stdio"] == of_option(argv(Site()), "-qmp")


def test_without_a_helper_the_network_is_qemus_own() -> None:
    """Where a host has no tap devices."""
    assert ["user,id=hn0"] == of_option(argv(Site(bridge_helper=None)), "-netdev")
    helper = Site(bridge_helper="/opt/a,b")
    assert ["tap,id=hn0,vhost=off,helper=/opt/a,,b"] == of_option(argv(helper), "-netdev")


def test_the_card_is_chosen() -> None:
    """The same one on both hosts; the document's unless said otherwise."""
    virtio = Site(nic=Nic("virtio-net-pci"))
    assert "rtl8139,id=e0,netdev=hn0" == of_option(argv(Site()), "-device")[-1]
    for secondary in (False, True):
        card = of_option(argv(virtio, secondary=secondary), "-device")[-1]
        assert "virtio-net-pci,id=e0,netdev=hn0" == card


def test_the_accelerator_is_chosen() -> None:
    """KVM as in the document, or TCG."""
    assert ["tcg"] == of_option(argv(Site(accel=Accel.TCG)), "-accel")


def test_further_words_come_last() -> None:
    """So that they can overrule what is before them."""
    assert ["-S", "-display", "none"] == argv(Site(extra=("-display", "none")))[-3:]


@given(sites())
def test_every_option_string_reads_back(site: Site) -> None:
    """Whatever the folder is called, each image is the one of its folder."""
    (drive,) = of_option(argv(site), "-drive")
    wanted = f"{site.primary.images}/primary.qcow2"
    assert wanted == dict(split(drive)[1])["children.0.file.filename"]
    parent, child, _ = of_option(argv(site, secondary=True), "-drive")
    folder = site.secondary.images
    assert f"{folder}/primary.qcow2" == dict(split(parent)[1])["file.filename"]
    assert f"{folder}/secondary-active.qcow2" == dict(split(child)[1])["file.file.filename"]
    reached = [dict(split(c)[1])["host"] for c in of_option(argv(site, secondary=True), "-chardev")]
    assert [site.primary.address] * 2 == reached
