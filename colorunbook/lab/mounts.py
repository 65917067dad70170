# SPDX-License-Identifier: GPL-2.0-or-later
"""What a lab sees of the disk, built inside its own mount namespace.

The tree is bound on a stage, read-only; what must be the lab's own is then mounted over it.
Nothing is written to the tree or to the host, not even as root: where a folder is missing, a
tmpfs is laid over its parent and filled with what was there.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from colorunbook.errors import Unavailable

#: Where the root is built. Only this mount namespace sees it.
STAGE = Path("/mnt")

_HELPER = Path("usr/lib/qemu/qemu-bridge-helper")
_HELPER_ELSEWHERE = ("usr/libexec/qemu-bridge-helper", "usr/lib/qemu-bridge-helper")

_NOSUID, _NODEV, _NOEXEC, _BIND, _REC = 2, 4, 8, 4096, 16384
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _ATTR_RDONLY = 442, -100, 0x8000, 1

_libc = ctypes.CDLL(None, use_errno=True)


def build(tree: Path, runtime: Path, shown: Sequence[Path] = ()) -> Path:
    """Build the lab's root and return where it is; the caller changes its root to it.

    :param tree: the folder that holds the QEMU, or ``/``.
    :param runtime: the runtime folder, seen at the same path inside.
    :param shown: files that are seen inside although their folder is the lab's own there. What
        lies beside them is seen too: all that is in the same folder of ``/tmp``, for instance.
    :raises Unavailable: the kernel refused a mount.
    """
    stage = _Stage(STAGE)
    _bind(tree, STAGE)
    _make_read_only(STAGE)
    if tree != Path("/"):
        _bind(Path("/dev"), stage.room("dev"))
    _mount("proc", stage.room("proc"), "proc", _NOSUID | _NODEV | _NOEXEC)
    if (STAGE / "dev/shm").is_dir():
        stage.tmpfs("dev/shm", "1777")
    for name, mode in (("tmp", "1777"), ("run", "0755"), ("mnt", "0755"), ("etc/qemu", "0755")):
        stage.tmpfs(name, mode, _parts_below(Path("/") / name, shown))
    stage.room("mnt/vms")
    (STAGE / "etc/qemu/bridge.conf").write_text("allow br0\n", encoding="ascii")
    _place_helper(stage)
    _bind(runtime, stage.room(str(runtime.relative_to("/"))))
    return STAGE


def helper_refusal() -> str:
    """Why QEMU has no bridge helper, asked in a root that was built; empty when it has one."""
    if (Path("/") / _HELPER).exists():
        return ""
    return "There is no qemu-bridge-helper on this machine; a distribution's QEMU brings one."


@dataclass(frozen=True, slots=True)
class _Stage:
    """A root under construction.

    :ivar own: the device numbers of the file systems that are the lab's, and may be written.
    """

    root: Path
    own: set[int] = field(default_factory=set)

    def tmpfs(self, name: str, mode: str, kept: Iterable[str] = ()) -> None:
        """Mount a tmpfs on a folder, made if it is missing; it is empty but for what is kept."""
        self._lay(self.room(name), mode, kept)

    def room(self, name: str) -> Path:
        """The folder ``name`` below the root, there at least for the lab."""
        folder = self.root / name
        if not folder.is_dir():
            parent = self.room(str(folder.parent.relative_to(self.root)))
            self.claim(parent)
            folder.mkdir()
        return folder

    def claim(self, folder: Path) -> None:
        """Make a folder the lab's own, by a tmpfs into which all that it holds is bound."""
        if folder.stat().st_dev not in self.own:
            self._lay(folder, "0755", [each.name for each in folder.iterdir()])

    def _lay(self, folder: Path, mode: str, kept: Iterable[str]) -> None:
        below = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        try:
            # The handle goes on showing what the tmpfs hides.
            hidden = Path(f"/proc/self/fd/{below}")
            _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, f"mode={mode}")
            self.own.add(folder.stat().st_dev)
            for name in kept:
                _mirror(hidden / name, folder / name)
        finally:
            os.close(below)


def _place_helper(stage: _Stage) -> None:
    """See to it that the bridge helper, if there is one, is where the document says."""
    helper = stage.root / _HELPER
    if helper.exists():
        return
    for other in _HELPER_ELSEWHERE:
        if (stage.root / other).exists():
            stage.claim(stage.room(str(_HELPER.parent)))
            helper.symlink_to(Path("/") / other)
            return


def _parts_below(folder: Path, files: Sequence[Path]) -> set[str]:
    """The names in ``folder`` that lead to the files."""
    return {each.relative_to(folder).parts[0] for each in files if folder in each.parents}


def _mirror(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    if source.is_dir():
        target.mkdir()
    else:
        target.touch()
    _bind(source, target)


def _bind(source: Path, target: Path) -> None:
    _mount(str(source), target, "", _BIND | _REC)


def _mount(source: str, target: Path, kind: str, flags: int, data: str = "") -> None:
    done: int = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode(),
        ctypes.c_ulong(flags),
        data.encode(),
    )
    if done != 0:
        raise _refused(target, ctypes.get_errno())


def _make_read_only(target: Path) -> None:
    """Make a mount and all below it read-only, where the kernel can (Linux 5.12)."""
    attributes = struct.pack("=QQQQ", _ATTR_RDONLY, 0, 0, 0)
    done: int = _libc.syscall(
        ctypes.c_long(_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(_AT_RECURSIVE),
        attributes,
        ctypes.c_size_t(len(attributes)),
    )
    if done != 0 and ctypes.get_errno() != errno.ENOSYS:
        raise _refused(target, ctypes.get_errno())


def _refused(target: Path, number: int) -> Unavailable:
    seen = Path("/") / target.relative_to(STAGE)
    return Unavailable(f"The lab's {seen} cannot be mounted: {os.strerror(number)}.")
