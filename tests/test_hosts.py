# SPDX-License-Identifier: GPL-2.0-or-later
"""The values that a procedure is resolved for."""

from dataclasses import fields, replace

import pytest
from hypothesis import given

from colorunbook.addresses import (
    StdioMonitor,
    TcpMonitor,
    UnixMonitor,
    bracketed,
)
from colorunbook.errors import InputError
from colorunbook.hosts import Host, Ports, Role, Site, size_in_bytes
from tests.strategies import addresses, folders, sites


def test_the_default_site_is_the_documents() -> None:
    """Two loopback addresses, their folders, and six ports."""
    site = Site()
    assert ("127.0.0.1", "127.0.0.2") == (site.primary.address, site.secondary.address)
    assert "/mnt/vms/colo-test-primary" == site.primary.images
    assert [9001, 9003, 9004, 9005, 9998, 9999] == [getattr(Ports(), p.name) for p in fields(Ports)]


@pytest.mark.parametrize("number", [0, -1, 65536])
def test_a_port_is_in_range(number: int) -> None:
    """Ports go from 1 to 65535."""
    with pytest.raises(InputError, match=f"nbd port {number} is out of range"):
        Ports(nbd=number)


def test_a_port_has_one_use() -> None:
    """The message names the number and both uses."""
    with pytest.raises(InputError, match="9999 is used twice, as migration and as nbd"):
        Ports(migration=9999)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::1", "0:0::1"),
        ("Node", "node."),
        ("10.0.0.1", "::ffff:10.0.0.1"),
    ],
)
def test_two_hosts_have_two_addresses(one: str, two: str) -> None:
    """Two spellings of one address are one address."""
    with pytest.raises(InputError, match="the same address"):
        Site(Host(one, "/a"), Host(two, "/b"))


def test_two_qemus_have_two_monitors() -> None:
    """One socket cannot lead to both."""
    monitor = UnixMonitor("/run/q")
    with pytest.raises(InputError, match="the same monitor unix:/run/q"):
        Site(Host("10.0.0.1", "/a", monitor), Host("10.0.0.2", "/b", monitor))


SPARE = UnixMonitor("/run/s")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Host("10.0.0.1", "/a", SPARE, SPARE), Host("10.0.0.2", "/b")),
        (Host("10.0.0.1", "/a", spare=SPARE), Host("10.0.0.2", "/b", SPARE)),
        (Host("10.0.0.1", "/a", spare=SPARE), Host("10.0.0.2", "/b", spare=SPARE)),
    ],
)
def test_a_spare_monitor_is_no_other_monitor(one: Host, two: Host) -> None:
    """Of neither host."""
    with pytest.raises(InputError, match="The spare monitor unix:/run/s is named twice"):
        Site(one, two)
    with pytest.raises(InputError, match="The spare monitor unix:/run/s is named twice"):
        Site(two, one)


def test_a_spare_monitor_is_a_socket() -> None:
    """Standard input has been given away by then."""
    with pytest.raises(InputError, match=r"spare monitor of 10\.0\.0\.1 cannot be stdio"):
        Host("10.0.0.1", "/a", spare=StdioMonitor())


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512", 512),
        ("1k", 1024),
        ("1K", 1024),
        ("10G", 10 * 2**30),
        ("4T", 4 * 2**40),
        ("64M", 2**26),
    ],
)
def test_a_size_is_read_as_qemu_img_does(text: str, size: int) -> None:
    """Powers of 1024."""
    assert size == size_in_bytes(text)


@pytest.mark.parametrize(
    "text",
    ["", "G", "10 G", "1.5G", "-1", "0", "0G", "511", "10GB", "10g", "٣G", "9" * 5000, "8388608T"],
)
def test_what_is_no_size_is_refused(text: str) -> None:
    """A size is a whole number of sectors that a disk can have."""
    with pytest.raises(InputError):
        Site(disk=text)


@pytest.mark.parametrize("cpu", ["", "a b", "a\tb", "a\x1bb"])
def test_a_cpu_is_one_printable_word(cpu: str) -> None:
    """It stands as a word of the command line."""
    with pytest.raises(InputError, match="is no CPU model"):
        Site(cpu=cpu)


def test_numbers_of_the_guest_are_positive() -> None:
    """Memory and checkpoint delay."""
    with pytest.raises(InputError, match="0 MiB"):
        Site(memory=0)
    with pytest.raises(InputError, match="0 ms"):
        Site(checkpoint_delay=0)


@pytest.mark.parametrize("word", ["", "a\nb"])
def test_a_further_word_is_one_line(word: str) -> None:
    """An empty one would be taken for a disk image."""
    with pytest.raises(InputError, match="is no word for QEMU"):
        Site(extra=(word,))


def test_a_bridge_helper_is_a_path() -> None:
    """Or there is none."""
    with pytest.raises(InputError, match="bridge helper"):
        Site(bridge_helper="helper")
    assert Site(bridge_helper=None).bridge_helper is None


@given(addresses, folders)
def test_a_host_listens_in_its_own_family(address: str, folder: str) -> None:
    """The wildcard is IPv6 where the address is; only there do URIs need brackets."""
    host, six = Host(address, folder), ":" in address
    assert ("::" if six else "0.0.0.0") == host.wildcard  # noqa: S104
    assert (f"[{address}]" if six else address) == bracketed(address)


@given(sites())
def test_flipping_twice_changes_nothing(site: Site) -> None:
    """A role can flip; an address cannot."""
    assert site == site.flipped().flipped()
    assert site.host(Role.PRIMARY) == site.flipped().host(Role.SECONDARY)
    assert replace(site.flipped(), primary=site.primary, secondary=site.secondary) == site


def test_a_role_has_one_other() -> None:
    """The peer's role."""
    assert [Role.SECONDARY, Role.PRIMARY] == [role.other for role in Role]


def test_a_monitor_does_not_take_a_port_of_the_pair() -> None:
    """QEMU could not listen on it twice."""
    taken = TcpMonitor("127.0.0.1", 9999)
    for host in (Host("127.0.0.1", "/a", taken), Host("127.0.0.1", "/a", spare=taken)):
        with pytest.raises(InputError, match=r"has the port of nbd"):
            Site(primary=host)
