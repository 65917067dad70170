# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree's programs on the host itself: which words start them."""

from pathlib import Path

import pytest

from colorunbook.errors import Unavailable
from colorunbook.lab.outside import starter
from colorunbook.lab.tree import Tree

HOST = "127.0.0.1"
TOUCH = ("touch", "/x")


def tree(root: Path, *folders: str) -> Tree:
    """A tree whose loader is in the first of these folders of libraries."""
    for folder in folders:
        (root / folder / "x86_64-linux-gnu").mkdir(parents=True)
    (root / folders[0] / "x86_64-linux-gnu/ld-linux-x86-64.so.2").touch()
    return Tree(root, "10.0.13")


@pytest.mark.parametrize(
    "folders", [("usr/lib",), ("lib", "usr/lib")], ids=["with links", "without links"]
)
def test_a_fetched_tree_is_started_by_its_own_loader(
    tmp_path: Path, folders: tuple[str, ...]
) -> None:
    """With its own libraries, wherever its release keeps them, and with its own firmware."""
    wrap = starter(tree(tmp_path, *folders))
    words = list(wrap(HOST, ("qemu-img", "create", "a b")))
    assert words[0] == f"{tmp_path}/{folders[0]}/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    libraries = words[words.index("--library-path") + 1].split(":")
    assert {f"{tmp_path}/{each}/x86_64-linux-gnu" for each in folders} == {*libraries}
    assert [f"{tmp_path}/usr/bin/qemu-img", "create", "a b"] == words[-3:]
    words = list(wrap(HOST, ("qemu-system-x86_64", "-S")))
    assert ["-L", f"{tmp_path}/usr/share/seabios"] == words[-5:-3]
    assert "-S" == words[-1]


def test_modules_are_the_trees_own(tmp_path: Path) -> None:
    """QEMU would look for them on the host."""
    (tmp_path / "usr/lib/x86_64-linux-gnu/qemu").mkdir(parents=True)
    there = Tree(tmp_path, "10.0.13")
    (tmp_path / "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2").touch()
    modules = f"QEMU_MODULE_DIR={tmp_path}/usr/lib/x86_64-linux-gnu/qemu"
    assert ("env", modules) == tuple(starter(there)(HOST, ("qemu-system-x86_64",)))[:2]


def test_the_readers_own_is_started_as_it_is(tmp_path: Path) -> None:
    """And the qemu-img beside it, where there is one."""
    own = Tree(Path("/"), "11.1.3", tmp_path / "q")
    assert (f"{tmp_path}/q", "-S") == tuple(starter(own)(HOST, ("qemu-system-x86_64", "-S")))
    assert ("qemu-img", "info") == tuple(starter(own)(HOST, ("qemu-img", "info")))
    (tmp_path / "qemu-img").touch()
    assert (f"{tmp_path}/qemu-img", "info") == tuple(starter(own)(HOST, ("qemu-img", "info")))


def test_other_commands_are_the_hosts(tmp_path: Path) -> None:
    """Only QEMU's programs are a tree's."""
    trees = (tree(tmp_path, "usr/lib"), Tree(Path("/"), "1.0", tmp_path / "q"))
    for each in (*trees, Tree(Path("/"), "11.1.3")):
        assert TOUCH == tuple(starter(each)(HOST, TOUCH))
    assert ("qemu-img",) == tuple(starter(Tree(Path("/"), "11.1.3"))(HOST, ("qemu-img",)))


def test_a_tree_without_a_loader_is_told(tmp_path: Path) -> None:
    """Somebody has taken it apart."""
    with pytest.raises(Unavailable, match="has no loader"):
        starter(Tree(tmp_path, "10.0.13"))
