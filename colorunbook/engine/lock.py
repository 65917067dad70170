# SPDX-License-Identifier: GPL-2.0-or-later
"""One run at a time on one pair.

Each QEMU that a run speaks to or starts has a file, which the run locks. The kernel lets go of it
when the process ends, however it ends. The file stays: to remove it would let two runs lock two
files of one name.
"""

import contextlib
import dataclasses
import datetime
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from colorunbook.addresses import TcpMonitor, UnixMonitor
from colorunbook.engine.private import private, state
from colorunbook.engine.whoami import user
from colorunbook.errors import Refused, Unavailable
from colorunbook.hosts import Host
from colorunbook.qemu.payload import Json, JsonObject, is_object


@dataclass(frozen=True, slots=True)
class About:
    """The run that wants a pair for itself.

    :param run: its journal's name; empty: it is a dry run, and has none.
    :param runbook: what it does.
    """

    run: str
    runbook: str


@contextlib.contextmanager
def hold(hosts: Iterable[Host], about: About, folder: Path | None = None) -> Iterator[None]:
    """Keep every other run of this user away from some QEMUs.

    :param hosts: of the QEMUs that are spoken to or started.
    :param folder: where the locks lie; without it below the state folder, where all sessions of
        this user look.
    :raises Refused: another run has one of them; none is held then.
    :raises Unavailable: there is no place for the locks.
    """
    try:
        where = private(folder or state() / "locks")
    except Unavailable as error:
        raise Unavailable(
            f"There is no place for what keeps two runs apart. {error.message}",
            f"{error.advice} XDG_STATE_HOME can name another place, the same one for all "
            "sessions.".lstrip(),
        ) from error
    with contextlib.ExitStack() as held:
        # In order, so that of two runs one always gets what it needs.
        for name in sorted({name for host in hosts for name in _names(host)}):
            held.enter_context(_held(where / f"{name}.lock", about))
        yield


def take(fd: int) -> bool:
    """Lock an open file until it is closed; tell whether nobody else had locked it.

    Where the file system knows no locks, nobody has.
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def is_taken(fd: int) -> bool:
    """Tell whether a process has locked the file that is open here."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(fd, fcntl.LOCK_UN)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _names(host: Host) -> Iterator[str]:
    """What the locks of a host are called: one a monitor, however the monitor is spelled.

    The folder may be one that several machines share, and each has monitors of its own.
    """
    parts = [getattr(host, part.name) for part in dataclasses.fields(host)]
    keys = {_key(part) for part in parts if isinstance(part, UnixMonitor | TcpMonitor)}
    for key in keys or {f"host:{host.address.removesuffix('.').lower()}"}:
        yield hashlib.sha256(f"{os.uname().nodename} {key}".encode()).hexdigest()[:32]


def _key(monitor: UnixMonitor | TcpMonitor) -> str:
    if isinstance(monitor, UnixMonitor):
        return f"unix:{os.path.realpath(monitor.path)}"
    return str(monitor).lower()


@contextlib.contextmanager
def _held(path: Path, about: About) -> Iterator[None]:
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"The lock {path} cannot be opened: {error.strerror}.") from error
    try:
        if not take(fd):
            raise _refusal(about, fd)
        _sign(fd, about)
        yield
        _sign(fd, None)
    finally:
        os.close(fd)


def _sign(fd: int, about: About | None) -> None:
    """Leave word of who holds it; where the disk is full, it is held all the same."""
    with contextlib.suppress(OSError):
        os.ftruncate(fd, 0)
        if about is not None:
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            holder = {"pid": os.getpid(), "user": user(), "since": now}
            os.pwrite(fd, json.dumps({**dataclasses.asdict(about), **holder}).encode(), 0)


def _refusal(about: About, fd: int) -> Refused:
    begin = f"{about.runbook} is refused, and nothing was sent: "
    held = _holder(fd)
    told = [held.get(name) for name in ("run", "runbook", "pid", "user", "since")]
    if None in told:
        return Refused(f"{begin}another run has just begun on this pair.", "Say it again later.")
    run, runbook, pid, name, since = told
    which, far = (
        (f"run {run}", f"; 'colorunbook history {run}' tells how far it is")
        if run
        else ("a dry run", "")
    )
    return Refused(
        f"{begin}{which} of {runbook}, process {pid} of {name}, has held this pair since {since}.",
        f"Wait until it has ended{far}.",
    )


def _holder(fd: int) -> JsonObject:
    try:
        held: Json = json.loads(os.pread(fd, 4096, 0))
    except (OSError, ValueError):
        return {}
    return held if is_object(held) else {}
