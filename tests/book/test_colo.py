# SPDX-License-Identifier: GPL-2.0-or-later
"""The cast of a pair: how the parts are wired."""

from dataclasses import replace

from hypothesis import given

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import ObjectIs
from colorunbook.book.states import replicating
from colorunbook.comparison import Comparison, Nic
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


def test_the_comparison_is_told_what_was_chosen() -> None:
    """On the command line and by ``object-add``; no other part is told any of it."""
    numbers = (("compare_timeout", "1000"), ("expired_scan_cycle", "500"))
    colo = Colo(replace(Site(), comparison=Comparison(1000, 500)), Dialect())
    for before, after in zip(COLO.primary_filters, colo.primary_filters, strict=True):
        more = numbers if after.kind == "colo-compare" else ()
        assert (*before.settings, *more) == after.settings
    asked = next(e for e in replicating(colo) if getattr(e.condition, "id", "") == "comp0")
    assert isinstance(asked.condition, ObjectIs)
    assert numbers == asked.condition.settings[-2:]


def test_every_part_that_sees_packets_is_told_of_their_header() -> None:
    """One that is not would see none in them; a thread sees no packets."""
    colo = Colo(replace(Site(), nic=Nic("virtio-net-pci", vnet_hdr_support=True)), Dialect())
    parts = (*colo.primary_filters, *colo.secondary_redirectors, colo.rewriter)
    told = {part.id for part in parts if ("vnet_hdr_support", "on") in part.settings}
    assert {part.id for part in parts} - {"iothread1"} == told


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
