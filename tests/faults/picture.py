# SPDX-License-Identifier: GPL-2.0-or-later
"""A pair as its two QEMUs tell it, without what differs from one time to the next."""

import asyncio
import difflib
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

from colorunbook.engine.monitor import QmpMonitor
from colorunbook.engine.transport import Monitor
from colorunbook.errors import ColorunbookError, StepFailed
from colorunbook.hosts import Host
from colorunbook.qemu.payload import Json, Payload, as_objects, is_object
from tests.faults.graph import graph
from tests.faults.stage import Stage

Picture = tuple[str, ...]
"""Lines: what is where, and how it is."""

AT_REST = 20.0
"""How long a pair may take to come to rest, in seconds."""

_ANSWER = 15.0
_PAUSE = 0.1
_PASSING = ("colo", "finish-migrate", "restore-vm", "save-vm")
_TIMES = 200
_CHANGES = {"thread-id"}
_PORT = re.compile(r":(\d+)(?![\d.])")
_FIXED = range(9000, 10000)


async def picture(stage: Stage) -> Picture:
    """What both QEMUs say now."""
    lines: list[str] = []
    found = {host: stage.lab.qemu_of(host) for host in stage.hosts}
    alive = {host: process.pid for host, process in found.items() if process is not None}
    for host in stage.hosts:
        bereft = len(alive) < len(found)
        told = await _host(stage, host, bereft=bereft) if host in alive else ["no QEMU"]
        lines += [f"{host.address}: {line}" for line in told]
    for pid in [*alive.values()][:1]:
        lines += [f"the pair: listens at {address}" for address in _listening(pid)]
    return tuple(line.replace(str(stage.lab.world.runtime), "LAB") for line in lines)


async def at_rest(stage: Stage) -> Picture:
    """The picture of a pair that does not change any more, between two checkpoints."""
    end = time.monotonic() + AT_REST
    last = await picture(stage)
    while time.monotonic() < end:
        await asyncio.sleep(_PAUSE)
        now = await picture(stage)
        if now == last:
            break
        last = now
    return last


async def difference(stage: Stage, wanted: Picture) -> str:
    """What a pair, once it is at rest, differs in from a picture; empty: nothing."""
    end = time.monotonic() + AT_REST
    while True:
        now = await picture(stage)
        if now == wanted:
            return ""
        if time.monotonic() > end:
            lines = difflib.unified_diff(wanted, now, "undisturbed", "disturbed", n=0, lineterm="")
            return "\n".join(line for line in lines if not line.startswith("@@"))
        await asyncio.sleep(_PAUSE)


async def _host(stage: Stage, host: Host, *, bereft: bool) -> list[str]:
    try:
        monitor = await stage.lab.transport.connect(host, _ANSWER)
    except ColorunbookError as error:
        return [f"a QEMU that does not answer: {error.message}"]
    try:
        return await _lines(monitor, bereft=bereft)
    except ColorunbookError as error:
        return [f"a QEMU that fell silent: {error.message}"]
    finally:
        await monitor.close()


async def _lines(monitor: QmpMonitor, *, bereft: bool) -> list[str]:
    status = await _status(monitor)
    if bereft and status == "colo":
        status = "running"  # by chance its peer has died in a checkpoint
    colo = await _ask(monitor, "query-colo-status")
    side, last, reason = (_member(colo, name) for name in ("mode", "last-mode", "reason"))
    migration = await _ask(monitor, "query-migrate")
    capabilities = as_objects(await _ask(monitor, "query-migrate-capabilities"))
    switched_on = sorted(str(c.get("capability")) for c in capabilities if c.get("state"))
    parameters = _pairs(await _ask(monitor, "query-migrate-parameters"))
    nodes = await _ask(monitor, "query-named-block-nodes", flat=True)
    trees = graph(await _ask(monitor, "x-debug-query-block-graph"), nodes)
    jobs = _each(await _ask(monitor, "query-jobs"), "id", "type", "status")
    exports = _each(await _ask(monitor, "query-block-exports"), "id", "type")
    return [
        f"guest {status}",
        f"COLO {side}, last {last}, {reason}",
        f"migration {_member(migration, 'status')}",
        f"capabilities {switched_on}",
        *(f"parameter {line}" for line in parameters),
        *(f"disk {line}" for line in trees),
        *[f"object {line}" async for line in _objects(monitor)],
        *(f"chardev {line}" for line in _chardevs(await _ask(monitor, "query-chardev"))),
        *(f"job {line}" for line in jobs),
        *(f"export {line}" for line in exports),
    ]


async def _status(monitor: Monitor) -> Json:
    """What the guest does, between two checkpoints."""
    status: Json = None
    for _ in range(_TIMES):
        status = _member(await _ask(monitor, "query-status"), "status")
        if status not in _PASSING:
            break
        await asyncio.sleep(_PAUSE / 10)
    return status


async def _objects(monitor: Monitor) -> AsyncIterator[str]:
    found = as_objects(await _ask(monitor, "qom-list", path="/objects"))
    for each in sorted(found, key=lambda part: str(part.get("name"))):
        kind, name = str(each.get("type")), str(each.get("name"))
        if not kind.startswith("child<"):
            continue
        path = f"/objects/{name}"
        told: list[str] = []
        for part in as_objects(await _ask(monitor, "qom-list", path=path)):
            member = str(part.get("name"))
            if member not in _CHANGES:
                value = await _ask(monitor, "qom-get", path=path, property=member)
                told.append(f"{member}={value}")
        yield f"{name} {kind} {', '.join(sorted(told))}"


async def _ask(monitor: Monitor, query: str, **arguments: Json) -> Json:
    """A reply; an error is told as one."""
    try:
        return await monitor.execute(Payload(query, {**arguments}), _ANSWER)
    except StepFailed as error:
        return f"({error.message})"


def _chardevs(reply: Json) -> list[str]:
    found = [f"{c.get('label')} {_ports(str(c.get('filename')))}" for c in as_objects(reply)]
    return sorted(found)


def _ports(text: str) -> str:
    """Only the ports that the pair was given; the others are as the kernel likes."""

    def port(match: re.Match[str]) -> str:
        return match[0] if int(match[1]) in _FIXED else ":*"

    return _PORT.sub(port, text)


def _each(reply: Json, *members: str) -> list[str]:
    return sorted(" ".join(str(part.get(name)) for name in members) for part in as_objects(reply))


def _pairs(reply: Json) -> list[str]:
    return sorted(f"{name}={value}" for name, value in reply.items()) if is_object(reply) else []


def _member(reply: Json, name: str) -> Json:
    return reply.get(name) if is_object(reply) else reply


def _listening(pid: int) -> list[str]:
    """Where somebody listens in the network of the lab: nobody is disturbed by looking."""
    return sorted({line for name in ("tcp", "tcp6") for line in _sockets(pid, name)})


def _sockets(pid: int, name: str) -> list[str]:
    try:
        lines = Path(f"/proc/{pid}/net/{name}").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    listening = (line.split() for line in lines if line.split()[3] == "0A")
    return [_address(words[1]) for words in listening]


def _address(text: str) -> str:
    address, _, port = text.partition(":")
    octets = [str(octet) for octet in reversed(bytes.fromhex(address))]
    return f"{'.'.join(octets) if len(octets) == 4 else address}:{int(port, 16)}"
