# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes of a host itself: its images, its room, its memory, its ports.

They have the faces of a probe of QEMU: questions, a predicate, a phrase. A question is a command
line, run on the host without a shell. Three answers are possible: ``True``, ``False``, and
``None`` where nobody can tell, since the program is missing or says what is not understood. Each
has a name, by which a person can let it be.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from colorunbook.hosts import size_in_bytes
from colorunbook.qemu.payload import Json, is_object

MIB = 2**20

_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
_NUMBER = re.compile(r"^\s*(\d+)\s*$", re.MULTILINE)
_LISTENER = re.compile(r"^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A ", re.MULTILINE)
TCP_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
"""Where the kernel tells of its TCP ports; a host may have no IPv6."""

_TABLE = "sl  local_address rem_address"
"""The first line of the first of them; the other's is another."""


@dataclass(frozen=True, slots=True)
class Output:
    """How a command of a shell ended.

    :param status: its exit status; 0 is success.
    :param text: what it wrote, both streams.
    """

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class ImageIs:
    """A disk image has this format and this virtual size.

    :param size: as ``qemu-img`` takes it (``10G``).
    :raises InputError: it is no size of a disk.
    """

    NAME: ClassVar[str] = "image"
    PHRASE: ClassVar[str] = (
        "``qemu-img info`` of ``{path}`` on the {role} host shows ``{format}`` of ``{size}``"
    )
    path: str
    format: str
    size: str

    def __post_init__(self) -> None:
        size_in_bytes(self.size)

    @property
    def questions(self) -> tuple[tuple[str, ...], ...]:
        """One command; it also reads an image that a QEMU has locked."""
        return (("qemu-img", "info", "--output=json", "-U", self.path),)

    def holds(self, outputs: Sequence[Output]) -> bool | None:
        """Tell whether format and size are these."""
        found = _image(outputs[0])
        return None if found is None else found == (self.format, size_in_bytes(self.size))

    def seen(self, outputs: Sequence[Output]) -> str:
        """The format and the size that are there."""
        found = _image(outputs[0])
        return _ending(outputs[0]) if found is None else f"{found[0]} of {found[1]} bytes"


@dataclass(frozen=True, slots=True)
class SpaceFor:
    """The file system of a folder has room.

    :param mib: how much, in MiB.
    """

    NAME: ClassVar[str] = "space"
    PHRASE: ClassVar[str] = (
        "``df`` of ``{folder}`` on the {role} host shows at least ``{mib}`` MiB free"
    )
    folder: str
    mib: int

    @property
    def questions(self) -> tuple[tuple[str, ...], ...]:
        """One command."""
        return (("df", "--output=avail", "-B1", self.folder),)

    def holds(self, outputs: Sequence[Output]) -> bool | None:
        """Tell whether there is as much, or more."""
        free = _number(_NUMBER, outputs[0])
        return None if free is None else free >= self.mib * MIB

    def seen(self, outputs: Sequence[Output]) -> str:
        """How much there is."""
        free = _number(_NUMBER, outputs[0])
        return _ending(outputs[0]) if free is None else f"{free // MIB} MiB"


@dataclass(frozen=True, slots=True)
class MemoryFor:
    """The host can give as much memory without swapping.

    :param mib: how much, in MiB.
    """

    NAME: ClassVar[str] = "memory"
    PHRASE: ClassVar[str] = (
        "``/proc/meminfo`` of the {role} host shows at least ``{mib}`` MiB available"
    )
    mib: int

    @property
    def questions(self) -> tuple[tuple[str, ...], ...]:
        """One command."""
        return (("cat", "/proc/meminfo"),)

    def holds(self, outputs: Sequence[Output]) -> bool | None:
        """Tell whether there is as much, or more."""
        there = _number(_AVAILABLE, outputs[0])
        return None if there is None else there * 1024 >= self.mib * MIB

    def seen(self, outputs: Sequence[Output]) -> str:
        """How much there is."""
        there = _number(_AVAILABLE, outputs[0])
        return _ending(outputs[0]) if there is None else f"{there // 1024} MiB"


@dataclass(frozen=True, slots=True)
class NobodyListens:
    """No process of the host listens on these TCP ports, at whichever address.

    The kernel's own table tells it. A connection would tell less, and one to the port where a
    QEMU waits for its migration would end that QEMU.
    """

    NAME: ClassVar[str] = "ports"
    PHRASE: ClassVar[str] = (
        "``/proc/net/tcp`` of the {role} host shows no listener at a port of ``{ports}``"
    )
    ports: tuple[int, ...]

    @property
    def questions(self) -> tuple[tuple[str, ...], ...]:
        """One command for both tables."""
        return (("cat", *TCP_TABLES),)

    def holds(self, outputs: Sequence[Output]) -> bool | None:
        """Tell whether all are free."""
        if self._taken(outputs):
            return False
        return True if _TABLE in outputs[0].text else None

    def seen(self, outputs: Sequence[Output]) -> str:
        """Those that are taken."""
        if taken := self._taken(outputs):
            return f"listeners at {', '.join(map(str, taken))}"
        return "no listener" if _TABLE in outputs[0].text else _ending(outputs[0])

    def _taken(self, outputs: Sequence[Output]) -> list[int]:
        rows = (row for output in outputs for row in _LISTENER.findall(output.text))
        return sorted({int(row, 16) for row in rows}.intersection(self.ports))


HostProbe = ImageIs | SpaceFor | MemoryFor | NobodyListens


def _image(output: Output) -> tuple[str, int] | None:
    """Format and virtual size; ``None``: it does not tell them."""
    text = output.text
    try:
        told: Json = json.loads(text[text.find("{") : text.rfind("}") + 1])
    except (ValueError, RecursionError):
        return None
    if output.status or not is_object(told):
        return None
    kind, size = told.get("format"), told.get("virtual-size")
    return (kind, size) if isinstance(kind, str) and isinstance(size, int) else None


def _number(pattern: re.Pattern[str], output: Output) -> int | None:
    match = pattern.search(output.text) if not output.status else None
    return int(match[1]) if match and len(match[1]) < 20 else None


def _ending(output: Output) -> str:
    """How a command ended that does not tell what it was asked."""
    lines = output.text.strip().splitlines()
    said = lines[-1][-200:] if lines else "nothing"
    return f"exit status {output.status}, {said}" if output.status else f"an answer like {said!r}"
