# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders and files for one user alone: what others may have put there first, and each umask."""

import os
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from colorunbook.engine.local import LocalTransport
from colorunbook.engine.private import base, create, private, state
from colorunbook.engine.process import Qemu
from colorunbook.errors import Unavailable
from colorunbook.hosts import Host

HOST = Host("127.0.0.1", "/images")


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(int(str(request.param)))
    yield
    os.umask(before)


def mode(path: Path) -> int:
    """Who may do what with it."""
    return path.lstat().st_mode & 0o777


@pytest.mark.usefixtures("_umask")
def test_what_is_made_is_private(tmp_path: Path) -> None:
    """The folder, its parents that were missing, and files, whatever the umask."""
    folder = private(tmp_path / "a" / "b" / "c")
    with create(folder / "file") as stream:
        stream.write(b"x")
    assert {0o700} == {mode(each) for each in (folder, folder.parent, folder.parent.parent)}
    assert 0o600 == mode(folder / "file")


@pytest.mark.parametrize("found", [0o755, 0o770, 0o777, 0o1777, 0o2770, 0o500])
def test_a_folder_of_ours_is_closed_to_others(tmp_path: Path, found: int) -> None:
    """Group, world, and odd bits."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(found)
    assert 0o700 == private(tmp_path / "a").stat().st_mode & 0o7777


def test_parents_that_are_there_are_taken_as_they_are(tmp_path: Path) -> None:
    """A home folder may be a link, and open to others."""
    (tmp_path / "real").mkdir(mode=0o755)
    (tmp_path / "home").symlink_to("real")
    assert private(tmp_path / "home" / "a").is_dir()
    assert 0o755 == mode(tmp_path / "real")


def _link(path: Path) -> None:
    (path.parent / "target").mkdir()
    path.symlink_to("target")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as there:
        there.bind(str(path))


@pytest.mark.parametrize("put", [_link, _dangling, _loop, Path.touch, os.mkfifo, _socket])
def test_anything_else_in_its_place_is_refused(tmp_path: Path, put: object) -> None:
    """Links wherever they lead, files, pipes and sockets; nothing is made elsewhere."""
    assert callable(put)
    put(tmp_path / "a")
    with pytest.raises(Unavailable) as caught:
        private(tmp_path / "a")
    assert str(tmp_path / "a") in caught.value.message
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_of_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its mode is let be."""
    (tmp_path / "a").mkdir(mode=0o755)
    monkeypatch.setattr("os.getuid", lambda: (tmp_path / "a").stat().st_uid + 1)
    with pytest.raises(Unavailable, match="belongs to user"):
        private(tmp_path / "a")
    assert 0o755 == mode(tmp_path / "a")


def test_a_place_that_everybody_may_change_is_refused(tmp_path: Path) -> None:
    """Without the sticky bit anyone may put another folder there, whoever owns this one."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(Unavailable, match=r"chmod \+t"):
        private(tmp_path / "open" / "a")
    (tmp_path / "open").chmod(0o1777)
    assert private(tmp_path / "open" / "a").is_dir()


@pytest.mark.parametrize("late", [False, True], ids=["before it is opened", "after"])
def test_a_swap_in_between_closes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """Somebody puts a link in the place of the folder after it was looked at."""
    folder, other, opening = tmp_path / "a", tmp_path / "other", os.open
    other.mkdir(mode=0o755)
    folder.mkdir(mode=0o755)

    def swapping(path: Path, flags: int) -> int:
        handle = opening(path, flags) if late else -1
        folder.rename(tmp_path / "aside")
        folder.symlink_to("other")
        return handle if late else opening(path, flags)

    monkeypatch.setattr("os.open", swapping)
    if late:
        private(folder)
    else:
        with pytest.raises(Unavailable):
            private(folder)
    assert 0o755 == mode(other)


def test_many_may_make_it_at_once(tmp_path: Path) -> None:
    """None of them fails because another was first."""
    failed: list[BaseException] = []

    def make() -> None:
        try:
            private(tmp_path / "a" / "b")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=make) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failed


@pytest.mark.parametrize("put", [_link, _dangling, _loop, os.mkfifo, Path.touch])
def test_a_new_file_goes_through_nothing(tmp_path: Path, put: object) -> None:
    """What had its name is replaced: no link is followed, and no pipe waited for."""
    assert callable(put)
    put(tmp_path / "log")
    with create(tmp_path / "log") as stream:
        stream.write(b"new")
    assert (b"new", 0o600) == ((tmp_path / "log").read_bytes(), mode(tmp_path / "log"))
    assert not (tmp_path / "log").is_symlink()
    assert not (tmp_path / "nowhere").exists()


def test_a_second_name_of_a_file_is_let_be(tmp_path: Path) -> None:
    """A hard link in its place keeps what it had."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "log").hardlink_to(tmp_path / "mine")
    create(tmp_path / "log").close()
    assert "mine" == (tmp_path / "mine").read_text()


@pytest.mark.usefixtures("_umask")
async def test_the_log_of_a_qemu_is_private(tmp_path: Path) -> None:
    """A link that lies in its place is not written through."""
    (tmp_path / "victim").write_text("mine")
    logs = private(tmp_path / "runs" / "qemu")
    (logs / "qemu-127.0.0.1.log").symlink_to(tmp_path / "victim")
    transport = LocalTransport(logs)
    await transport.launch(HOST, ("sleep", "0.4"))
    transport.close()
    assert "mine" == (tmp_path / "victim").read_text()
    assert (0o600, 0o700) == (mode(logs / "qemu-127.0.0.1.log"), mode(logs))


async def test_a_log_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Before anything is started."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "qemu").symlink_to("elsewhere")
    with pytest.raises(Unavailable, match="is a link to one"):
        await LocalTransport(tmp_path / "qemu").launch(HOST, ("touch", str(tmp_path / "started")))
    assert not (tmp_path / "started").exists()
    assert [] == list((tmp_path / "elsewhere").iterdir())


@pytest.mark.usefixtures("_umask")
def test_what_a_qemu_makes_is_private(tmp_path: Path) -> None:
    """Its monitor's socket: who may write to it may do everything to the guest."""
    makes = f"import socket; socket.socket(socket.AF_UNIX).bind({str(tmp_path / 'q')!r})"
    before = os.umask(0)
    os.umask(before)
    qemu = Qemu.start((sys.executable, "-c", makes), stdin=None, stdout=1, stderr=2)
    os.waitpid(qemu.pid, 0)
    assert 0 == mode(tmp_path / "q") & 0o077
    assert before == os.umask(before)


def test_base_without_a_runtime_directory() -> None:
    """Without XDG_RUNTIME_DIR the labs are in a folder of /tmp that has the user's number."""
    assert base({}).parent == Path("/tmp")


def test_base_elsewhere_than_below_run(tmp_path: Path) -> None:
    """An XDG_RUNTIME_DIR that is not below /run is passed over: a lab could not see it."""
    assert base({"XDG_RUNTIME_DIR": str(tmp_path)}).parent == Path("/tmp")


def test_base_below_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """One below /run that is ours alone is taken."""
    monkeypatch.setattr(Path, "stat", lambda _: _stat(os.getuid(), 0o700))
    monkeypatch.setattr("os.access", lambda *_: True)
    assert base({"XDG_RUNTIME_DIR": "/run/mine"}) == Path("/run/mine/colorunbook")


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_base_below_run_that_others_may_change(monkeypatch: pytest.MonkeyPatch, mode: int) -> None:
    """Whoever may take things away there could put others in their place."""
    monkeypatch.setattr(Path, "stat", lambda _: _stat(os.getuid(), mode))
    monkeypatch.setattr("os.access", lambda *_: True)
    assert base({"XDG_RUNTIME_DIR": "/run/mine"}).parent == Path("/tmp")


def test_base_below_run_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """After su the variable may still name the folder of whom one was before."""
    monkeypatch.setattr(Path, "stat", lambda _: _stat(os.getuid() + 1, 0o700))
    monkeypatch.setattr("os.access", lambda *_: True)
    assert base({"XDG_RUNTIME_DIR": "/run/user/7"}).parent == Path("/tmp")


def _stat(owner: int, mode: int) -> os.stat_result:
    return os.stat_result((stat.S_IFDIR | mode, 0, 0, 2, owner, 0, 0, 0, 0, 0))


def test_what_all_sessions_share_goes_by_no_session(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A job without a runtime folder finds what a shell with one has found."""
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    for runtime in ("/run/elsewhere", str(tmp_path), ""):
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        assert tmp_path / ".local/state/colorunbook" == state()
    monkeypatch.setattr("os.access", lambda *_: False)
    assert tmp_path / ".local/state/colorunbook" == state()
