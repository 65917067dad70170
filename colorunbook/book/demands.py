# SPDX-License-Identifier: GPL-2.0-or-later
"""What a site demands of its hosts, for the guards of the runbooks that start a QEMU."""

from colorunbook.book.colo import Colo
from colorunbook.book.machines import MIB, ImageIs
from colorunbook.hosts import Role, Site, size_in_bytes
from colorunbook.qemu.shell import Word


def image_there(colo: Colo, role: Role) -> ImageIs:
    """The guest's disk lies in the image folder of a host, and is as large as the pair's disks."""
    return ImageIs(Word.of(*colo.image(role, "primary").parts).text, "qcow2", colo.site.disk)


def memory_demand(site: Site, role: Role) -> int:
    """The memory that a QEMU wants, in MiB: a secondary keeps a second copy of its guest's."""
    return site.memory * (2 if role is Role.SECONDARY else 1)


def overlay_demand(site: Site) -> int:
    """The room that active and hidden image want together, in MiB: a tenth of the disk.

    Both hold what has changed since the last checkpoint. At worst that is the whole disk, twice,
    and whoever demands as much refuses every RAM disk. A tenth of the document's 10 GiB lets a
    guest write 256 MiB/s for the 2 seconds between two checkpoints, in both images. With small
    disks the least is 2 MiB, which two empty images take.
    """
    return max(2, -(-size_in_bytes(site.disk) // (10 * MIB)))


def listens(colo: Colo, role: Role) -> tuple[int, ...]:
    """The ports that the QEMU of a role listens on, on its own host."""
    match role:
        case Role.PRIMARY:
            return tuple(each.port for each in colo.primary_chardevs if each.server)
        case Role.SECONDARY:
            return colo.site.ports.nbd, colo.site.ports.migration
