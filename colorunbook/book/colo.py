# SPDX-License-Identifier: GPL-2.0-or-later
"""The cast of a COLO pair: every chardev, filter, disk and address, once.

:class:`Colo` is what a runbook is written against. It knows how the parts are wired; the commands
that make and end them are spelled by :mod:`colorunbook.qemu`.
"""

from dataclasses import dataclass, replace

from colorunbook.addresses import bracketed
from colorunbook.hosts import Role, Site
from colorunbook.qemu.argv import CommandLine
from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.nbd import NbdDisk
from colorunbook.qemu.objects import QemuObject, Setting
from colorunbook.qemu.options import InFolder, Pair
from colorunbook.qemu.shell import Variable

NETDEV = "hn0"
DISK = "colo-disk0"
CHILD = "childs0"
PARENT = "parent0"
REPLICA = "replication0"
RESYNC = "resync"
RESYNC_TARGET = "resync0"
OWN_CHILD, PEER_CHILD = "children.0", "children.1"
"""The edges below the disk, as quorum names them: this host's image, and the peer's."""

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Colo:
    """One pair, for one site and one QEMU version."""

    site: Site
    dialect: Dialect

    def flipped(self) -> "Colo":
        """The pair after the secondary has taken over."""
        return Colo(self.site.flipped(), self.dialect)

    def images(self, role: Role) -> Variable:
        """The shell variable that names a host's image folder."""
        here, there = self.site.host(role), self.site.host(role.other)
        return Variable("imagefolder", here.images, also=there.images)

    @property
    def primary_ip(self) -> Variable:
        """The shell variable that names the primary for the secondary's command line."""
        return Variable("primary_ip", self.site.primary.address)

    def image(self, role: Role, name: str) -> InFolder:
        """An image file of a host."""
        return InFolder(self.images(role), f"{name}.qcow2")

    @property
    def peer_chardevs(self) -> tuple[SocketChardev, SocketChardev]:
        """The two chardevs of the primary that the secondary connects to."""
        anywhere, ports = self.site.primary.wildcard, self.site.ports
        return (
            SocketChardev("mirror0", anywhere, ports.mirror, server=True),
            SocketChardev("compare1", anywhere, ports.secondary_in, server=True, wait=True),
        )

    @property
    def loop_chardevs(self) -> tuple[SocketChardev, ...]:
        """The two loops inside the primary: its own output into the comparison, and out of it."""
        ports = self.site.ports
        return (
            SocketChardev("compare0", LOOPBACK, ports.compare, server=True),
            SocketChardev("compare0-0", LOOPBACK, ports.compare, server=False),
            SocketChardev("compare_out", LOOPBACK, ports.compare_out, server=True),
            SocketChardev("compare_out0", LOOPBACK, ports.compare_out, server=False),
        )

    @property
    def primary_chardevs(self) -> tuple[SocketChardev, ...]:
        """The six chardevs of a primary."""
        return (*self.peer_chardevs, *self.loop_chardevs)

    @property
    def secondary_chardevs(self) -> tuple[SocketChardev, SocketChardev]:
        """The two chardevs of a secondary; they try again until the primary answers."""
        host, ports = self.primary_ip, self.site.ports
        return (
            SocketChardev("red0", host, ports.mirror, server=False, reconnect=1),
            SocketChardev("red1", host, ports.secondary_in, server=False, reconnect=1),
        )

    @property
    def primary_filters(self) -> tuple[QemuObject, ...]:
        """What mirrors, redirects and compares on a primary, in the order it is made."""
        return (
            self._filter("filter-mirror", "m0", *_net("tx"), ("outdev", "mirror0")),
            self._redirector_of_primary("redire0", ("indev", "compare_out")),
            self._redirector_of_primary("redire1", ("outdev", "compare0")),
            QemuObject("iothread", (("id", "iothread1"),)),
            QemuObject(
                "colo-compare",
                (
                    ("id", "comp0"),
                    ("primary_in", "compare0-0"),
                    ("secondary_in", "compare1"),
                    ("outdev", "compare_out0"),
                    ("iothread", "iothread1"),
                    *self._header,
                    *self.site.comparison.chosen,
                ),
            ),
        )

    @property
    def secondary_redirectors(self) -> tuple[QemuObject, QemuObject]:
        """What a secondary takes its input from and sends its output to."""
        return (
            self._filter("filter-redirector", "f1", *_net("tx"), ("indev", "red0")),
            self._filter("filter-redirector", "f2", *_net("rx"), ("outdev", "red1")),
        )

    @property
    def rewriter(self) -> QemuObject:
        """What keeps TCP sequence numbers right on a secondary, and after it has taken over."""
        return self._filter("filter-rewriter", "rew0", *_net("all"))

    def _filter(self, kind: str, name: str, *properties: tuple[str, str]) -> QemuObject:
        return QemuObject(kind, (("id", name), *properties, *self._header))

    def _redirector_of_primary(self, name: str, device: tuple[str, str]) -> QemuObject:
        netdev, queue = _net("rx")
        named = ("id", name)
        return QemuObject("filter-redirector", (netdev, named, queue, device, *self._header))

    @property
    def _header(self) -> tuple[tuple[str, Setting], ...]:
        return (("vnet_hdr_support", True),) if self.site.nic.header else ()

    @property
    def peer_disk(self) -> NbdDisk:
        """The secondary's disk, as the secondary serves it."""
        return NbdDisk(self.site.secondary.address, self.site.ports.nbd, PARENT)

    @property
    def replica_options(self) -> str:
        """The option string of the primary's connection to the secondary's disk."""
        disk = [(f"file.{name}", value) for name, value in self.peer_disk.options]
        whole = [("driver", "replication"), ("mode", "primary"), *disk, ("node-name", REPLICA)]
        return ",".join(f"{name}={value}" for name, value in whole)

    @property
    def migration_uri(self) -> str:
        """Where the secondary takes the migration stream."""
        return f"tcp:{bracketed(self.site.secondary.address)}:{self.site.ports.migration}"

    def primary_command(self) -> CommandLine:
        """The QEMU that a primary is started as."""
        return replace(
            self.alone_command(),
            chardevs=self.primary_chardevs,
            objects=self.primary_filters,
            ending=("-S",),
        )

    def alone_command(self) -> CommandLine:
        """The QEMU of a guest that is not protected yet: a primary with nothing of a pair."""
        disk = (
            *_quorum(),
            (f"{OWN_CHILD}.file.filename", self.image(Role.PRIMARY, "primary")),
            (f"{OWN_CHILD}.driver", "qcow2"),
        )
        return CommandLine(
            self.site,
            self.dialect,
            name=Role.PRIMARY.value,
            monitors=self.site.primary.monitors,
            netdev=NETDEV,
            chardevs=(),
            objects=(),
            drives=(disk,),
            ending=(),
        )

    def secondary_command(self) -> CommandLine:
        """The QEMU that a secondary is started as."""
        anywhere = bracketed(self.site.secondary.wildcard)
        return CommandLine(
            self.site,
            self.dialect,
            name=Role.SECONDARY.value,
            monitors=self.site.secondary.monitors,
            netdev=NETDEV,
            chardevs=self.secondary_chardevs,
            objects=(*self.secondary_redirectors, self.rewriter),
            drives=(self._parent(), self._child(), (*_quorum(), (OWN_CHILD, CHILD))),
            ending=("-incoming", f"tcp:{anywhere}:{self.site.ports.migration}"),
        )

    def _parent(self) -> tuple[Pair, ...]:
        image = self.image(Role.SECONDARY, "primary")
        name = self.dialect.name_of_drive
        return ("if", "none"), (name, PARENT), ("file.filename", image), ("driver", "qcow2")

    def _child(self) -> tuple[Pair, ...]:
        return (
            ("if", "none"),
            ("id", CHILD),
            ("driver", "replication"),
            ("mode", "secondary"),
            ("file.driver", "qcow2"),
            ("top-id", DISK),
            ("file.file.filename", self.image(Role.SECONDARY, "secondary-active")),
            ("file.backing.driver", "qcow2"),
            ("file.backing.file.filename", self.image(Role.SECONDARY, "secondary-hidden")),
            ("file.backing.backing", PARENT),
        )


def _net(queue: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("netdev", NETDEV), ("queue", queue)


def _quorum() -> tuple[Pair, ...]:
    return (
        ("if", "ide"),
        ("id", DISK),
        ("driver", "quorum"),
        ("read-pattern", "fifo"),
        ("vote-threshold", "1"),
    )
