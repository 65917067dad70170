# SPDX-License-Identifier: GPL-2.0-or-later
"""The cast of a pair: how the parts are wired."""

from dataclasses import replace

from hypothesis import given

from colorunbook.book.colo import Colo
from colorunbook.hosts import Host, Role, Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.options import split
from tests.strategies import sites

COLO = Colo(Site(), Dialect())
SIX = Colo(replace(Site(), secondary=Host("2001:db8::2", "/b")), Dialect())


def test_every_socket_of_a_filter_is_a_chardev() -> None:
    """No filter names a chardev that nobody makes."""
    for objects, chardevs in (
        (COLO.primary_filters, COLO.primary_chardevs),
        ((*COLO.secondary_redirectors, COLO.rewriter), COLO.secondary_chardevs),
    ):
        sockets = ("indev", "outdev", "primary_in", "secondary_in")
        used = [value for o in objects for name, value in o.settings if name in sockets]
        assert sorted(used) == sorted(chardev.id for chardev in chardevs)


def test_every_client_has_its_server() -> None:
    """On each port one listens; who connects is on the other side, or in the same loop."""
    servers = [c.port for c in COLO.primary_chardevs if c.server]
    clients = [c.port for c in (*COLO.loop_chardevs, *COLO.secondary_chardevs) if not c.server]
    assert sorted(servers) == sorted(clients)


def test_only_compare1_makes_the_primary_wait() -> None:
    """As the document has it."""
    assert ["compare1"] == [c.id for c in COLO.primary_chardevs if c.wait]


def test_a_guest_that_is_alone_has_the_devices_and_the_disk_of_a_primary() -> None:
    """A secondary can take its state; nothing of a pair is there, and nothing holds it back."""
    alone = COLO.alone_command()
    assert COLO.primary_command() == replace(
        alone, chardevs=COLO.primary_chardevs, objects=COLO.primary_filters, ending=("-S",)
    )
    assert ((), (), ()) == (alone.chardevs, alone.objects, alone.ending)


def test_an_ipv6_address_has_brackets_in_uris_only() -> None:
    """An option string takes it without."""
    assert "tcp:[2001:db8::2]:9998" == SIX.migration_uri
    assert "nbd://[2001:db8::2]:9999/parent0" == SIX.peer_disk.uri
    assert "2001:db8::2" == dict(split(SIX.replica_options)[1])["file.host"]


@given(sites())
def test_the_heir_is_wired_as_the_primary_was(site: Site) -> None:
    """After a takeover the same ids and ports, at the other address."""
    colo = Colo(site, Dialect())
    heir = colo.flipped()
    assert [(c.id, c.port) for c in colo.primary_chardevs] == [
        (c.id, c.port) for c in heir.primary_chardevs
    ]
    assert site.secondary.address == heir.primary_ip.value
    assert site.secondary.images == heir.images(Role.PRIMARY).value
