# SPDX-License-Identifier: GPL-2.0-or-later
"""What a type checker has to find; mypy reads this file, nobody runs it."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import assert_type

import colorunbook as cb
from colorunbook.addresses import StdioMonitor
from colorunbook.engine.fake import FakeMonitor, FakeTransport
from colorunbook.engine.transport import Monitor
from colorunbook.qemu.payload import JsonObject


async def promised(site: cb.Site, transport: cb.Transport, fake: FakeMonitor) -> None:
    """The types of the public names."""
    assert_type(site.host(cb.Role.PRIMARY), cb.Host)
    assert_type(site.primary.monitor, StdioMonitor | cb.UnixMonitor | cb.TcpMonitor)
    assert_type(site.flipped(), cb.Site)
    assert_type(cb.runbooks(), Mapping[str, cb.Runbook])
    book = cb.find_runbook("bring-up")
    assert_type(book, cb.Runbook)
    plan = cb.resolve(book, site, cb.Dialect.of("11.1"))
    assert_type(plan, cb.Plan)
    assert_type(plan.steps, tuple[cb.Step, ...])
    assert_type(plan.ends, tuple[cb.Expect, ...])
    assert_type(plan.digest, str)
    assert_type(plan.as_json(), JsonObject)
    async with cb.Session(transport, site) as session:
        assert_type(await session.monitor(cb.Role.PRIMARY), Monitor)
        assert_type(await session.resolve(book), cb.Plan)
        told = cb.run(plan, session, cb.Journal(Path("/tmp"), plan))
        assert_type(told, AsyncGenerator[cb.Event, None])
    hosts: tuple[cb.Transport, ...] = (cb.LocalTransport(Path("/tmp")), FakeTransport())
    monitor: Monitor = fake
    del hosts, monitor
