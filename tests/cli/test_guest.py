# SPDX-License-Identifier: GPL-2.0-or-later
"""``lab guest``: what is shown of a guest that is here."""

import json
from pathlib import Path

import pytest

from colorunbook.lab.guest.kept import Guest, folder_of, keep
from colorunbook.lab.guest.recipe import Recipe
from tests.cli.conftest import Colorunbook


@pytest.fixture
def cached(folder: Path) -> Guest:
    """A guest that was made before."""
    disk = folder_of(Recipe(), folder / "cache/colorunbook") / "primary.qcow2"
    disk.parent.mkdir(parents=True)
    disk.write_bytes(b"x" * 1_500_000)
    packages = ("busybox-static 1:1.35", "syslinux 3:6.04")
    made = Guest(disk, Recipe().address, "6.1.0-9-amd64", packages, 1_500_000, 67_108_864, 6.5)
    keep(made)
    return made


def test_a_guest_is_shown(colorunbook: Colorunbook, folder: Path, cached: Guest) -> None:
    """A row each; nothing is made where it is here."""
    ended = colorunbook("lab", "guest", XDG_CACHE_HOME=str(folder / "cache"))
    assert (0, "") == (ended.code, ended.err)
    rows = ended.out.splitlines()
    assert f"disk       {cached.disk}" == rows[0]
    assert "size       1.5 MB, 67.1 MB as the guest sees it" == rows[1]
    assert "address    10.0.0.10, TCP ports 7000 memory, 7001 disk, 7002 status" == rows[2]
    assert "kernel     Linux 6.1.0-9-amd64" == rows[3]
    assert ["package    busybox-static 1:1.35", "package    syslinux 3:6.04"] == rows[4:6]


def test_a_guest_is_shown_to_programs(
    colorunbook: Colorunbook, folder: Path, cached: Guest
) -> None:
    """All that is known of it."""
    ended = colorunbook("lab", "guest", "--json", XDG_CACHE_HOME=str(folder / "cache"))
    assert cached.as_json() == json.loads(ended.out)


def test_a_guest_that_cannot_be_made(colorunbook: Colorunbook, folder: Path) -> None:
    """One sentence, and the exit code of what cannot be had."""
    (folder / "cache").touch()
    ended = colorunbook("lab", "guest", XDG_CACHE_HOME=str(folder / "cache"))
    assert (4, "") == (ended.code, ended.out)
    assert "The guest cannot be made in" in ended.err
    assert "Traceback" not in ended.err
