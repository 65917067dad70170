# SPDX-License-Identifier: GPL-2.0-or-later
"""The typed command line of a COLO QEMU, turned into words."""

from dataclasses import dataclass

from colorunbook.addresses import Monitor, StdioMonitor, TcpMonitor, UnixMonitor, bracketed
from colorunbook.hosts import Accel, Site
from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.objects import QemuObject
from colorunbook.qemu.options import Pair, double_commas, join
from colorunbook.qemu.shell import Word, words

PROGRAM = "qemu-system-x86_64"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One QEMU: what both sides share comes from the site, the rest is given.

    :param name: shown by ``query-name``; the role it was started in.
    :param monitors: where it serves QMP, each with a ``-qmp`` of its own.
    :param netdev: the id of the guest's network backend.
    :param drives: the pairs of each ``-drive``.
    :param ending: what follows the drives: ``-S``, or ``-incoming`` and its URI.
    """

    site: Site
    dialect: Dialect
    name: str
    monitors: tuple[Monitor, ...]
    netdev: str
    chardevs: tuple[SocketChardev, ...]
    objects: tuple[QemuObject, ...]
    drives: tuple[tuple[Pair, ...], ...]
    ending: tuple[str, ...]

    def words(self) -> tuple[Word, ...]:
        """The whole command, the program's name first."""
        line = [Word.of(PROGRAM), *_accel(self.site.accel)]
        line += words("-cpu", self.site.cpu, "-m", str(self.site.memory), "-smp", "1")
        for monitor in self.monitors:
            line += words("-qmp", _qmp(monitor))
        line += words("-device", "piix3-usb-uhci", "-device", "usb-tablet", "-name", self.name)
        line += [*words("-netdev"), _netdev(self.netdev, self.site.bridge_helper)]
        line += words("-device", f"{self.site.nic.model},id=e0,netdev={self.netdev}")
        for chardev in self.chardevs:
            line += [*words("-chardev"), chardev.option(self.dialect)]
        for thing in self.objects:
            line += [*words("-object"), thing.option]
        for drive in self.drives:
            line += [*words("-drive"), join("", drive)]
        return (*line, *words(*self.ending, *self.site.extra))


def _accel(accel: Accel) -> tuple[Word, ...]:
    match accel:
        case Accel.KVM:
            return words("-enable-kvm")
        case Accel.TCG:
            return words("-accel", "tcg")


def _qmp(monitor: Monitor) -> str:
    match monitor:
        case StdioMonitor():
            return "stdio"
        case UnixMonitor(path):
            return f"unix:{double_commas(path)},server=on,wait=off"
        case TcpMonitor(address, port):
            return f"tcp:{bracketed(address)}:{port},server=on,wait=off"


def _netdev(name: str, helper: str | None) -> Word:
    if helper is None:
        return join("user", [("id", name)])
    return join("tap", [("id", name), ("vhost", "off"), ("helper", helper)])
