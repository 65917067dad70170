# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab's world: a process tree, a network and a view of the disk of its own, without root.

Two worlds side by side never meet, and nothing of a world outlives its keeper. Commands are put
into it from outside, so that they are ordinary child processes of whoever starts them.
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, TypeAlias

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab.cables import Cables
from colorunbook.lab.life import Life
from colorunbook.lab.own import search_path
from colorunbook.lab.tree import PATH, Tree

if TYPE_CHECKING:  # a run in a lab needs neither, and starts sooner
    import psutil
    from filelock import FileLock

#: The file in the runtime folder by which a later command finds the world.
RECORD = "world.json"

#: How long another may keep the folder of labs to itself, in seconds.
_LOCKED = 40.0

#: What a child process may be given as one of its streams.
Stream: TypeAlias = int | IO[bytes] | None

_ENVIRONMENT = ("HOME=/root", "LANG=C.UTF-8")
_BIND = ("setpriv", "--pdeathsig", "KILL", "--")
"""What is behind it ends with the process that has started it."""


@dataclass(frozen=True, slots=True)
class World:
    """A world that stands. :func:`colorunbook.lab.genesis.create` makes one.

    As a context manager it is closed at the end.

    :ivar tree: where its QEMU comes from.
    :ivar runtime: its runtime folder, the same path inside and outside.
    :ivar keeper: its process 1.
    :ivar tap_refusal: why QEMU cannot have a tap in it, as a sentence; empty when it can.
    :ivar cables: what joins its two hosts; ``None``: they have one network.
    """

    tree: Tree
    runtime: Path
    keeper: Life
    tap_refusal: str = ""
    cables: Cables | None = None
    _starter: subprocess.Popen[bytes] | None = field(default=None, repr=False, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def tap(self) -> bool:
        """Whether a network card of QEMU can have a tap in it; it was tried."""
        return not self.tap_refusal

    @property
    def is_alive(self) -> bool:
        """Whether it still stands."""
        return not self.keeper.is_over

    def command(
        self, argv: Sequence[str], *, address: str | None = None, cwd: str = "/"
    ) -> tuple[str, ...]:
        """The words that run ``argv`` inside when they are run outside.

        The environment inside is a clean one. Whoever kills the outer process kills the inner
        one with it, the hard way; to be gentle, signal the inner one (:meth:`processes`).

        :param address: the host on whose network it runs; it matters where there are two.
        :param cwd: the working directory, as seen from inside.
        """
        network = self._network_of(address)
        enter = (
            shutil.which("nsenter", path=PATH) or "nsenter",
            f"--target={self.keeper.pid}",
            *("--user", "--preserve-credentials", "--mount", network, "--pid", "--root", "--"),
        )
        environment = (f"PATH={search_path(self.tree, self.runtime)}", *_ENVIRONMENT)
        return (*enter, "env", "-i", f"--chdir={cwd}", *environment, *_BIND, *argv)

    def net_command(self, argv: Sequence[str], *, address: str | None = None) -> tuple[str, ...]:
        """The words that run ``argv``, a command of the outside, in the network of the inside.

        Only the network is the inside's: programs and files are those of the outside. It ends when
        the process does that has started it, whichever way.

        :param address: as of :meth:`command`.
        """
        enter = shutil.which("nsenter", path=PATH) or "nsenter"
        spaces = ("--user", "--preserve-credentials", self._network_of(address))
        return (enter, f"--target={self.keeper.pid}", *spaces, "--", *_BIND, *argv)

    def net_folder(self, address: str) -> Path | None:
        """The folder in which the kernel shows the network of a host, without entering it.

        ``None``: nobody is known who is always in that network.
        """
        own = self.cables is None or address != self.cables.far
        return Path(f"/proc/{self.keeper.pid}/net") if own else None

    def popen(
        self,
        argv: Sequence[str],
        *,
        address: str | None = None,
        cwd: str = "/",
        stdin: Stream = subprocess.DEVNULL,
        stdout: Stream = None,
        stderr: Stream = None,
    ) -> subprocess.Popen[bytes]:
        """Start ``argv`` inside, in a session of its own: Ctrl-C does not reach it.

        :raises Unavailable: the world has ended.
        """
        self._must_stand()
        return subprocess.Popen(
            self.command(argv, address=address, cwd=cwd),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={"PATH": PATH},
            cwd="/",
            start_new_session=True,
        )

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        address: str | None = None,
        cwd: str = "/",
        stdin: Stream = subprocess.DEVNULL,
        stdout: Stream = None,
        stderr: Stream = None,
    ) -> asyncio.subprocess.Process:
        """:meth:`popen`, for an event loop.

        :raises Unavailable: the world has ended.
        """
        self._must_stand()
        return await asyncio.create_subprocess_exec(
            *self.command(argv, address=address, cwd=cwd),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={"PATH": PATH},
            cwd="/",
            start_new_session=True,
        )

    def run(
        self,
        argv: Sequence[str],
        *,
        address: str | None = None,
        cwd: str = "/",
        seconds: float = 30.0,
    ) -> subprocess.CompletedProcess[str]:
        """Run ``argv`` inside to its end, whatever its exit status, and keep what it printed.

        :raises TimedOut: it did not end within ``seconds``; it has been killed.
        :raises Unavailable: the world has ended.
        """
        pipe = subprocess.PIPE
        with self.popen(argv, address=address, cwd=cwd, stdout=pipe, stderr=pipe) as child:
            try:
                out, err = child.communicate(timeout=seconds)
            except subprocess.TimeoutExpired as error:
                child.kill()
                raise TimedOut(f"{argv[0]} did not end within {seconds:g} s.") from error
            except BaseException:
                child.kill()  # or leaving the with would wait for it
                raise
        return subprocess.CompletedProcess(
            list(argv), child.returncode, out.decode(errors="replace"), err.decode(errors="replace")
        )

    def processes(self) -> "tuple[psutil.Process, ...]":
        """The processes that live in it, without its keeper, numbered as outside."""
        import psutil

        ours = _pid_namespace(self.keeper.pid)
        if ours is None or not self.is_alive:
            return ()
        found = []
        for pid in psutil.pids():
            if pid != self.keeper.pid and _pid_namespace(pid) == ours:
                with suppress(psutil.NoSuchProcess):
                    process = psutil.Process(pid)
                    if process.status() != psutil.STATUS_ZOMBIE:
                        found.append(process)
        return tuple(found)

    def close(self) -> None:
        """End everything in it, wait until it is really gone, and remove its runtime folder.

        :raises TimedOut: the kernel did not let it go within twice
            :data:`colorunbook.lab.ending.PATIENCE`.
        """
        from colorunbook.lab import ending

        ending.end(self.keeper)
        if self._starter is not None:
            if self._starter.stdin is not None:
                self._starter.stdin.close()
            self._starter.wait()
        with exclusive(self.runtime.parent):
            # Another may have swept it meanwhile, and even have made one of the same name.
            if keeper_of(self.runtime) in (None, self.keeper):
                with suppress(FileNotFoundError):
                    shutil.rmtree(self.runtime)

    def save(self) -> None:
        """Write the record by which :func:`find` finds this world."""
        record = {
            "root": str(self.tree.root),
            "version": self.tree.version,
            "binary": None if self.tree.binary is None else str(self.tree.binary),
            "pid": self.keeper.pid,
            "born": self.keeper.born,
            "boot": self.keeper.boot,
            "tap_refusal": self.tap_refusal,
            "cables": None if self.cables is None else asdict(self.cables),
        }
        fresh = self.runtime / f".{RECORD}"
        fresh.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        fresh.replace(self.runtime / RECORD)

    def _network_of(self, address: str | None) -> str:
        """The word that leads ``nsenter`` into the network of a host, or of the client."""
        if self.cables is None or address is None:
            return "--net"
        return self.cables.network_of(address, self.keeper)

    def _must_stand(self) -> None:
        if not self.is_alive:
            raise Unavailable(f"The lab in {self.runtime} has ended.", "Start it again.")


def exclusive(labs: Path) -> "FileLock":
    """What is held while folders of labs come and go.

    :param labs: the folder that they are in.
    """
    from filelock import FileLock

    return FileLock(labs / ".lock", timeout=_LOCKED, mode=0o600)


def find(runtime: Path) -> World | None:
    """The world whose record is in ``runtime``, or nothing if none stands there any more."""
    world = recorded(runtime)
    return world if world is not None and world.is_alive else None


def recorded(runtime: Path) -> World | None:
    """The world whose record is in ``runtime``, whether it stands or not; ``None``: no record."""
    keeper = keeper_of(runtime)
    if keeper is None:
        return None
    try:
        told = json.loads((runtime / RECORD).read_text(encoding="utf-8"))
        binary = None if told.get("binary") is None else Path(told["binary"])
        tree = Tree(Path(told["root"]), str(told["version"]), binary)
        cables = None if told.get("cables") is None else Cables.read(told["cables"])
        return World(tree, runtime, keeper, str(told["tap_refusal"]), cables)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keeper_of(runtime: Path) -> Life | None:
    """The keeper of the world whose record is in ``runtime``; ``None``: it has none.

    Every colorunbook records it alike, whatever else a world of its time has.
    """
    try:
        told = json.loads((runtime / RECORD).read_text(encoding="utf-8"))
        return Life(int(told["pid"]), int(told["born"]), str(told["boot"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _pid_namespace(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/ns/pid").readlink()
    except OSError:
        return None
