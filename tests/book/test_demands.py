# SPDX-License-Identifier: GPL-2.0-or-later
"""What a site demands of its hosts."""

import pytest

from colorunbook.book.colo import Colo
from colorunbook.book.demands import image_there, listens, memory_demand, overlay_demand
from colorunbook.book.machines import ImageIs
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Dialect


def test_a_secondary_wants_its_guests_memory_twice() -> None:
    """It applies a checkpoint in one piece."""
    site = Site(memory=512)
    assert (512, 1024) == tuple(memory_demand(site, role) for role in Role)


@pytest.mark.parametrize(("disk", "mib"), [("10G", 1024), ("64M", 7), ("512", 2), ("1T", 104858)])
def test_the_overlays_want_a_tenth_of_the_disk(disk: str, mib: int) -> None:
    """At least what two empty images take."""
    assert mib == overlay_demand(Site(disk=disk))


def test_each_role_has_its_image_and_its_ports() -> None:
    """No port is both's."""
    site = Site()
    assert image_there(Colo(site, Dialect()), Role.SECONDARY) == ImageIs(
        "/mnt/vms/colo-test-secondary/primary.qcow2", "qcow2", "10G"
    )
    assert {9001, 9003, 9004, 9005} == set(listens(Colo(site, Dialect()), Role.PRIMARY))
    assert {9998, 9999} == set(listens(Colo(site, Dialect()), Role.SECONDARY))
