# SPDX-License-Identifier: GPL-2.0-or-later
"""The hosts of a site on this machine: processes are started and monitors opened from here."""

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from typing import BinaryIO

from colorunbook.book.machines import TCP_TABLES, NobodyListens
from colorunbook.book.ports import Knock
from colorunbook.engine.doors import knock_from, knock_here, meet_at_port, meet_at_socket
from colorunbook.engine.monitor import QmpMonitor, open_monitor
from colorunbook.engine.private import create, private
from colorunbook.engine.process import Qemu
from colorunbook.engine.transport import Output
from colorunbook.errors import StepFailed, TimedOut, Unavailable
from colorunbook.hosts import (
    Door,
    Host,
    Monitor,
    StdioMonitor,
    TcpMonitor,
    UnixMonitor,
    parse_ip,
)
from colorunbook.qemu.argv import PROGRAM
from colorunbook.qemu.dialect import Version

Wrap = Callable[[str, Sequence[str]], Sequence[str]]
"""From a host's address and a command to the words that start the command there."""

_PROC_NET = Path("/proc/net")
_START = 15.0
_GREET = 1.0
_POLL = 0.05
_VERSION = re.compile(r"version ([0-9]+\.[0-9]+\.[0-9]+)")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        return f"{path}: {error.strerror}\n"


def as_it_is(_address: str, argv: Sequence[str]) -> Sequence[str]:
    """Start a command as it stands."""
    return argv


class LocalTransport:
    """Starts processes and opens monitors.

    :param logs: the folder for what each QEMU writes; made when it is first needed.
    :param wrap: the words that start a command of a host: somewhere else on this machine, as in a
        lab, or by other means, as the QEMU of a tree.
    :param net: the words that give a command of this machine a lab's network; ``None``: the
        hosts are in this machine's own.
    :param tables: the folder in which the kernel shows a host's network, where it can be read from
        outside of that; with ``net`` and without it each look enters the lab.
    :param whole: the hosts of the site have no other machine than this one, whatever they are
        called, as in a lab.
    """

    def __init__(
        self,
        logs: Path,
        wrap: Wrap = as_it_is,
        *,
        net: Wrap | None = None,
        tables: Callable[[str], Path | None] | None = None,
        whole: bool = False,
    ) -> None:
        self._logs = logs
        self._wrap = wrap
        self._net = net
        self._tables = tables or (lambda _: _PROC_NET if net is None else None)
        self._whole = whole
        self._qemus: dict[str, Qemu] = {}
        self._stdio: dict[str, socket.socket] = {}

    async def connect(self, host: Host, within: float) -> QmpMonitor:
        """Open a QMP session; see :meth:`colorunbook.engine.transport.Transport.connect`."""
        qemu = self._qemus.get(host.address)
        opening = asyncio.create_task(self._open(host, within))
        try:
            while qemu is not None and not opening.done() and not qemu.has_ended:
                await asyncio.wait((opening,), timeout=_POLL)
            if qemu is None or not qemu.has_ended:
                return await opening
        except Unavailable:
            await asyncio.sleep(_POLL)  # its socket ends a moment before the process does
            if qemu is None or not qemu.has_ended:
                raise
        finally:
            if not opening.done():
                opening.cancel()
                await asyncio.wait((opening,))
        raise Unavailable(f"The QEMU of {host.address} has ended: {self._last_words(host)}")

    async def qemu_version(self, host: Host) -> Version:
        """Ask the program itself; see :class:`colorunbook.engine.transport.Transport`."""
        output = await self.shell(host, (PROGRAM, "--version"), 20)
        match = _VERSION.search(output.text)
        if output.status or match is None:
            raise Unavailable(
                f"{PROGRAM} does not run on this machine: {output.text.strip()[-200:]}",
                "Install QEMU, or use a lab.",
            )
        return Version.parse(match[1])

    async def runs(self, _host: Host, argv: Sequence[str]) -> bool:
        """Look for it; see :meth:`colorunbook.engine.transport.Transport.runs`."""
        from colorunbook.engine import processes

        return bool(processes.started_with(argv))

    async def end(self, _host: Host, argv: Sequence[str]) -> None:
        """End it; see :meth:`colorunbook.engine.transport.Transport.end`."""
        from colorunbook.engine import processes

        await asyncio.to_thread(processes.end, argv)

    async def serves(self, host: Host) -> bool:
        """Try it; see :meth:`colorunbook.engine.transport.Transport.serves`."""
        return await _accepts(host.monitor)

    async def meet(self, host: Host, within: float) -> Knock:
        """Try the monitor; see :meth:`colorunbook.engine.transport.Transport.meet`."""
        match host.monitor:
            case StdioMonitor():
                return Knock.SILENT
            case UnixMonitor(path):
                return await meet_at_socket(path, within)
            case TcpMonitor(address, port):
                door = Door(address, port)
                if self._net is None:
                    return await meet_at_port(door, within)
                return (await self.knock(host, (door,), within))[0]

    async def knock(self, host: Host, doors: Sequence[Door], within: float) -> tuple[Knock, ...]:
        """Try ports; see :meth:`colorunbook.engine.transport.Transport.knock`."""
        if self._net is None:
            return await knock_here(doors, within)
        return await knock_from(partial(self._net, host.address), doors, within)

    def sees_all(self, host: Host) -> bool:
        """Tell it; see :meth:`colorunbook.engine.transport.Transport.sees_all`."""
        ip = parse_ip(host.address)
        return self._whole or (ip is not None and ip.is_loopback)

    async def tcp_tables(self, host: Host, within: float) -> Output:
        """Read them; see :meth:`colorunbook.engine.transport.Transport.tcp_tables`."""
        folder = self._tables(host.address)
        if folder is not None:
            return Output(0, "".join(_text_of(folder / Path(each).name) for each in TCP_TABLES))
        (question,) = NobodyListens(()).questions
        enter = self._net or as_it_is
        return await self._run(host, question, enter(host.address, question), within)

    async def shell(self, host: Host, argv: Sequence[str], within: float) -> Output:
        """Run one command; see :meth:`colorunbook.engine.transport.Transport.shell`."""
        return await self._run(host, argv, self._wrap(host.address, argv), within)

    async def _run(
        self, host: Host, argv: Sequence[str], words: Sequence[str], within: float
    ) -> Output:
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(
                f"{argv[0]} cannot be started on this machine: {error.strerror}.",
                "Install it, or use a lab.",
            ) from error
        try:
            async with asyncio.timeout(within):
                text, _ = await process.communicate()
        except TimeoutError:
            await _kill(process)
            raise TimedOut(
                f"Within {within:g} s {argv[0]} did not end on {host.address}."
            ) from None
        except asyncio.CancelledError:
            await _kill(process)
            raise
        return Output(process.returncode or 0, text.decode(errors="replace"))

    async def launch(self, host: Host, argv: Sequence[str]) -> str:
        """Start a QEMU; see :meth:`colorunbook.engine.transport.Transport.launch`."""
        log = self._new_log(host)
        ours, theirs = socket.socketpair()
        with theirs, log:
            stdio = isinstance(host.monitor, StdioMonitor)
            source = theirs.fileno() if stdio else None
            target = theirs.fileno() if stdio else log.fileno()
            try:
                words = self._wrap(host.address, argv)
                qemu = Qemu.start(words, stdin=source, stdout=target, stderr=log.fileno())
            except OSError as error:
                ours.close()
                raise StepFailed(f"{argv[0]} cannot be started: {error.strerror}.") from error
        if stdio:
            self._stdio[host.address] = ours
        else:
            ours.close()
        self._qemus[host.address] = qemu
        await self._see_it_start(host, qemu)
        return f"process {qemu.pid}, its messages in {self.log_of(host)}"

    def log_of(self, host: Host) -> Path:
        """The file for what the QEMU of a host writes."""
        return self._logs / f"qemu-{re.sub(r'[^0-9A-Za-z.]', '_', host.address)}.log"

    def close(self) -> None:
        """Let go of the processes' pipes; the processes go on."""
        for link in self._stdio.values():
            link.close()

    async def _open(self, host: Host, within: float) -> QmpMonitor:
        match host.monitor:
            case StdioMonitor():
                if host.address not in self._stdio:
                    raise Unavailable(
                        f"The QEMU of {host.address} speaks QMP on its standard input and output, "
                        "which belong to whoever started it.",
                        "Name another monitor, as in --primary-qmp unix:PATH.",
                    )
                name, address = f"the QEMU of {host.address}", self._stdio[host.address]
                return await open_monitor(name, address, within)
            case UnixMonitor(path) as monitor:
                return await open_monitor(f"the monitor {monitor}", path, within)
            case TcpMonitor(address, port) as monitor:
                return await open_monitor(f"the monitor {monitor}", (address, port), within)

    async def _see_it_start(self, host: Host, qemu: Qemu) -> None:
        """Wait until the monitor accepts, or a moment where there is no socket to try."""
        loop = asyncio.get_running_loop()
        end = loop.time() + (0.3 if isinstance(host.monitor, StdioMonitor) else _START)
        while loop.time() < end:
            if qemu.has_ended:
                raise StepFailed(f"QEMU ended at once: {self._last_words(host)}")
            if await _accepts(host.monitor):
                return
            await asyncio.sleep(0.02)
        if not isinstance(host.monitor, StdioMonitor):
            raise StepFailed(
                f"After {_START:g} s QEMU does not serve {host.monitor}: {self._last_words(host)}"
            )

    def _new_log(self, host: Host) -> BinaryIO:
        path = self.log_of(host)
        try:
            return create(private(self._logs) / path.name)
        except Unavailable as error:
            raise Unavailable(error.message, f"QEMU's messages go there. {error.advice}") from error
        except OSError as error:
            raise Unavailable(
                f"{path} cannot be written: {error.strerror}.", "QEMU's messages go there."
            ) from error

    def _last_words(self, host: Host) -> str:
        with contextlib.suppress(OSError):
            lines = self.log_of(host).read_text(errors="replace").strip().splitlines()
            if lines:
                return lines[-1]
        return "it wrote nothing."


async def _kill(process: asyncio.subprocess.Process) -> None:
    """End a command with everything that it has started, which may hold its output open."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GREET):
            await process.wait()


async def _accepts(monitor: Monitor) -> bool:
    """Tell whether somebody listens, without waiting for a greeting."""
    match monitor:
        case StdioMonitor():
            return False
        case UnixMonitor(path):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.setblocking(False)
            with link:
                try:
                    await asyncio.get_running_loop().sock_connect(link, path)
                except OSError:
                    return False
                return True
        case TcpMonitor(address, port):
            try:
                async with asyncio.timeout(_GREET):
                    _, writer = await asyncio.open_connection(address, port)
            except OSError:  # a time-out among them
                return False
            writer.close()
            return True
