# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders that are one user's alone."""

import os
from pathlib import Path

import pytest

from colorunbook.engine import private
from colorunbook.errors import Unavailable


def test_base_without_a_runtime_directory() -> None:
    """Without XDG_RUNTIME_DIR the labs are in a folder of /tmp that has the user's number."""
    assert private.base({}).parent == Path("/tmp")


def test_base_elsewhere_than_below_run(tmp_path: Path) -> None:
    """An XDG_RUNTIME_DIR that is not below /run is passed over: a lab could not see it."""
    assert private.base({"XDG_RUNTIME_DIR": str(tmp_path)}).parent == Path("/tmp")


def test_open_folder_is_closed(tmp_path: Path) -> None:
    """A folder of ours that others could enter is closed to them."""
    folder = tmp_path / "c"
    folder.mkdir(mode=0o755)
    assert private.private(folder).stat().st_mode & 0o777 == 0o700


def test_link_is_refused(tmp_path: Path) -> None:
    """A link in the place of the folder is refused, wherever it points."""
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(Unavailable, match="is not a folder"):
        private.private(tmp_path / "link")


def test_file_is_refused(tmp_path: Path) -> None:
    """A file in the place of the folder is refused."""
    (tmp_path / "c").touch()
    with pytest.raises(Unavailable):
        private.private(tmp_path / "c")


def test_folder_of_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that belongs to someone else is refused, and the message says to whom."""
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr("os.getuid", lambda: owner + 1)
    with pytest.raises(Unavailable, match=f"belongs to user {owner}"):
        private.private(tmp_path)


def test_what_all_sessions_share_goes_by_the_user_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job without XDG_RUNTIME_DIR finds the folder that a shell with it has found."""
    before = private.shared()
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/elsewhere")
    assert before == private.shared()


@pytest.mark.parametrize(
    ("user", "usable", "folder"),
    [
        (0, True, "/run/colorunbook"),
        (1000, True, "/run/user/1000/colorunbook"),
        (0, False, "/tmp/colorunbook-0"),
        (1000, False, "/tmp/colorunbook-1000"),
    ],
)
def test_what_all_sessions_share(
    monkeypatch: pytest.MonkeyPatch, user: int, usable: bool, folder: str
) -> None:
    """Below /run where that can be, where no other user can take the name."""
    monkeypatch.setattr(os, "getuid", lambda: user)
    monkeypatch.setattr(os, "access", lambda *_: usable)
    assert Path(folder) == private.shared()
