# SPDX-License-Identifier: GPL-2.0-or-later
"""What a site demands of its hosts, for the guards of the runbooks that start a QEMU."""

from colorunbook.book.machines import MIB, ImageIs
from colorunbook.hosts import Role, Site, size_in_bytes


def image_there(site: Site, role: Role) -> ImageIs:
    """The guest's disk lies in the image folder of a host, and is as large as the pair's disks."""
    return ImageIs(f"{site.host(role).images}/primary.qcow2", "qcow2", site.disk)


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


def listens(site: Site, role: Role) -> tuple[int, ...]:
    """The ports that the QEMU of a role listens on, on its own host."""
    ports = site.ports
    match role:
        case Role.PRIMARY:
            return ports.mirror, ports.secondary_in, ports.compare, ports.compare_out
        case Role.SECONDARY:
            return ports.nbd, ports.migration
