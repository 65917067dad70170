# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest is made of: a value, so that another recipe is another guest in the cache."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

from colorunbook.errors import Unavailable

#: The suite of Debian that all of it comes from, and the parts of it.
SUITE, COMPONENTS = "bookworm", "main main/debian-installer"

#: The packages of the kernel, those of Debian's installer: small, and with drivers for IDE.
KERNEL_PACKAGES = (
    *("kernel-image", "ata-modules", "sata-modules", "scsi-core-modules", "ext4-modules"),
    *("crc-modules", "nic-modules", "nic-shared-modules"),
)

#: The packages of the guest besides its kernel.
GUEST_PACKAGES = ("busybox-static", "syslinux", "syslinux-common")

#: The packages of what makes it.
TOOL_PACKAGES = (*("mtools", "dosfstools", "e2fsprogs", "qemu-utils", "dash", "coreutils"),)

#: The modules that are loaded: for the disk always, for a network card the list that is its own.
MODULES = {
    "disk": ("ext4", "ata_piix", "sd_mod"),
    "rtl8139": ("8139cp",),
    "e1000": ("e1000",),
    "virtio": ("virtio_pci", "virtio_net"),
}

#: The programs of the guest, all but busybox; ``init`` is its first process.
PROGRAMS = ("init", "memory", "disk", "status", "clock")

#: Beside the two hosts of a lab with a network each, 10.0.0.1 and 10.0.0.2.
USUAL_ADDRESS = IPv4Interface("10.0.0.10/24")

_LAYOUT = 1
_FILES = Path(__file__).with_name("files")
_KERNEL = re.compile(r"^kernel-image-((\d+)\.(\d+)\.(\d+)-(\d+)-amd64)-di$")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A guest that can be made.

    :ivar address: its address and the length of its network's prefix.
    """

    address: IPv4Interface = USUAL_ADDRESS

    @property
    def key(self) -> str:
        """The name of its folder in the cache."""
        packages = (SUITE, COMPONENTS, KERNEL_PACKAGES, GUEST_PACKAGES, TOOL_PACKAGES)
        programs = [program(name) for name in PROGRAMS]
        parts = (packages, sorted(MODULES.items()), programs, self.command_line, _LAYOUT)
        digest = hashlib.sha256(repr(parts).encode())
        return f"linux-{digest.hexdigest()[:12]}"

    @property
    def command_line(self) -> str:
        """What the kernel is told."""
        return f"console=ttyS0 quiet mitigations=off ipv6.disable=1 guest.address={self.address}"


def program(name: str) -> bytes:
    """One of :data:`PROGRAMS`, a script."""
    return (_FILES / name).read_bytes()


def newest_kernel(packages: Iterable[str]) -> str:
    """The newest kernel that the installer has, as ``uname -r`` says it.

    :param packages: the names of packages, some of them of kernels.
    :raises Unavailable: none is of a kernel.
    """
    found = [match for match in map(_KERNEL.match, packages) if match]
    if not found:
        raise Unavailable(f"Debian's {SUITE} has no kernel for the guest.")
    return max(found, key=lambda match: tuple(map(int, match.groups()[1:])))[1]


def packages_of(kernel: str) -> tuple[str, ...]:
    """The packages that a guest with this kernel consists of."""
    return (*(f"{name}-{kernel}-di" for name in KERNEL_PACKAGES), *GUEST_PACKAGES)
