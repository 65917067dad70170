# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMUs without a machine: nothing but a monitor that answers, and is soon there."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from benchmarks.bare import Bare
from colorunbook.errors import Unavailable
from colorunbook.lab.dpkg import BOUND
from colorunbook.lab.outside import starter
from colorunbook.lab.provision import provision
from colorunbook.lab.tree import QEMU, Tree

_PATIENCE = 60.0
_LOOK = 0.01


@cache
def tree() -> Tree:
    """The QEMU that is measured with; fetched where it is not there yet.

    :raises Unavailable: none can be had.
    """
    return provision(progress=lambda stage, _done, _total: print(stage, file=sys.stderr))


@contextmanager
def bare_machines(count: int, monitors: int = 1) -> Iterator[Sequence[Sequence[Path]]]:
    """So many QEMUs, each with so many monitors; the paths of their sockets.

    :raises Unavailable: none can be had, or one does not come up.
    """
    wrap = starter(tree())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir="/tmp", prefix="crb-")))
        found = []
        for number in range(count):
            paths = [folder / f"{number}.{which}" for which in range(monitors)]
            argv = [QEMU, "-machine", "none", "-nodefaults", "-display", "none"]
            for path in paths:
                argv += ["-qmp", f"unix:{path},server=on,wait=off"]
            process = subprocess.Popen([*BOUND, *wrap("", argv)], stdin=subprocess.DEVNULL)
            stack.callback(_end, process)
            found.append(paths)
        for paths in found:
            _see_up(paths[0])
        yield found


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def _see_up(path: Path) -> None:
    for _ in range(int(_PATIENCE / _LOOK)):
        try:
            with Bare(path):
                return
        except OSError:
            sleep(_LOOK)
    raise Unavailable(f"No QEMU serves {os.fspath(path)} after {_PATIENCE:g} s.")
