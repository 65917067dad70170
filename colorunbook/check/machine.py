# SPDX-License-Identifier: GPL-2.0-or-later
"""One host of a check: a real shell that the text is typed into, and the QMP session of its QEMU.

As the document has it, QEMU speaks QMP on its standard input and output: what is typed after the
command that starts it goes to its monitor.
"""

import asyncio
import contextlib
import socket
from pathlib import Path
from signal import SIGSTOP
from zlib import crc32

import psutil

from colorunbook.check.adapt import Adaptation
from colorunbook.engine.monitor import QmpMonitor, open_monitor
from colorunbook.engine.private import create
from colorunbook.engine.process import Qemu
from colorunbook.errors import ColorunbookError, StepFailed, Unavailable
from colorunbook.lab.pair import Lab
from colorunbook.lab.waking import kill

GREETING = 15.0
MOMENT = 1.0
"""How long a QEMU that was started is watched, in seconds: one whose options are wrong ends."""

SHELL = 60.0

_BOUNDED = ("setpriv", "--no-new-privs", "--bounding-set=-all,+net_admin", "--inh-caps=-all", "--")
"""What a document's text runs under: root in the lab could make the disk below it writable again.

QEMU's bridge helper has to make a tap.
"""


class Machine:
    """A host of a lab.

    :param address: its address, as the text has it.
    """

    def __init__(self, lab: Lab, address: str, adapt: Adaptation) -> None:
        self.address = address
        self.begun = 0
        self.negotiated = False
        self._lab = lab
        self._adapt = adapt
        self._prelude: list[str] = []
        self._started_by = 0
        self._qemu: Qemu | None = None
        self._link: socket.socket | None = None
        self._monitor: QmpMonitor | None = None
        self._second: QmpMonitor | None = None

    async def assign(self, line: str) -> str:
        """Type an assignment; later commands of this host see it."""
        said = await self.shell(line)
        self._prelude.append(line)
        return said

    async def shell(self, line: str) -> str:
        """Type a command and wait for its end.

        :raises StepFailed: its exit status is not 0.
        """
        done = self._lab.world.run(self._words(line), seconds=SHELL)
        said = (done.stdout + done.stderr).strip()
        if done.returncode:
            raise StepFailed(f"the shell ended with {done.returncode}: {_last(said)}")
        return said

    async def launch(self, line: str, number: int) -> str:
        """Type the command that starts QEMU, and leave it running.

        :param number: the line of the document that the command stands in.
        :raises StepFailed: it ended at once.
        """
        await self.end()
        self._started_by = number
        ours, theirs = socket.socketpair()
        command = self._lab.world.command(self._words(line))
        with theirs, create(self._log) as log:
            end = theirs.fileno()
            self._qemu = Qemu.start(command, stdin=end, stdout=end, stderr=log.fileno())
        self._link = ours
        if await _ends(ours):
            raise StepFailed(f"QEMU ended at once: {self.last_words}")
        return f"process {self._qemu.pid}"

    async def monitor(self) -> QmpMonitor:
        """The session with its QEMU; its negotiation is left to the text.

        :raises Unavailable: no QEMU was started, or it ended; the message has its last words.
        """
        if self._monitor is None:
            if self._link is None:
                raise Unavailable(f"No QEMU was started on {self.address}.")
            name = f"the QEMU of {self.address}"
            try:
                self._monitor = await open_monitor(name, self._link, GREETING, negotiate=False)
            except Unavailable as error:
                raise Unavailable(
                    f"{error.message} Line {self._started_by} had started it; its last words: "
                    f"{self.last_words}"
                ) from error
            self.begun = 0
        return self._monitor

    async def second_monitor(self) -> QmpMonitor:
        """A session with its second monitor, which takes commands out of band.

        :raises Unavailable: it cannot be opened.
        """
        if self._second is None:
            name = f"the second monitor of the QEMU of {self.address}"
            self._second = await open_monitor(name, str(self._socket), GREETING)
        return self._second

    @property
    def session(self) -> QmpMonitor | None:
        """The session with its QEMU, where one is open."""
        return self._monitor

    def mark(self) -> None:
        """Let later waits look only at what happens from now on."""
        if self._monitor is not None:
            self.begun = len(self._monitor.events)

    def stop(self) -> None:
        """Let its QEMU do nothing any more; its connections stay open.

        :raises StepFailed: none runs.
        """
        running = self._processes()
        if not running:
            raise StepFailed(f"no QEMU runs on {self.address} any more: {self.last_words}")
        for process in running:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(SIGSTOP)

    async def kill(self) -> None:
        """End its QEMU as a power cut would.

        :raises StepFailed: none runs, so the text's procedure has no pair to be for.
        """
        running = self._processes()
        if not running:
            raise StepFailed(f"no QEMU runs on {self.address} any more: {self.last_words}")
        await self.end()

    async def end(self) -> None:
        """Leave nothing of its QEMU behind."""
        kill(self._processes())
        for monitor in (self._monitor, self._second):
            if monitor is not None:
                with contextlib.suppress(ColorunbookError):
                    await monitor.close()
        if self._link is not None:
            self._link.close()
        self._monitor = self._second = self._link = None
        self.negotiated = False

    @property
    def pid(self) -> int | None:
        """The process of its QEMU; ``None``: none runs."""
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.name().startswith(("qemu-system", "ld-linux")):
                    return process.pid
        return None

    def _processes(self) -> list[psutil.Process]:
        if self._qemu is None or self._qemu.has_ended:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self._qemu.pid).children(recursive=True)
        return []

    def _words(self, line: str) -> tuple[str, ...]:
        return (*_BOUNDED, "bash", "-eu", str(self._script(line)))

    def _script(self, line: str) -> Path:
        """The text so far, as the shell gets it: assignments, then the line."""
        script = self._lab.world.runtime / f"{self._name}.sh"
        with create(script) as stream:  # never through a link that an earlier line has put there
            stream.write("\n".join([*self._prelude, self._adapt(line, self._socket), ""]).encode())
        return script

    @property
    def _socket(self) -> Path:
        return self._lab.world.runtime / f"{crc32(self.address.encode()):08x}.qmp"

    @property
    def _log(self) -> Path:
        return self._lab.world.runtime / f"{self._name}.log"

    @property
    def _name(self) -> str:
        return self.address.replace(":", "_")

    @property
    def last_words(self) -> str:
        """The last thing that its QEMU wrote, warnings aside."""
        with contextlib.suppress(OSError):
            return _last(self._log.read_text(errors="replace"))
        return "none"


async def _ends(link: socket.socket) -> bool:
    """Tell whether the other end is closed within a moment; one that greets is not."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(link, news.set)
    try:
        async with asyncio.timeout(MOMENT):
            await news.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(link)
    try:
        # What comes is looked at and left there: the greeting is for the session.
        return not link.recv(1, socket.MSG_PEEK)
    except ConnectionError:
        return True


def _last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if "warning:" not in line]
    return lines[-1] if lines else "none"
