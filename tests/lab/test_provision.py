# SPDX-License-Identifier: GPL-2.0-or-later
"""Provisioning: what can be had, where it is kept, and what survives an interruption."""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from colorunbook.errors import InputError, Unavailable
from colorunbook.lab import debian, dpkg, provision
from colorunbook.lab.tree import Tree


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder, on a machine whose mirror holds one package and whose QEMU starts."""
    package = tmp_path / "one.deb"
    package.touch()
    monkeypatch.setattr(provision, "_fetch", lambda *_: (package,))
    monkeypatch.setattr(dpkg, "run", lambda *_: "")
    monkeypatch.setattr(provision, "_prove", lambda _: "11.1.3")
    return tmp_path / "cache"


def folder(cache: Path) -> Path:
    """Where the usual release is kept."""
    return provision.folder_of(provision.RELEASES[0], cache)


def test_unknown_release() -> None:
    """A version that cannot be had is refused with those that can."""
    with pytest.raises(InputError, match=r"There is: 11\.1"):
        provision.release("3.0")


def test_a_release_is_found_by_the_version_that_it_has(cache: Path) -> None:
    """What was fetched has a whole version, which may be said as well; a row's name comes first."""
    with pytest.raises(InputError):
        provision.release("11.1.3", cache)
    provision.provision(cache=cache)
    assert provision.RELEASES[0] == provision.release("11.1.3", cache)
    with pytest.raises(InputError, match=r"There is: 11\.1 \(here: 11\.1\.3\), 10\.0, "):
        provision.release("11.1.4", cache)


def test_the_name_of_a_row_wins(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """10.0.2 is the row of that name, even if another row's tree says the same of itself."""
    monkeypatch.setattr(provision, "_prove", lambda _: "10.0.2")
    provision.provision(wanted=provision.release("10.0"), cache=cache)
    assert "10.0.2" == provision.release("10.0.2", cache).version


def test_releases_do_not_disturb_one_another(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are made at once, each in a folder of its own, and the failure of one is its own."""

    def prove(root: Path) -> str:
        if root.parent.name.startswith("7.2"):
            raise Unavailable("It does not start.")
        return root.parent.name.split("-")[0] + ".9"

    def make(wanted: provision.Release) -> str:
        try:
            return provision.provision(wanted=wanted, cache=cache).version
        except Unavailable:
            return "failed"

    monkeypatch.setattr(provision, "_prove", prove)
    with ThreadPoolExecutor() as threads:
        made = list(threads.map(make, provision.RELEASES))
    told = [each.version if each else "failed" for each in map(_there(cache), provision.RELEASES)]
    assert made == told == ["11.1.9", "10.0.9", "10.0.2.9", "failed"]


def _there(cache: Path) -> Callable[[provision.Release], Tree | None]:
    return lambda wanted: provision.provisioned(wanted, cache)


def test_two_at_once_make_it_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one says that it waits, and takes what the first one has made."""
    begun, go_on = Event(), Event()
    made: list[Path] = []

    def prove(root: Path) -> str:
        made.append(root)
        begun.set()
        go_on.wait(10)
        return "11.1.3"

    def told(stage: str, _done: int, _total: int) -> None:
        if stage.startswith("waiting"):
            go_on.set()

    monkeypatch.setattr(provision, "_prove", prove)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(provision.provision, cache=cache)
        begun.wait(10)
        second = threads.submit(provision.provision, told, cache=cache)
    assert first.result() == second.result()
    assert go_on.is_set()
    assert 1 == len(made)


def test_versions_are_known_once() -> None:
    """Each version has one row, and each row a folder of its own."""
    assert len({each.version for each in provision.RELEASES}) == len(provision.RELEASES)
    assert len({each.key for each in provision.RELEASES}) == len(provision.RELEASES)


def test_another_recipe_has_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree that was made of other packages is not taken for this one."""
    before = provision.RELEASES[0].key
    monkeypatch.setattr(provision, "PACKAGES", (*provision.PACKAGES, "socat"))
    assert provision.RELEASES[0].key != before


def test_nothing_is_there_at_first(cache: Path) -> None:
    """A release that was never fetched is not there."""
    assert provision.provisioned(cache=cache) is None


def test_a_tree_is_made_once(cache: Path) -> None:
    """What has been provisioned is found again, and nothing is done a second time."""
    stages: list[str] = []
    made = provision.provision(lambda stage, *_: stages.append(stage), cache=cache)
    assert made == Tree(folder(cache) / "root", "11.1.3") == provision.provisioned(cache=cache)
    stages.clear()
    assert provision.provision(lambda stage, *_: stages.append(stage), cache=cache) == made
    assert stages == []


def test_the_tree_has_links_and_mount_points(cache: Path) -> None:
    """The tree has the merged-/usr links, and a place for each mount of a lab."""
    root = provision.provision(cache=cache).root
    assert (root / "lib64").readlink() == Path("usr/lib64")
    for name in ("proc", "dev", "tmp", "run", "mnt", "etc/qemu", "root"):
        assert (root / name).is_dir()


def test_interrupted_while_unpacking(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted unpacking leaves nothing that is taken for a tree, and is started anew."""

    def interrupt(command: Sequence[str], *_: object) -> None:
        (Path(command[-1]) / "half").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dpkg, "run", interrupt)
        with pytest.raises(KeyboardInterrupt):
            provision.provision(cache=cache)
    assert provision.provisioned(cache=cache) is None
    assert not (provision.provision(cache=cache).root / "half").exists()


def test_interrupted_before_the_proof(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree that was unpacked and not yet proved is proved, not fetched again."""
    provision.provision(cache=cache)
    (folder(cache) / "version").unlink()
    monkeypatch.delattr(provision, "_fetch")
    assert provision.provision(cache=cache).version == "11.1.3"


def test_downloads_go_after_success(cache: Path) -> None:
    """The downloads are kept until the tree is proved, and no longer."""
    (folder(cache) / "apt").mkdir(parents=True)
    provision.provision(cache=cache)
    assert not (folder(cache) / "apt").exists()


def test_full_disk(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up is one sentence, not a traceback."""

    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dpkg, "run", fill)
    with pytest.raises(Unavailable, match="no room left"):
        provision.provision(cache=cache)


def test_too_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too little room, nothing is begun."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))
    monkeypatch.delattr(debian.Apt, "update")
    with pytest.raises(Unavailable, match="no room left"):
        provision.provision(cache=tmp_path)
