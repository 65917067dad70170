# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check changes in the text of a command before it types it, and why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from colorunbook.book.conditions import Condition, ImageIs, SizeIs, SpaceFor
from colorunbook.book.machines import MIB
from colorunbook.book.phrases import Expect
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Site, size_in_bytes
from colorunbook.qemu.argv import PROGRAM

_CREATE = re.compile(r"(qemu-img create .* )(\S+)$")
_TAP = re.compile(r"-netdev (['\"]?)tap,id=(\w+)[^ ]*\1(?= )")


@dataclass(slots=True)
class Adaptation:
    """The changes for one machine; each that was made is remembered as a sentence.

    :param site: what the machine really has: accelerator, tap, disk size.
    :param more: further words for each QEMU.
    """

    site: Site
    more: tuple[str, ...] = ()
    made: set[str] = field(default_factory=set)
    _largest: int = 0

    def learn(self, commands: Iterable[str]) -> None:
        """Look at every command of a document for the size of its disks, in bytes."""
        for command in commands:
            match = _CREATE.search(command)
            if match:
                self._largest = max(self._largest, _size(match[2]))

    def learn_image(self, condition: Condition) -> None:
        """Look at what a document says of an image for the size of its disks."""
        match condition:
            case ImageIs(size=text):
                self._largest = max(self._largest, _size(text))
            case SizeIs(size=size):
                self._largest = max(self._largest, size)
            case _:
                pass

    def expect(self, expect: Expect) -> Expect:
        """What is asked instead."""
        return replace(expect, condition=self.condition(expect.condition))

    def condition(self, condition: Condition) -> Condition:
        """What is asked instead: disks, and the room for them, are smaller here."""
        match condition:
            case SizeIs(disk, bytes_):
                return SizeIs(disk, self._in_proportion(bytes_))
            case ImageIs(path, kind, size):
                return ImageIs(path, kind, str(self._in_proportion(_size(size))))
            case SpaceFor(folder, mib):
                room = self._in_proportion(mib * MIB)
                return SpaceFor(folder, max(1, room // MIB))
            case _:
                return condition

    def __call__(self, command: str, second: Path | None = None) -> str:
        """The command as it is typed.

        :param second: the socket of a second monitor of each QEMU; ``None``: it has none.
        """
        command = _CREATE.sub(self._smaller, command)
        if f"{PROGRAM} " not in command:
            return command
        if self.site.accel is Accel.TCG and " -enable-kvm" in command:
            self.made.add("-enable-kvm became -accel tcg: TCG runs the guest here.")
            command = command.replace(" -enable-kvm", " -accel tcg", 1)
        if self.site.bridge_helper is None and _TAP.search(command):
            self.made.add("The tap became QEMU's user network: there is no tap here.")
            command = _TAP.sub(r"-netdev user,id=\2", command)
        self.made.add("-display none was added: nobody looks at the guest's screen.")
        if self.more:
            self.made.add(f"{' '.join(self.more)} was added, as was asked for.")
        monitor = () if second is None else (f"-qmp unix:{second},server=on,wait=off",)
        if monitor:
            self.made.add("A second monitor was added, on which a QEMU that hangs can be freed.")
        return " ".join((command, "-display none", *monitor, *self.more))

    def _smaller(self, match: re.Match[str]) -> str:
        size = _size(match[2])
        if not size or not self._largest:
            return match[0]
        return f"{match[1]}{self._in_proportion(size)}"

    def _in_proportion(self, size: int) -> int:
        if not self._largest:
            return size
        self.made.add(f"Disks became smaller: the largest has {self.site.disk}.")
        return size * size_in_bytes(self.site.disk) // self._largest // 512 * 512


def _size(text: str) -> int:
    try:
        return size_in_bytes(text)
    except InputError:
        return 0
