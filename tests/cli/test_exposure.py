# SPDX-License-Identifier: GPL-2.0-or-later
"""A monitor that others may reach is refused, or told of where it was asked for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.addresses import Monitor, TcpMonitor, UnixMonitor
from colorunbook.cli.exposure import concerned, is_loopback, must_be_private
from colorunbook.errors import Refused
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.shelf import runbook


def site(primary: Monitor, secondary: Monitor | None = None) -> Site:
    """A pair with these monitors."""
    plain = Site()
    return replace(
        plain,
        primary=replace(plain.primary, monitor=primary),
        secondary=replace(plain.secondary, monitor=secondary or plain.secondary.monitor),
    )


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "localhost", "LocalHost", "localhost."],
)
def test_a_loopback_is_private(address: str) -> None:
    """In each spelling that means this machine alone."""
    assert is_loopback(address)
    assert () == must_be_private(site(TcpMonitor(address, 4444)), Role, insecure=False)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "192.168.1.7",
        "128.0.0.1",
        "fe80::1",
        "fd00::1",
        "::2",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "localhost.example.org",
        "localhost6",
        "ip6-localhost",
        "mail-a",
    ],
)
def test_anything_else_is_refused(address: str) -> None:
    """A private network is not this machine, and nobody knows where a name leads."""
    with pytest.raises(Refused) as refused:
        must_be_private(site(TcpMonitor(address, 4444)), [Role.PRIMARY], insecure=False)
    assert "nothing was sent: The primary's monitor tcp:" in refused.value.message
    assert address in refused.value.message
    assert "ssh -N -L" in refused.value.advice
    assert "--insecure-tcp" in refused.value.advice


def test_it_is_told_of_where_it_was_asked_for() -> None:
    """A sentence a monitor."""
    both = site(TcpMonitor("10.0.0.1", 4444), TcpMonitor("b.example.org", 4444))
    told = must_be_private(both, Role, insecure=True)
    assert ["primary", "secondary"] == [line.split("'")[0].split()[-1] for line in told]


def test_only_the_roles_of_the_run_count() -> None:
    """A monitor that the run has nothing to do with is no matter of its."""
    other = site(UnixMonitor("/run/a"), TcpMonitor("10.0.0.2", 4444))
    assert () == must_be_private(other, [Role.PRIMARY], insecure=False)
    with pytest.raises(Refused, match="secondary's monitor"):
        must_be_private(other, [Role.PRIMARY, Role.SECONDARY], insecure=False)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("primary-failover", (Role.PRIMARY,)),
        ("secondary-failover", (Role.SECONDARY,)),
        ("launch-secondary", (Role.SECONDARY,)),
        ("bring-up", (Role.PRIMARY, Role.SECONDARY)),
    ],
)
def test_a_qemu_that_is_started_serves_a_monitor_too(name: str, roles: tuple[Role, ...]) -> None:
    """Not only those that are spoken to count."""
    plan = resolve(runbook(name), Site(), Dialect())
    assert set(roles) <= set(concerned(plan))
    if not name.startswith("bring"):
        assert roles == concerned(plan)


def test_other_kinds_are_private() -> None:
    """A unix socket, and the standard streams."""
    assert () == must_be_private(site(UnixMonitor("/run/a")), Role, insecure=False)
    assert () == must_be_private(Site(), Role, insecure=False)


@given(st.ip_addresses(v=4).map(str))
def test_mapped_addresses_are_judged_as_what_they_map(address: str) -> None:
    """IPv6 sockets reach IPv4 hosts by them."""
    assert is_loopback(address) is is_loopback(f"::ffff:{address}")


def test_a_spare_monitor_counts() -> None:
    """It is opened as well."""
    host = Host("10.0.0.1", "/a", UnixMonitor("/run/a"), TcpMonitor("10.0.0.1", 4445))
    with pytest.raises(Refused, match="4445"):
        must_be_private(Site(primary=host), [Role.PRIMARY], insecure=False)
