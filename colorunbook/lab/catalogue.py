# SPDX-License-Identifier: GPL-2.0-or-later
"""The QEMUs that can be had, which of them are here, and what is known of each."""

import os
from dataclasses import dataclass
from pathlib import Path

from colorunbook.hosts import Accel
from colorunbook.lab import provision
from colorunbook.lab.provision import Release
from colorunbook.lab.tree import Tree
from colorunbook.qemu.dialect import Asked, Dialect, Version
from colorunbook.qemu.payload import Json


@dataclass(frozen=True, slots=True)
class Offer:
    """A release that can be had.

    :ivar tree: where it is; ``None``: it was not fetched yet.
    :ivar size: what it takes on the disk, in bytes; ``None``: it is not there.
    """

    release: Release
    tree: Tree | None = None
    size: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether its version is known well enough to tell what troubles it has.

        A series that is not fetched may turn out to be any version of it.
        """
        return len({tuple(self._troubles(version)) for version in self._versions()}) == 1

    def trouble(self, accel: Accel) -> str | None:
        """What is known not to work with it; ``None``: nothing, or its version is not known."""
        if not self.is_known:
            return None
        return Dialect(self._versions()[0]).trouble(accel)

    def as_json(self) -> Json:
        """All of it, for programs."""
        return {
            "name": self.release.version,
            "suite": self.release.preferred,
            "version": self.tree.version if self.tree else None,
            "folder": str(self.tree.root) if self.tree else None,
            "bytes": self.size,
            "trouble": {each.value: self.trouble(each) for each in Accel}
            if self.is_known
            else None,
        }

    def _versions(self) -> tuple[Version, ...]:
        """The version that it has, or the ends of the range that it may be from."""
        if self.tree is not None:
            return (Version.parse(self.tree.version),)
        asked = Asked.parse(self.release.version)
        return asked.first, asked.last

    def _troubles(self, version: Version) -> list[str | None]:
        return [Dialect(version).trouble(accel) for accel in Accel]


def offers(cache: Path | None = None) -> tuple[Offer, ...]:
    """Every release that can be had, in the order of the table.

    :param cache: instead of the user's cache folder.
    """
    return tuple(_offer(each, cache) for each in provision.RELEASES)


def trees(cache: Path | None = None) -> tuple[Tree, ...]:
    """Those that are here, in the order of the table."""
    found = (provision.provisioned(each, cache) for each in provision.RELEASES)
    return tuple(tree for tree in found if tree is not None)


def _offer(release: Release, cache: Path | None) -> Offer:
    tree = provision.provisioned(release, cache)
    return Offer(release, tree, _size(tree.root) if tree else None)


def _size(folder: Path) -> int:
    return sum(
        (Path(place) / name).lstat().st_blocks * 512
        for place, _, names in os.walk(folder)
        for name in names
    )
