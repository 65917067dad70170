# SPDX-License-Identifier: GPL-2.0-or-later
"""The archive that a kernel unpacks into its first file system: cpio, in the format "newc".

See ``Documentation/driver-api/early-userspace/buffer-format.rst`` of Linux.
"""

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_MAGIC = b"070701"
_END = "TRAILER!!!"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, a folder or a link, owned by root and as old as the epoch.

    :ivar name: its path without a slash in front; the folders on the way come before it.
    :ivar mode: its kind and permissions, as :mod:`stat` has them.
    :ivar data: what is in a file, or where a link leads.
    """

    name: str
    mode: int
    data: bytes = b""

    @classmethod
    def file(cls, name: str, data: bytes, *, executable: bool = False) -> Self:
        """A file that everyone may read, and run if it is a program."""
        return cls(name, stat.S_IFREG | (0o755 if executable else 0o644), data)

    @classmethod
    def folder(cls, name: str) -> Self:
        """A folder."""
        return cls(name, stat.S_IFDIR | 0o755)

    @classmethod
    def link(cls, name: str, target: str) -> Self:
        """A symbolic link."""
        return cls(name, stat.S_IFLNK | 0o777, target.encode())


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive of these entries, in their order; the same entries give the same bytes."""
    ended = (*entries, Entry(_END, 0))
    return b"".join(_record(number, entry) for number, entry in enumerate(ended, 1))


def _record(number: int, entry: Entry) -> bytes:
    name = entry.name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    owner, group, when, device, checksum = 0, 0, 0, (0, 0, 0, 0), 0
    fields = (
        *(number, entry.mode, owner, group, links, when, len(entry.data)),
        *(*device, len(name), checksum),
    )
    head = _MAGIC + b"".join(b"%08X" % field for field in fields)
    return _padded(head + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
