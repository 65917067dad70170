# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree's QEMU on the host itself: no lab, no namespace, only other words to start it by."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from colorunbook.engine.local import Wrap
from colorunbook.errors import Unavailable
from colorunbook.lab.tree import IMG, QEMU, Tree

# Where Debian keeps what QEMU loads into a guest; not every release has all three.
_FIRMWARE = ("usr/share/qemu", "usr/share/seabios", "usr/lib/ipxe/qemu")


def starter(tree: Tree) -> Wrap:
    """Turn the words ``qemu-system-x86_64`` and ``qemu-img`` into those that start this tree's.

    A provisioned tree's programs are started by the tree's own loader, with the tree's libraries;
    a reader's own are started as they are. Other commands stay the host's.

    :raises Unavailable: the tree has no loader.
    """
    if tree.is_host:
        starts: dict[str, tuple[str, ...]] = {}
    elif tree.binary is not None:
        starts = {name: (str(program),) for name, program in tree.tools.items()}
    else:
        starts = _through_loader(tree.root)

    def wrap(_address: str, argv: Sequence[str]) -> Sequence[str]:
        return (*starts.get(argv[0], argv[:1]), *argv[1:])

    return wrap


def _through_loader(root: Path) -> dict[str, tuple[str, ...]]:
    libraries = list(_libraries(root))
    loaders = [each for folder in libraries for each in folder.glob("ld-linux-*.so.*")]
    if not loaders:
        raise Unavailable(f"The tree {root} has no loader.", "Remove it, and it is fetched anew.")
    load = (str(loaders[0]), "--library-path", ":".join(map(str, libraries)))
    modules = next((str(each / "qemu") for each in libraries if (each / "qemu").is_dir()), "")
    firmware = (word for name in _FIRMWARE for word in ("-L", str(root / name)))
    return {
        QEMU: ("env", f"QEMU_MODULE_DIR={modules}", *load, str(root / "usr/bin" / QEMU), *firmware),
        IMG: (*load, str(root / "usr/bin" / IMG)),
    }


def _libraries(root: Path) -> Iterator[Path]:
    """The folders of libraries; older releases have some beside ``usr``, newer ones a link."""
    for parent in (root / "usr/lib", root / "lib"):
        if not parent.is_symlink():
            yield from sorted(parent.glob("*-linux-gnu"))
