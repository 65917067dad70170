# SPDX-License-Identifier: GPL-2.0-or-later
"""A runbook on many pairs at once, in a process of its own, whose memory nothing else has used.

``python -m benchmarks.crowding HOW THINGS SOCKET...``: two sockets a pair. It puts out the seconds
that it took, and the bytes that the process had at the most.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from qemu.qmp import Message, QMPClient

from benchmarks.bare import socket_of
from colorunbook.addresses import UnixMonitor
from colorunbook.book.actions import Qmp
from colorunbook.book.colo import Colo
from colorunbook.book.conditions import guest_is
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Runbook, Step, compose, runbook
from colorunbook.engine.journal import Journal, new_run_id
from colorunbook.engine.local import LocalTransport
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import Payload

COUNT: Final = 5
"""Things that are made on each host, and removed again."""


class Things(Enum):
    """What they are."""

    THREADS = "threads"
    CHARDEVS = "chardevs"
    """As far as the engine knows each may lead to the peer, which is asked before it."""


def _made(things: Things, number: int) -> Iterator[Payload]:
    """The commands that make one, and remove it again."""
    name = f"t{number}"
    match things:
        case Things.THREADS:
            yield Payload("object-add", {"qom-type": "iothread", "id": name})
            yield Payload("object-del", {"id": name})
        case Things.CHARDEVS:
            yield Payload("chardev-add", {"id": name, "backend": {"type": "null", "data": {}}})
            yield Payload("chardev-remove", {"id": name})


def _busy(things: Things, role: Role) -> Runbook:
    @runbook(f"busy-{role.value}", on=role, title=f"Keep the {role.value} busy")
    def busy(_colo: Colo) -> Iterator[Step]:
        """Make some things, and remove them."""
        made = [tuple(_made(things, number)) for number in range(COUNT)]
        for what, payloads in zip(("Make", "Remove"), zip(*made, strict=True), strict=True):
            for number, payload in enumerate(payloads):
                yield Step(f"{what} t{number}", Qmp(payload))

    @busy.ends_when
    def at_rest(_colo: Colo) -> Iterator[Expect]:
        """It runs as before."""
        yield Expect(role, guest_is("running"))

    return busy


def plan_for(pair: Sequence[str], things: Things) -> Plan:
    """The plan for a pair that is reached through two sockets."""
    one, other = (
        Host(f"127.0.0.{n}", "/nowhere", UnixMonitor(path)) for n, path in enumerate(pair, 1)
    )
    busy = compose(
        "busy",
        *(_busy(things, role) for role in Role),
        title="Keep a pair busy",
        summary="Make and remove things.",
    )
    return resolve(busy, Site(one, other), Dialect())


async def by_the_library(plan: Plan, folder: Path | None, number: int) -> None:
    """Run it; with a folder there is a journal."""
    journal = None if folder is None else Journal(folder, plan, f"{new_run_id('busy')}-{number}")
    async with Session(LocalTransport(Path("/nonexistent")), plan.site) as session:
        async for _ in run(plan, session, journal):
            pass
    if journal is not None:
        journal.close()


async def bare(plan: Plan) -> None:
    """Send the same over bare sockets."""
    links = {}
    for role in Role:
        links[role] = await asyncio.open_unix_connection(socket_of(plan.site.host(role)))
        reader, writer = links[role]
        await reader.readline()
        await _send(reader, writer, '{"execute": "qmp_capabilities"}')
    for step in plan.steps:
        if isinstance(step.action, Qmp):
            await _send(*links[step.role], step.action.payload.text)
    for _, writer in links.values():
        writer.close()


async def client(plan: Plan) -> None:
    """Send the same over ``qemu.qmp`` alone."""
    links = {role: QMPClient(role.value) for role in Role}
    for role, link in links.items():
        await link.connect(socket_of(plan.site.host(role)))
    for step in plan.steps:
        if isinstance(step.action, Qmp):
            await links[step.role].execute_msg(Message(step.action.payload.as_json()))
    for link in links.values():
        await link.disconnect()


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(text.encode() + b"\n")
    while "event" in json.loads(await reader.readline()):
        pass


async def crowd(how: str, plans: Sequence[Plan]) -> float:
    """Do all at once; the seconds that it took."""
    with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        kept = Path(folder) if how == "journal" else None
        start = perf_counter()
        if how == "bare":
            await asyncio.gather(*map(bare, plans))
        elif how == "client":
            await asyncio.gather(*map(client, plans))
        else:
            doing = (by_the_library(plan, kept, number) for number, plan in enumerate(plans))
            await asyncio.gather(*doing)
        return perf_counter() - start


def main(how: str, things: str, *sockets: str) -> None:
    """Measure once."""
    pairs = zip(sockets[::2], sockets[1::2], strict=True)
    plans = [plan_for(pair, Things(things)) for pair in pairs]
    seconds = asyncio.run(crowd(how, plans))
    print(json.dumps([seconds, _peak()]))


def _peak() -> int:
    """Not by getrusage: that begins with the memory of whoever has started this process."""
    told = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    return int(told.split()[0]) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
