# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a finding is shown: a world of its own, QEMUs in it, and everything written down."""

import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

import psutil

from benchmarks.findings import debugger
from benchmarks.findings.monitor import Ended, Heard, Monitor, Reply, Silent
from benchmarks.findings.record import Attempt, Kind, Line
from colorunbook.errors import Unavailable
from colorunbook.lab.tree import QEMU
from colorunbook.lab.world import World

PATIENCE: Final = 5.0
"""After how many seconds without a reply a QEMU counts as hanging. Each command here takes a few
milliseconds on one that does not."""

_COMES_UP: Final = 30.0
_LOG: Final = 12


@dataclass(slots=True)
class Scene:
    """One attempt on one QEMU, and what was done and seen in it so far.

    :param folder: a private one for sockets and logs; in what is written down it is ``$d``.
    :param debug: gdb may be asked where a QEMU is; it may slow it down.
    """

    world: World
    folder: Path
    debug: bool = False
    lines: list[Line] = field(default_factory=list)
    log: tuple[str, ...] = ()
    backtrace: tuple[str, ...] = ()
    begun: float = field(default_factory=monotonic)

    def note(self, who: str, kind: Kind, text: str) -> None:
        """Write down what was done or seen."""
        at = round(monotonic() - self.begun, 3)
        self.lines.append(Line(at, who, kind, text.replace(str(self.folder), "$d")))

    def seen(self, who: str, text: str) -> None:
        """Write down what was seen."""
        self.note(who, Kind.SEEN, text)

    def outcome(self, text: str, *, shown: bool) -> Attempt:
        """The attempt, over: whether it happened, and what was seen, as a sentence."""
        return Attempt(shown, text, tuple(self.lines), self.log, self.backtrace)

    def greeted(self, name: str) -> bool:
        """Whether a human monitor at a socket in the folder greets who connects to it."""
        self.note("", Kind.SHELL, f"socat -t {PATIENCE:g} - UNIX-CONNECT:$d/{name} < /dev/null")
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            client.connect(str(self.folder / name))
            try:
                text = client.recv(4096).decode(errors="replace").strip()
            except TimeoutError:
                text = ""
        self.seen("", text.splitlines()[0] if text else f"no greeting within {PATIENCE:g} s")
        return bool(text)

    @contextmanager
    def peer(self, address: str, port: int) -> Iterator[None]:
        """Somebody who is connected to a port, and says nothing; at the end the shell closes it."""
        opens, closes = f"exec 3<>/dev/tcp/{address}/{port}", "exec 3>&-"
        self.note("", Kind.SHELL, opens)
        words = ("bash", "-c", f"{opens} && echo open; read -r _")
        pipe = subprocess.PIPE
        with self.world.popen(words, stdin=pipe, stdout=pipe) as shell:
            try:
                if shell.stdout is None or not shell.stdout.readline():
                    raise Unavailable(f"Nobody listens at port {port} of {address}.")
                yield
                shell.communicate(timeout=_COMES_UP)
            finally:
                shell.kill()
        self.note("", Kind.SHELL, closes)

    @contextmanager
    def qemu(self, name: str, *words: str) -> Iterator["Machine"]:
        """A QEMU that serves QMP on its standard input and output, as QEMU's document has it.

        :param words: of its command line, each an option with its value.
        :raises Unavailable: it does not come up.
        """
        argv = [QEMU, "-name", name, "-display", "none", "-qmp", "stdio"]
        argv += [part.replace("$d", str(self.folder)) for w in words for part in shlex.split(w)]
        self.note(name, Kind.SHELL, shlex.join(argv))
        path = self.folder / f"{name}.log"
        pipe = subprocess.PIPE
        with path.open("wb") as log:
            process = self.world.popen(argv, stdin=pipe, stdout=pipe, stderr=log)
        machine = Machine(self, name, process, Monitor(process))
        try:
            machine.negotiate()
            yield machine
        finally:
            self.log = self.log or tail(path)
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None and not stream.closed:
                    stream.close()


@dataclass(slots=True)
class Machine:
    """A QEMU in a scene."""

    scene: Scene
    name: str
    process: "subprocess.Popen[bytes]"
    monitor: Monitor

    def negotiate(self) -> None:
        """Open the session, with commands out of band.

        :raises Unavailable: QEMU does not come up.
        """
        greeting = self.monitor.hear(_COMES_UP, self._came)
        if not isinstance(greeting, Reply):
            log = " ".join(tail(self.scene.folder / f"{self.name}.log"))
            raise Unavailable(f"The QEMU called {self.name} does not come up: {log}")
        self.scene.note(self.name, Kind.CAME, greeting.text)
        self.say('{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}')

    def say(self, row: str, patience: float = PATIENCE) -> Heard:
        """Send a row of QMP and wait for its reply; all that comes is written down."""
        self.scene.note(self.name, Kind.SENT, row)
        self.monitor.send(row)
        return self.hear(patience, oob='"exec-oob"' in row)

    def hear(self, patience: float = PATIENCE, *, oob: bool = False) -> Heard:
        """Wait for the reply to the oldest command that has none.

        :param oob: wait for that of a command out of band.
        """
        heard = self.monitor.hear(patience, self._came, oob=oob)
        match heard:
            case Reply(text=text):
                self._came(text)
            case Silent():
                self.scene.seen(self.name, f"no reply within {patience:g} s")
            case Ended():
                self.scene.seen(self.name, f"QEMU has ended: {self.ending()}")
        return heard

    def sees(self, event: str, patience: float) -> bool:
        """Wait for an event; whether it came is written down."""
        came = self.monitor.event(event, patience, self._came)
        if not came:
            self.scene.seen(self.name, f"no {event} within {patience:g} s")
        return came

    def ending(self) -> str:
        """How its process has ended."""
        code = self.process.wait(PATIENCE)
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    def signal(self, what: signal.Signals) -> None:
        """Send it a signal."""
        self.scene.note(
            self.name,
            Kind.SHELL,
            f"pkill -{what.name.removeprefix('SIG')} -f -- '-name {self.name}'",
        )
        self._inner().send_signal(what)

    def look(self) -> None:
        """Ask gdb, where there is one, what QEMU's main thread is doing."""
        if self.scene.debug:
            self.scene.backtrace = debugger.look(self._inner().pid)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While something is done that may end it: gdb looks on, where there is one."""
        if not self.scene.debug:
            yield
            return
        with debugger.watch(self._inner().pid) as calls:
            yield
        self.scene.backtrace = tuple(calls)

    def _came(self, text: str) -> None:
        self.scene.note(self.name, Kind.CAME, text)

    def _inner(self) -> psutil.Process:
        """Its own process; that which was started is the way into the world."""
        for process in self.scene.world.processes():
            words = process.cmdline()
            if self.name in words and "-qmp" in words and QEMU in Path(words[0]).name:
                return process
        raise Unavailable(f"The QEMU called {self.name} is gone.")


def tail(path: Path) -> tuple[str, ...]:
    """The last lines of a log."""
    return tuple(path.read_text(errors="replace").splitlines()[-_LOG:])
