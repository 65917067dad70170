# SPDX-License-Identifier: GPL-2.0-or-later
"""The hosts of a site on this machine: processes are started and monitors opened from here."""

import asyncio
import re
import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from colorunbook.addresses import Door, StdioMonitor, TcpMonitor, UnixMonitor, parse_ip
from colorunbook.book.machines import TCP_TABLES, NobodyListens
from colorunbook.book.ports import Knock
from colorunbook.engine.doors import accepts, knock_from, knock_here, meet_at_port, meet_at_socket
from colorunbook.engine.logs import Logs
from colorunbook.engine.monitor import QmpMonitor, open_monitor
from colorunbook.engine.process import Qemu
from colorunbook.engine.program import run_to_its_end
from colorunbook.engine.transport import Output
from colorunbook.errors import Busy, StepFailed, Unavailable
from colorunbook.hosts import Host
from colorunbook.qemu.argv import PROGRAM
from colorunbook.qemu.dialect import Version

Wrap = Callable[[str, Sequence[str]], Sequence[str]]
"""From a host's address and a command to the words that start the command there."""

_PROC_NET = Path("/proc/net")
_START = 15.0
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
        self._logs = Logs(logs)
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
        wrote = self._logs.last_words(host)
        raise Unavailable(f"The QEMU of {host.address} has ended; its last words: {wrote}")

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
        return await accepts(host.monitor)

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
        words = enter(host.address, question)
        return await run_to_its_end(words, question[0], host.address, within)

    async def shell(self, host: Host, argv: Sequence[str], within: float) -> Output:
        """Run one command; see :meth:`colorunbook.engine.transport.Transport.shell`."""
        return await run_to_its_end(self._wrap(host.address, argv), argv[0], host.address, within)

    async def launch(self, host: Host, argv: Sequence[str]) -> str:
        """Start a QEMU; see :meth:`colorunbook.engine.transport.Transport.launch`."""
        log = self._logs.new(host)
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
        return f"process {qemu.pid}, its messages in {self._logs.of(host)}"

    def log_of(self, host: Host) -> Path:
        """The file for what the QEMU of a host writes."""
        return self._logs.of(host)

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
                return await _open_in_turn(f"the monitor {monitor}", path, within)
            case TcpMonitor(address, port) as monitor:
                return await open_monitor(f"the monitor {monitor}", (address, port), within)

    async def _see_it_start(self, host: Host, qemu: Qemu) -> None:
        """Wait until the monitor accepts, or a moment where there is no socket to try."""
        loop = asyncio.get_running_loop()
        end = loop.time() + (0.3 if isinstance(host.monitor, StdioMonitor) else _START)
        while loop.time() < end:
            if qemu.has_ended:
                raise StepFailed(f"QEMU ended at once: {self._logs.last_words(host)}")
            if await accepts(host.monitor):
                return
            await asyncio.sleep(0.02)
        if not isinstance(host.monitor, StdioMonitor):
            wrote = self._logs.last_words(host)
            raise StepFailed(f"After {_START:g} s QEMU does not serve {host.monitor}: {wrote}")


async def _open_in_turn(name: str, path: str, within: float) -> QmpMonitor:
    """Open a session when there is room for one more to wait: one that was given up waits as well,
    until QEMU looks.
    """
    end = asyncio.get_running_loop().time() + within
    while True:
        try:
            return await open_monitor(name, path, within)
        except Busy:
            if asyncio.get_running_loop().time() > end:
                raise
        await asyncio.sleep(_POLL)
