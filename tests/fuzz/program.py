# SPDX-License-Identifier: GPL-2.0-or-later
"""The program, started as a person starts it but inside this process, and shut off from the world.

It finds no programs, no network and no labs: whatever is typed, nothing of this machine is touched.
"""

import gc
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Protocol
from unittest.mock import patch

from colorunbook.book.conditions import Condition
from colorunbook.cli import app, main
from colorunbook.engine.transport import Monitor
from colorunbook.engine.waits import Nearer, Seen, wait
from tests.fuzz.cases import Case
from tests.fuzz.lying import LyingServer, lying

BOUND = 20.0
"""How long an input may take before it counts as a hang, in seconds."""

SOCKET = "q"

_SHORT = {"CONNECT": 0.25, "REPLY": 0.15, "SETTLE": 0.3, "YANK": 0.15, "FREE": 0.15}
"""Bounds of the engine, in seconds, wherever in it they are used by these names."""

_PLACES = (
    "colorunbook.engine.lock.shared",
    "colorunbook.engine.private.shared",
    "colorunbook.lab.runtime.base",
)
"""Who tells where the labs and the locks of a user are; those that are there."""

_SHORTEST_WAIT = 0.3
_MAY_START = {"true"}
_NOWHERE = (socket.AF_INET, socket.AF_INET6)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended.

    :ivar code: the exit code; ``None``: it did not end within :data:`BOUND`.
    :ivar changed: the files that are not as they were before, or are new.
    :ivar received: what the monitor was sent, in order.
    :ivar replied: what a QEMU would have replied to each.
    """

    code: int | None
    out: str
    err: str
    seconds: float
    changed: tuple[str, ...]
    received: tuple[str, ...] = ()
    replied: tuple[str, ...] = ()


class _Hangs(BaseException):
    pass


def do(case: Case) -> Outcome:
    """Do what a case says, in a folder of its own."""
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as made, ExitStack() as stack:
        folder = Path(made)
        work = folder / "work"
        work.mkdir()
        for name, text in case.files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(text.encode("latin-1"))
        before = _seen(folder)
        stack.enter_context(_sealed(folder))
        server = None
        if case.monitor:
            server = stack.enter_context(lying(work / SOCKET, case.monitor, case.lies))
        words = [word.replace("{q}", str(work / SOCKET)) for word in case.argv]
        code, out, err, seconds = _run(words, case.stdin.encode("latin-1"))
        after = _seen(folder)
        changed = [n for n in sorted(before | after) if before.get(n) != after.get(n)]
        heard = _heard(server) if server else ((), ())
        return Outcome(code, out, err, seconds, tuple(changed), *heard)


def _heard(server: LyingServer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    assert not server.defects, server.defects[0]
    return tuple(server.received), tuple(map(repr, server.replied))


def _run(words: list[str], stdin: bytes) -> tuple[int | None, str, str, float]:
    # As a terminal in UTF-8 would have them.
    told, said = io.BytesIO(), io.BytesIO()
    out = io.TextIOWrapper(told, "utf-8", "strict", write_through=True)
    err = io.TextIOWrapper(said, "utf-8", "backslashreplace", write_through=True)
    given = io.TextIOWrapper(io.BytesIO(stdin), "utf-8", "strict")
    app.registered_commands.clear()
    app.registered_groups.clear()
    gc.freeze()  # or each look for what is left over would be one at all of the tests
    begun, code = time.perf_counter(), None
    with (
        patch.multiple(sys, argv=["colorunbook", *words], stdin=given, stdout=out, stderr=err),
        patch("colorunbook.cli.app._told", []),
    ):
        try:
            with _alarm():
                main()
                code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except _Hangs:
            code = None
        except BaseException as error:
            print(f"Traceback of what came through: {error!r}", file=err)
            code = 20
        seconds = time.perf_counter() - begun
        gc.collect()  # a task whose failure nobody has looked at says so now
        gc.unfreeze()
    texts = [stream.getvalue().decode("utf-8", "replace") for stream in (told, said)]
    return code, texts[0], texts[1], seconds


@contextmanager
def _alarm() -> Iterator[None]:
    kept = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise _Hangs

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, BOUND, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def _sealed(folder: Path) -> Iterator[None]:
    """A folder to be in, a home, and a machine without programs, network and labs."""
    home, here = folder / "home", Path.cwd()
    home.mkdir()
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        **{f"XDG_{name}_HOME": str(home / name.lower()) for name in ("STATE", "CACHE", "CONFIG")},
    }
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, environment, clear=True))
        stack.enter_context(patch("subprocess._fork_exec", _no_fork))
        stack.enter_context(patch("os.posix_spawnp", _no_program))
        stack.enter_context(patch("socket.socket.connect", _no_network))
        stack.enter_context(patch("socket.getaddrinfo", _no_names))
        for place in _PLACES:
            name, _, function = place.rpartition(".")
            if find_spec(name) and function in vars(import_module(name)):
                stack.enter_context(patch(place, lambda: home / "runtime"))
        for place, value in _shortened():
            stack.enter_context(patch(place, value))
        os.chdir(folder / "work")
        try:
            yield
        finally:
            os.chdir(here)


class _Fork(Protocol):
    def __call__(self, args: Sequence[str], *more: object) -> int: ...


_forks: _Fork = vars(subprocess)["_fork_exec"]


def _no_fork(args: Sequence[str], *more: object) -> int:
    if args[0] not in _MAY_START:
        raise FileNotFoundError(2, "No such file or directory", args[0])
    return _forks(args, *more)


def _no_program(name: str, *_more: object, **_named: object) -> int:
    raise FileNotFoundError(2, "No such file or directory", name)


def _no_network(self: socket.socket, address: str | bytes | tuple[str, int]) -> None:
    if self.family in _NOWHERE:
        raise ConnectionRefusedError(111, "Connection refused")
    super(socket.socket, self).connect(address)


def _no_names(host: object, *_more: object, **_named: object) -> list[object]:
    raise socket.gaierror(-2, "Name or service not known")


def _shortened() -> Iterator[tuple[str, object]]:
    """Each bound of the engine, and each use of its waiting, with what to put there."""
    import_module("colorunbook.cli.run")
    for name, module in sorted(sys.modules.items()):
        if name.startswith("colorunbook.engine."):
            known = vars(module)
            yield from ((f"{name}.{bound}", v) for bound, v in _SHORT.items() if bound in known)
            if known.get("wait") is wait and name != wait.__module__:
                yield f"{name}.wait", _wait


def _wait(
    monitor: Monitor,
    condition: Condition,
    within: float,
    since: int,
    heed: Callable[[], None] = lambda: None,
) -> AsyncIterator[Nearer | Seen]:
    return wait(monitor, condition, min(within, _SHORTEST_WAIT), since, heed)


def _seen(folder: Path) -> dict[str, str]:
    """Every file and what is in it."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.is_dir():
            found[name] = "a folder"
    return found
