# SPDX-License-Identifier: GPL-2.0-or-later
"""The values that a procedure is resolved for: two hosts, their ports, folders and monitors.

Everything here is valid by construction: a :class:`Site` that exists can be rendered and run. A
value that cannot be used raises :class:`~colorunbook.errors.InputError`, which names the value and
what would be right. The defaults are the ones of QEMU's own COLO document.
"""

import re
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

from colorunbook.addresses import (
    Door,
    Monitor,
    StdioMonitor,
    TcpMonitor,
    check_address,
    check_path,
    check_port,
    parse_ip,
)
from colorunbook.comparison import Comparison, Nic
from colorunbook.errors import InputError

_SIZE = re.compile(r"([0-9]{1,19})([kKMGT]?)")
_LARGEST = 2**63 - 512
_UNITS = {"": 1, "k": 2**10, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class Role(Enum):
    """Which of the two virtual machines: it can flip, an address cannot."""

    PRIMARY = "primary"
    SECONDARY = "secondary"

    @property
    def other(self) -> "Role":
        """The role of the peer."""
        return Role.SECONDARY if self is Role.PRIMARY else Role.PRIMARY


class Accel(Enum):
    """How guest code is run: by the CPU's virtualisation, or translated."""

    KVM = "kvm"
    TCG = "tcg"


@dataclass(frozen=True, slots=True)
class Host:
    """One machine: where its peer reaches it, where its images lie, how its QEMU is spoken to.

    :param address: IPv4 address, IPv6 address without brackets, or host name.
    :param images: absolute folder that holds ``primary.qcow2``.
    :param monitor: where its QEMU serves QMP.
    :param spare: a second monitor, on which the engine frees a QEMU that hangs.
    """

    address: str
    images: str
    monitor: Monitor = field(default_factory=StdioMonitor)
    spare: Monitor | None = None

    def __post_init__(self) -> None:
        check_address(self.address)
        object.__setattr__(self, "images", check_path(self.images, "image folder"))
        if isinstance(self.spare, StdioMonitor):
            raise InputError(
                f"The spare monitor of {self.address} cannot be stdio.",
                "Give it a socket: unix:PATH or tcp:HOST:PORT.",
            )

    @property
    def monitors(self) -> tuple[Monitor, ...]:
        """Every monitor that its QEMU serves, in the order of the command line."""
        return (self.monitor,) if self.spare is None else (self.monitor, self.spare)

    @property
    def wildcard(self) -> str:
        """The address that listens on every interface, in the family of this host's address."""
        return "::" if ":" in self.address else "0.0.0.0"  # noqa: S104 - QEMU's document listens so


@dataclass(frozen=True, slots=True)
class Ports:
    """The six TCP ports of a pair; the defaults are the document's.

    :param mirror: ``mirror0`` of the primary, where the secondary receives the guest's input.
    :param compare: ``compare0`` and ``compare0-0``, a loop inside the primary's host.
    :param secondary_in: ``compare1`` of the primary, where the secondary sends its output.
    :param compare_out: ``compare_out`` and ``compare_out0``, a loop inside the primary's host.
    :param migration: where the secondary waits for the migration stream.
    :param nbd: where the secondary serves its disk.
    """

    compare: int = 9001
    mirror: int = 9003
    secondary_in: int = 9004
    compare_out: int = 9005
    migration: int = 9998
    nbd: int = 9999

    def __post_init__(self) -> None:
        used: dict[int, str] = {}
        for part in fields(self):
            number: int = getattr(self, part.name)
            check_port(number, f"{part.name} port")
            if number in used:
                raise InputError(
                    f"The port {number} is used twice, as {used[number]} and as {part.name}.",
                    "Each of the six needs its own.",
                )
            used[number] = part.name


@dataclass(frozen=True, slots=True)
class Site:
    """The substitutions of a procedure.

    :param disk: virtual size of each disk image, as ``qemu-img`` takes it (``10G``).
    :param memory: guest memory in MiB.
    :param cpu: value of ``-cpu``.
    :param bridge_helper: QEMU's bridge helper; ``None`` where the host has no tap devices: the
        guest's network is then QEMU's user network.
    :param checkpoint_delay: longest time between two checkpoints, in milliseconds.
    :param extra: further words for both QEMU command lines.
    :param service: where the guest answers its clients over TCP, by which a guest that lives is
        known; ``None``: nobody knows.
    :param nic: the guest's network card.
    :param comparison: how the two guests' packets are compared.
    """

    primary: Host = Host("127.0.0.1", "/mnt/vms/colo-test-primary")
    secondary: Host = Host("127.0.0.2", "/mnt/vms/colo-test-secondary")
    ports: Ports = Ports()
    disk: str = "10G"
    memory: int = 512
    cpu: str = "qemu64,kvmclock=on"
    accel: Accel = Accel.KVM
    bridge_helper: str | None = "/usr/lib/qemu/qemu-bridge-helper"
    checkpoint_delay: int = 2000
    extra: tuple[str, ...] = ()
    service: Door | None = None
    nic: Nic = field(default_factory=Nic)
    comparison: Comparison = field(default_factory=Comparison)

    def __post_init__(self) -> None:
        if _same(self.primary.address, self.secondary.address):
            raise InputError(
                f"The primary and the secondary have the same address {self.primary.address}.",
                "Two hosts, two addresses.",
            )
        self._check_monitors()
        size_in_bytes(self.disk)
        if self.memory < 1:
            raise InputError(f"{self.memory} MiB is no guest memory.", "Give a positive number.")
        if self.checkpoint_delay < 1:
            raise InputError(
                f"{self.checkpoint_delay} ms is no checkpoint delay.", "Give a positive number."
            )
        if not self.cpu or " " in self.cpu or not self.cpu.isprintable():
            raise InputError(f"{self.cpu!r} is no CPU model.", "Give what QEMU's -cpu takes.")
        if self.bridge_helper is not None:
            check_path(self.bridge_helper, "bridge helper")
        for word in self.extra:
            if not word or not word.isprintable():
                raise InputError(f"{word!r} is no word for QEMU.", "Give one option or value each.")

    def _check_monitors(self) -> None:
        if self.primary.monitor == self.secondary.monitor != StdioMonitor():
            raise InputError(
                f"Both hosts have the same monitor {self.primary.monitor}.",
                "Each QEMU serves its own.",
            )
        monitors = (*self.primary.monitors, *self.secondary.monitors)
        for spare in (self.primary.spare, self.secondary.spare):
            if spare is not None and monitors.count(spare) > 1:
                raise InputError(
                    f"The spare monitor {spare} is named twice.",
                    "A second monitor has a socket of its own.",
                )
        taken = {
            number: part.name
            for part in fields(Ports)
            if (number := getattr(self.ports, part.name))
        }
        for monitor in monitors:
            if isinstance(monitor, TcpMonitor) and monitor.port in taken:
                raise InputError(
                    f"The monitor {monitor} has the port of {taken[monitor.port]}.",
                    "Give it one of its own.",
                )

    def host(self, role: Role) -> Host:
        """The machine that has this role now."""
        return self.primary if role is Role.PRIMARY else self.secondary

    def flipped(self) -> "Site":
        """The same machines after the secondary has taken over."""
        return replace(self, primary=self.secondary, secondary=self.primary)


def size_in_bytes(text: str) -> int:
    """Read a size as ``qemu-img`` does: a whole number and k, M, G or T (powers of 1024).

    :raises InputError: it is no size, or not a whole number of 512-byte sectors.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InputError(f"{text!r} is not a size.", "Give a number and K, M, G or T, as in 10G.")
    size = int(match[1]) * _UNITS[match[2]]
    if size == 0 or size % 512:
        raise InputError(
            f"{text!r} is not the size of a disk.", "It has to be a multiple of 512 bytes."
        )
    if size > _LARGEST:
        raise InputError(f"{text!r} is larger than a disk can be.", "It ends below 8 EiB.")
    return size


def _same(one: str, two: str) -> bool:
    return _identity(one) == _identity(two)


def _identity(address: str) -> IPv4Address | IPv6Address | str:
    ip = parse_ip(address)
    if isinstance(ip, IPv6Address):
        return ip.ipv4_mapped or ip
    return ip or address.removesuffix(".").lower()
