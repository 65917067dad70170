# SPDX-License-Identifier: GPL-2.0-or-later
"""Making the guest: once, whole or not at all, and where it is kept."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Interface
from pathlib import Path
from threading import Event

import pytest

from colorunbook.errors import Unavailable
from colorunbook.lab import debian, dpkg
from colorunbook.lab.guest import building, disk
from colorunbook.lab.guest.building import build, versions
from colorunbook.lab.guest.kept import Guest, folder_of, kept
from colorunbook.lab.guest.recipe import Recipe
from colorunbook.lab.guest.workshop import Workshop

KERNEL = "6.1.0-9-amd64"
HERE = Path("/nowhere")

Make = Callable[[Workshop, bytes, bytes, str], Path]


def making(workshop: Workshop, *_: object) -> Path:
    """A disk, made in no time."""
    made = workshop.path("disk.qcow2")
    made.write_bytes(b"disk")
    return made


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder, on a machine whose mirror holds two packages and whose tools work."""
    packages = (HERE / "busybox-static_1%3a1.35.0-4_amd64.deb", HERE / "libc6_2.36-9_amd64.deb")

    def unpack(_packages: object, root: Path, *_: object) -> None:
        (root / "boot").mkdir(parents=True)
        (root / "boot/vmlinuz").write_bytes(b"kernel")

    monkeypatch.setattr(building, "_fetch", lambda *_: (KERNEL, packages))
    monkeypatch.setattr(dpkg, "unpack", unpack)
    monkeypatch.setattr(building, "ramdisk", lambda *_: b"root")
    monkeypatch.setattr(disk, "make", making)
    return tmp_path / "cache"


def test_nothing_is_there_at_first(cache: Path) -> None:
    """A guest that was never made is not there, and looking makes nothing."""
    assert kept(Recipe(), cache) is None
    assert not cache.exists()


def test_a_guest_is_made_once(cache: Path) -> None:
    """What was made is found again, and nothing is done a second time."""
    stages: list[str] = []
    made = build(stages.append, cache=cache)
    assert b"disk" == made.disk.read_bytes()
    assert ["Unpacking 2 packages.", "Making the guest's disk."] == stages
    stages.clear()
    assert made == build(stages.append, cache=cache) == kept(Recipe(), cache)
    assert [] == stages


def test_a_guest_tells_what_it_is(cache: Path) -> None:
    """Its kernel, its size, and the packages that it consists of, not those that made it."""
    made = build(cache=cache)
    assert (KERNEL, 4, disk.SIZE) == (made.kernel, made.size, made.virtual_size)
    assert ("busybox-static 1:1.35.0-4",) == made.packages
    assert IPv4Interface("10.0.0.10/24") == made.address


def test_a_guest_is_told_to_programs(cache: Path) -> None:
    """As JSON, with the ports of its services."""
    told = json.loads(json.dumps(build(cache=cache).as_json()))
    assert {"memory": 7000, "disk": 7001, "status": 7002} == told["ports"]
    assert KERNEL == told["kernel"]


def test_guests_do_not_disturb_one_another(cache: Path) -> None:
    """Another recipe is another folder."""
    other = build(recipe=Recipe(IPv4Interface("10.9.0.10/16")), cache=cache)
    assert other.disk != build(cache=cache).disk
    assert "10.9.0.10/16" == str(other.address)


def test_only_what_is_wanted_is_kept(cache: Path) -> None:
    """Neither the tools nor the downloads stay."""
    folder = folder_of(Recipe(), cache)
    (folder / "apt").mkdir(parents=True)
    build(cache=cache)
    assert {".lock", "guest.json", "primary.qcow2"} == {each.name for each in folder.iterdir()}


def test_interrupted_while_the_disk_is_made(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is half made is taken for a guest, and what is left is not in the way."""

    def interrupt(workshop: Workshop, *_: object) -> Path:
        making(workshop)
        workshop.path("half").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(disk, "make", interrupt)
        with pytest.raises(KeyboardInterrupt):
            build(cache=cache)
    assert kept(Recipe(), cache) is None
    assert isinstance(build(cache=cache), Guest)


def test_a_disk_without_its_record_is_no_guest(cache: Path) -> None:
    """The record is written last."""
    (build(cache=cache).disk.parent / "guest.json").unlink()
    assert kept(Recipe(), cache) is None


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"kernel": 1, "packages": 2}', "\xff"])
def test_a_record_that_cannot_be_read_is_none(cache: Path, record: str) -> None:
    """The guest is then made again."""
    made = build(cache=cache)
    (made.disk.parent / "guest.json").write_text(record, encoding="latin-1")
    assert kept(Recipe(), cache) is None
    assert made.packages == build(cache=cache).packages


def test_a_record_without_its_disk_is_no_guest(cache: Path) -> None:
    """Somebody has tidied up."""
    build(cache=cache).disk.unlink()
    assert kept(Recipe(), cache) is None


def test_two_at_once_make_it_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one says that it waits, and takes what the first one has made."""
    begun, go_on = Event(), Event()
    made: list[Path] = []

    def make(workshop: Workshop, *_: object) -> Path:
        made.append(workshop.root)
        begun.set()
        go_on.wait(10)
        return making(workshop)

    def say(sentence: str) -> None:
        if sentence.startswith("Waiting"):
            go_on.set()

    monkeypatch.setattr(disk, "make", make)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(build, cache=cache)
        begun.wait(10)
        second = threads.submit(build, say, cache=cache)
    assert first.result() == second.result()
    assert go_on.is_set()
    assert 1 == len(made)


def test_full_disk(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up is one sentence, not a traceback."""

    def fill(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "make", fill)
    with pytest.raises(Unavailable, match="no room left"):
        build(cache=cache)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """Where the cache is no folder, that is said."""
    (tmp_path / "cache").touch()
    with pytest.raises(Unavailable, match="cannot be made in"):
        build(cache=tmp_path / "cache")


def test_too_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too little room, nothing is begun."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))
    monkeypatch.delattr(debian.Apt, "update")
    with pytest.raises(Unavailable, match="no room left"):
        build(cache=tmp_path)


def test_without_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror that is not reached is named by apt, and the guest by us; nothing is kept."""

    def update(apt: debian.Apt) -> None:
        raise dpkg.failure("E: Could not resolve 'deb.debian.org'\n", apt.home, apt.what)

    monkeypatch.setattr(debian.Apt, "set_up", lambda *_: None)
    monkeypatch.setattr(dpkg, "native", lambda: "amd64")
    monkeypatch.setattr(debian.Apt, "update", update)
    with pytest.raises(Unavailable) as caught:
        build(cache=tmp_path)
    assert caught.value.message == (
        "The packages of the guest could not be fetched: Could not resolve 'deb.debian.org'."
    )
    assert kept(Recipe(), tmp_path) is None


def test_another_architecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The boot loader is for one architecture; nothing is fetched for it on another."""
    monkeypatch.setattr(debian.Apt, "set_up", lambda *_: None)
    monkeypatch.setattr(dpkg, "native", lambda: "arm64")
    monkeypatch.delattr(debian.Apt, "update")
    with pytest.raises(Unavailable, match="on amd64 only"):
        build(cache=tmp_path)


def test_versions_are_read_from_the_names_of_files() -> None:
    """A colon is written as %3a there; a package without a file is left out."""
    files = (Path("a_1%3a2-3_all.deb"), Path("/x/b-di_6.1_amd64.udeb"))
    assert ("b-di 6.1", "a 1:2-3") == versions(("b-di", "c", "a"), files)
