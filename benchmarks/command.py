# SPDX-License-Identifier: GPL-2.0-or-later
"""What one command costs, by the engine and by what it is built upon."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from time import perf_counter

from qemu.qmp import QMPClient

from benchmarks.bare import Bare
from benchmarks.effort import Effort
from benchmarks.machines import bare_machines
from benchmarks.row import Row
from benchmarks.taking import Measure, clocked, in_turn
from colorunbook.engine.monitor import QmpMonitor, open_monitor
from colorunbook.qemu.payload import Payload

BATCH = 200
_QUESTION = Payload("query-status")


def rows(effort: Effort) -> Iterator[Row]:
    """One command after the other, to one QEMU, over a monitor each."""
    with bare_machines(1, monitors=3) as ((first, second, third),), asyncio.Runner() as runner:
        monitor = runner.run(open_monitor("the benchmark's QEMU", str(first), 10))
        client = runner.run(_client(second))
        ours = _batch(runner, lambda: monitor.execute(_QUESTION, 30))
        theirs = _batch(runner, lambda: client.execute(_QUESTION.execute))
        what = "one QMP command through the engine"
        taken = in_turn(effort.rounds(50), ours, theirs)
        yield Row("command/engine", what, "qemu.qmp alone", 1.2, *taken)
        with Bare(third) as bare:
            floor = clocked(lambda: bare.execute(_QUESTION.text), times=BATCH)
            taken = in_turn(effort.rounds(30), ours, floor)
        yield Row("command/bare", what, "a blocking socket", None, *taken)
        runner.run(_close(monitor, client))


async def _client(path: Path) -> QMPClient:
    client = QMPClient("bench")
    await client.connect(str(path))
    return client


async def _close(monitor: QmpMonitor, client: QMPClient) -> None:
    await monitor.close()
    await client.disconnect()


def _batch(runner: asyncio.Runner, command: Callable[[], Awaitable[object]]) -> Measure:
    async def send() -> float:
        start = perf_counter()
        for _ in range(BATCH):
            await command()
        return (perf_counter() - start) / BATCH

    return lambda: runner.run(send())
