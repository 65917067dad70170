# SPDX-License-Identifier: GPL-2.0-or-later
"""The runtime folder: names and lengths."""

from pathlib import Path

import pytest

from colorunbook.addresses import TcpMonitor, UnixMonitor
from colorunbook.errors import InputError
from colorunbook.lab import runtime


def test_folder_is_private(tmp_path: Path) -> None:
    """The folder of the labs is made with no rights for anyone else."""
    assert runtime.labs(tmp_path / "c").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["a", "my-lab.2", "x" * 32, "A_b"])
def test_good_names(name: str) -> None:
    """Letters, digits, dots, underscores and hyphens name a lab."""
    assert runtime.checked_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 33, "a/b", "a b", "ä", "a\n"])
def test_bad_names(name: str) -> None:
    """Nothing that is a path, too long or surprising names a lab."""
    with pytest.raises(InputError, match="cannot be called"):
        runtime.folder_of(name)


def test_names_are_those_of_folders(tmp_path: Path) -> None:
    """The labs are listed in order, and the lock beside them is not one."""
    for name in ("b", "a"):
        runtime.folder_of(name, tmp_path / "c").mkdir()
    (runtime.labs(tmp_path / "c") / ".lock").touch()
    assert runtime.names(tmp_path / "c") == ("a", "b")


def test_a_monitor_tells_its_lab(tmp_path: Path) -> None:
    """Whether that is up or not; of any other it is none."""
    labs = runtime.labs(tmp_path / "c")
    assert "a" == runtime.lab_of(UnixMonitor(str(labs / "a" / "p.qmp")), tmp_path / "c")
    assert "" == runtime.lab_of(UnixMonitor(str(labs / "p.qmp")), tmp_path / "c")
    assert "" == runtime.lab_of(TcpMonitor("127.0.0.1", 4444), tmp_path / "c")


def test_socket_path_at_the_limit() -> None:
    """A socket path of 107 bytes is good, and one of 108 is refused with its length."""
    folder = Path("/tmp/" + "d" * 97)
    assert runtime.socket_path(folder, "sock").name == "sock"
    with pytest.raises(InputError, match="108 bytes"):
        runtime.socket_path(folder, "socks")


def test_socket_path_counts_bytes() -> None:
    """The limit is one of bytes, not of letters."""
    with pytest.raises(InputError):
        runtime.socket_path(Path("/tmp/" + "ü" * 50), "sock")
