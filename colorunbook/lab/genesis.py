# SPDX-License-Identifier: GPL-2.0-or-later
"""How a world comes to be: ``unshare``, a keeper inside, and its word that the world stands."""

import json
import shutil
import socket
import struct
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from colorunbook.errors import InputError, TimedOut, Unavailable
from colorunbook.lab import ending, itself, own
from colorunbook.lab.cables import Cables
from colorunbook.lab.life import Life
from colorunbook.lab.namespaces import refusal
from colorunbook.lab.switch import Spaces
from colorunbook.lab.tree import PATH, Tree
from colorunbook.lab.world import World, exclusive, keeper_of

#: How long a world may take to come to be, in seconds.
PATIENCE = 20.0

#: What the keeper and its ``unshare`` complain into, in the runtime folder.
LOG = "keeper.log"

_UNSHARE = ("--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child")
_CREDENTIALS = struct.Struct("iII")


def create(
    tree: Tree,
    runtime: Path,
    *,
    bound: bool = True,
    addresses: Sequence[str] = ("127.0.0.2",),
    apart: bool = False,
) -> World:
    """Make a world.

    :param tree: where its QEMU comes from.
    :param runtime: its runtime folder (:func:`colorunbook.lab.runtime.folder_of`), made here.
    :param addresses: numeric ones that answer inside, besides 127.0.0.1.
    :param apart: the two addresses are those of two hosts, each with a network of its own.
    :param bound: it ends when this process does, whichever way; otherwise it stays until closed.
    :raises InputError: a world already stands there.
    :raises Unavailable: the machine does not allow it; the message says what, and the fix.
    :raises TimedOut: it did not come to be within :data:`PATIENCE`.
    """
    _must_have(tree)
    with exclusive(runtime.parent):
        if not _is_gone(runtime):
            raise InputError(
                f"The lab {runtime.name} is up already.",
                f"'colorunbook lab down --name {runtime.name}' ends it; or choose another --name.",
            )
        with suppress(FileNotFoundError):
            shutil.rmtree(runtime)
        runtime.mkdir(mode=0o700)
        try:
            own.place(tree, runtime)
            world = _start(tree, runtime, addresses, bound=bound, apart=apart)
            world.save()
        except BaseException:
            shutil.rmtree(runtime)
            raise
    return world


def sweep(labs: Path) -> tuple[str, ...]:
    """Remove what dead worlds have left of their runtime folders, and return their names.

    One whose keeper was killed is helped to its end first: what is stopped in it is woken.

    :param labs: :func:`colorunbook.lab.runtime.labs`; every folder in it is taken for a lab's.
    """
    with exclusive(labs):
        dead = [each for each in labs.iterdir() if each.is_dir() and _is_gone(each)]
        for each in dead:
            shutil.rmtree(each)
    return tuple(sorted(each.name for each in dead))


def _is_gone(runtime: Path) -> bool:
    keeper = keeper_of(runtime)
    return keeper is None or ending.is_gone(keeper)


def _must_have(tree: Tree) -> None:
    for tool in ("unshare", "nsenter", "setpriv", "setsid"):
        if shutil.which(tool, path=PATH) is None:
            raise Unavailable(f"There is no {tool} on this machine.", "Install util-linux.")
    for tool in ("/usr/bin/env", "/usr/bin/setpriv"):
        if not tree.has(tool):
            raise Unavailable(
                f"The tree {tree.root} has no {tool}.", "Install coreutils and util-linux in it."
            )


def _start(
    tree: Tree, runtime: Path, addresses: Sequence[str], *, bound: bool, apart: bool
) -> World:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, (runtime / LOG).open("wb") as log:
        # The kernel then tells with each message which process sent it, numbered as we number.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        with theirs:
            starter = subprocess.Popen(
                (
                    *_starter(bound=bound),
                    *_keeper(tree, runtime, addresses, theirs.fileno(), bound=bound, apart=apart),
                ),
                stdin=subprocess.PIPE if bound else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=itself.environment(),
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        try:
            pid, report = _hear(ours)
            told = _judge(report, runtime)
            if not bound:
                starter.wait()
            keeper = Life.of(pid)
        except BaseException:
            starter.kill()
            starter.communicate()
            raise
    cables = None
    if apart:
        near, far = addresses
        spaces = Spaces(int(told["second"]), int(told["switch"]), int(told["client"]))
        cables = Cables(near, far, spaces)
    return World(tree, runtime, keeper, told["tap_refusal"], cables, starter if bound else None)


def _judge(report: bytes, runtime: Path) -> dict[str, str]:
    """What the keeper tells of the world; or its reason to have failed, as an error."""
    if not report:
        raise refusal((runtime / LOG).read_text(encoding="utf-8", errors="replace"))
    told: dict[str, str] = json.loads(report)
    if "error" in told:
        raise Unavailable(told["error"], told["advice"])
    return told


def _starter(*, bound: bool) -> tuple[str, ...]:
    return (
        ("unshare", *_UNSHARE, "--") if bound else ("setsid", "--fork", "unshare", *_UNSHARE, "--")
    )


def _keeper(
    tree: Tree, runtime: Path, addresses: Sequence[str], ready: int, *, bound: bool, apart: bool
) -> tuple[str, ...]:
    told = (f"--tree={tree.root}", f"--runtime={runtime}", f"--ready={ready}")
    hosts = (f"--address={address}" for address in addresses)
    shown = (f"--show={path}" for path in own.shown(tree))
    ends = ("--bound",) if bound else ()
    kind = ("--apart",) if apart else ()
    return (*itself.words("colorunbook.lab.keeper"), *told, *hosts, *shown, *ends, *kind)


def _hear(channel: socket.socket) -> tuple[int, bytes]:
    """The keeper's pid and its report, empty when it never came to give one."""
    channel.settimeout(PATIENCE)
    try:
        report, extra, _, _ = channel.recvmsg(65536, socket.CMSG_SPACE(_CREDENTIALS.size))
    except TimeoutError as error:
        raise TimedOut(f"The lab's keeper said nothing for {PATIENCE:g} s.") from error
    for level, kind, data in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return _CREDENTIALS.unpack(data)[0], report
    return 0, report
