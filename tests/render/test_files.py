# SPDX-License-Identifier: GPL-2.0-or-later
"""Files are compared, then written whole or not at all."""

import errno
import os
import stat
from pathlib import Path

import pytest

from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.files import Change, read, write, write_bytes
from colorunbook.render.rst import render


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    """A page lands where it belongs, even where nothing was before."""
    page = tmp_path / "docs" / "system" / "page.rst"
    write([Change(page, None, "text\n")])
    assert page.read_text(encoding="utf-8") == "text\n"
    assert [path.name for path in page.parent.iterdir()] == ["page.rst"]


def test_a_file_that_is_right_is_left_alone(tmp_path: Path) -> None:
    """Not even the time of a right file changes."""
    page = tmp_path / "page.rst"
    page.write_text("text\n", encoding="utf-8")
    os.utime(page, (1, 1))
    write([Change(page, "text\n", "text\n")])
    assert page.stat().st_mtime == 1


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    """A file that others may read can still be read by them."""
    page = tmp_path / "page.rst"
    page.write_text("old", encoding="utf-8")
    page.chmod(0o640)
    write([Change(page, "old", "new")])
    assert stat.S_IMODE(page.stat().st_mode) == 0o640


def test_a_link_is_followed(tmp_path: Path) -> None:
    """What a link points to is written; the link stays one."""
    real, link = tmp_path / "real.rst", tmp_path / "link.rst"
    real.write_text("old", encoding="utf-8")
    link.symlink_to(real)
    write([Change(link, "old", "new")])
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"


def test_the_diff_is_a_patch() -> None:
    """A change is shown as what patch(1) reads, a missing line feed included."""
    assert Change(Path("a.rst"), "one\ntwo", "one\n2\n").diff.splitlines() == [
        "--- a.rst",
        "+++ a.rst",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "\\ No newline at end of file",
        "+2",
    ]
    assert Change(Path("a.rst"), None, "one\n").diff.startswith("--- /dev/null\n+++ a.rst\n")
    assert Change(Path("a.rst"), "one\n", "one\n").diff == ""


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of space, the page is as it was, nothing lies beside it, and the error says so."""
    page = tmp_path / "page.rst"
    page.write_text("old", encoding="utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"No space left on device.*Make room"):
        write([Change(page, "old", "new")])
    assert page.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_a_file_where_a_folder_has_to_be(tmp_path: Path) -> None:
    """A file called docs is not overwritten, and the error names it."""
    docs = tmp_path / "docs"
    docs.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"docs/system/.* cannot be read: Not a directory"):
        render(docs, Site(), Dialect())
    assert docs.read_text(encoding="utf-8") == "mine"


def test_a_folder_where_a_file_has_to_be(tmp_path: Path) -> None:
    """A folder called like the page is not touched."""
    (tmp_path / "system" / "qemu-colo.rst").mkdir(parents=True)
    with pytest.raises(InputError, match=r"Is a directory\. Move that folder away\."):
        render(tmp_path, Site(), Dialect())


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    """Bytes that are no text are not taken for an old page."""
    page = tmp_path / "page.rst"
    page.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        read(page)


def test_a_folder_one_may_not_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without permission the error says what to do instead."""

    def refuse(_path: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match=r"Permission denied\. Choose a folder"):
        write([Change(tmp_path / "page.rst", None, "new")])
    assert list(tmp_path.iterdir()) == []


def test_bytes_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves the old file and nothing beside it."""
    path = tmp_path / "x"
    write_bytes(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"/x cannot be written: No space left"):
        write_bytes(path, b"new")
    assert ([path], b"old") == (list(tmp_path.iterdir()), path.read_bytes())


def test_a_device_is_written_to_and_never_replaced() -> None:
    """As it is when it cannot be written."""
    device = Path("/dev/full")
    with pytest.raises(InputError, match="/dev/full cannot be written: No space left"):
        write_bytes(device, b"new")
    assert device.is_char_device()
