# SPDX-License-Identifier: GPL-2.0-or-later
"""The sites that the tests render for."""

import pytest

from colorunbook.addresses import UnixMonitor
from colorunbook.hosts import Host, Ports, Site

_ODD = Site(
    primary=Host(
        "2001:db8::a", '/srv/it\'s "one", $HOME & co', UnixMonitor("/run/colo/primary.qmp")
    ),
    secondary=Host(
        "node-b.example.org", "/srv/zwölf  Images", UnixMonitor("/run/colo/secondary.qmp")
    ),
    ports=Ports(10001, 10003, 10004, 10005, 10998, 10999),
    disk="64M",
    memory=256,
    bridge_helper=None,
    checkpoint_delay=300,
)
"""IPv6, a host name, folders with blanks, quotes, a comma and a dollar, ports of five digits."""


@pytest.fixture
def odd() -> Site:
    """A site with everything that is hard to spell."""
    return _ODD


@pytest.fixture(params=[Site(), _ODD, _ODD.flipped()], ids=["plain", "odd", "swapped"])
def site(request: pytest.FixtureRequest) -> Site:
    """Each of the sites in turn."""
    found: Site = request.param
    return found
