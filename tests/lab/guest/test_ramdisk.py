# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's first root: what is in it."""

import gzip
import stat
from pathlib import Path

import pytest

from colorunbook.lab.guest import ramdisk as rooms
from colorunbook.lab.guest.archive import Entry, archive
from colorunbook.lab.guest.ramdisk import ramdisk
from colorunbook.lab.guest.recipe import MODULES, program

KERNEL = "6.1.0-9-amd64"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Debian's packages, unpacked: a shell, and the modules that are wanted; one needs another."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/busybox").write_bytes(b"ELF")
    drivers = tmp_path / "lib/modules" / KERNEL / "kernel"
    drivers.mkdir(parents=True)
    for name in {each for wanted in MODULES.values() for each in wanted}:
        needs = "mii" if name == "8139cp" else ""
        (drivers / f"{name}.ko").write_bytes(f"\0depends={needs}\0".encode())
    (drivers / "mii.ko").write_bytes(b"mii\0depends=\0")
    return tmp_path


@pytest.fixture
def entries(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Entry]:
    """What is put into the archive, by name, in its order."""
    found: list[Entry] = []

    def noting(given: tuple[Entry, ...]) -> bytes:
        found.extend(given)
        return archive(given)

    monkeypatch.setattr(rooms, "archive", noting)
    ramdisk(root, KERNEL)
    assert len(found) == len({each.name for each in found})
    return {each.name: each for each in found}


def test_it_is_the_same_each_time(root: Path) -> None:
    """Nothing of the clock gets in."""
    assert bytes(4) == ramdisk(root, KERNEL)[4:8], "the time in the header of gzip"
    assert gzip.decompress(ramdisk(root, KERNEL)).startswith(b"070701")


def test_there_is_a_shell(entries: dict[str, Entry]) -> None:
    """And it is found where the scripts look for it."""
    assert b"ELF" == entries["bin/busybox"].data
    assert b"busybox" == entries["bin/sh"].data


def test_there_is_a_first_process(entries: dict[str, Entry]) -> None:
    """The kernel starts it."""
    assert program("init") == entries["init"].data
    assert stat.S_IMODE(entries["init"].mode) & 0o111


def test_there_are_the_services(entries: dict[str, Entry]) -> None:
    """Each is a program of its own."""
    for name in ("memory", "disk", "status", "clock"):
        assert program(name) == entries[f"services/{name}"].data


def test_there_are_the_modules_and_their_order(entries: dict[str, Entry]) -> None:
    """What a network card needs is listed before its driver, and is there."""
    assert b"mii\n8139cp\n" == entries["modules/rtl8139"].data
    assert entries["modules/mii.ko"].data.startswith(b"mii")
    assert set(MODULES) <= {name.removeprefix("modules/") for name in entries}


def test_folders_come_before_what_is_in_them(entries: dict[str, Entry]) -> None:
    """The kernel makes no folder that it was not told of."""
    known: set[str] = set()
    for name, entry in entries.items():
        assert "/" not in name or name.rpartition("/")[0] in known
        if stat.S_ISDIR(entry.mode):
            known.add(name)
