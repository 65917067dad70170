# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a QEMU lives."""

from pathlib import Path

import pytest

from colorunbook.lab.tree import Tree, version_in


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("QEMU emulator version 11.1.3 (Debian 1:11.1.3+ds-1~bpo13+1)\nCopyright", "11.1.3"),
        ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\n", "7.2.22"),
        ("QEMU emulator version 10.2\n", "10.2"),
        ("command not found", None),
        ("", None),
    ],
)
def test_version(printed: str, version: str | None) -> None:
    """The version is read from the first line, and its absence is not an error."""
    assert version_in(printed) == version


def test_host_is_the_root_folder() -> None:
    """The tree at / is the host's own."""
    assert Tree(Path("/"), "11.1.3").is_host
    assert not Tree(Path("/somewhere"), "11.1.3").is_host


def test_the_readers_own_is_not_the_hosts(tmp_path: Path) -> None:
    """It takes the place of the host's, and is no version of the host's packages."""
    assert not Tree(Path("/"), "11.1.3", tmp_path / "qemu").is_host


def test_tools_that_take_the_place_of_the_trees(tmp_path: Path) -> None:
    """A QEMU is called by the document's name; of the two that may be beside it, the nearer."""
    there, link = tmp_path / "build/my-qemu", tmp_path / "link"
    there.parent.mkdir()
    there.touch()
    link.symlink_to(there)
    assert {} == Tree(tmp_path, "1.0").tools
    assert {"qemu-system-x86_64": link} == Tree(Path("/"), "11.1.3", link).tools
    (there.parent / "qemu-img").touch()
    assert there.parent / "qemu-img" == Tree(Path("/"), "11.1.3", link).tools["qemu-img"]
    (tmp_path / "qemu-img").touch()
    assert tmp_path / "qemu-img" == Tree(Path("/"), "11.1.3", link).tools["qemu-img"]


def test_has_looks_below_the_root(tmp_path: Path) -> None:
    """A path is looked up as seen from inside."""
    (tmp_path / "usr").mkdir()
    assert Tree(tmp_path, "1.0").has("/usr")
    assert not Tree(tmp_path, "1.0").has("/tmp")
