# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan, done over ``qemu.qmp`` alone: what it costs that the library is built upon it."""

import asyncio
import json
from time import perf_counter

from qemu.qmp import Message, QMPClient

from benchmarks.bare import socket_of
from benchmarks.players import Took
from benchmarks.script import acts
from colorunbook import shelf
from colorunbook.book.actions import Assign, Await, Hmp, Qmp, Yank
from colorunbook.book.conditions import StatusIs
from colorunbook.book.runbook import Step
from colorunbook.hosts import Site
from colorunbook.lab.pair import Lab
from colorunbook.plan import resolve
from colorunbook.qemu.payload import NEGOTIATION, Json, Payload, is_object, read_json


class Client:
    """Sends the payloads of a plan that one QEMU is enough for, and checks nothing."""

    def play(self, lab: Lab, name: str, site: Site) -> Took:
        """Do it, and take every reply for a good one."""
        plan = resolve(shelf.runbook(name), site, lab.dialect)
        (role,) = plan.roles
        return asyncio.run(_play(socket_of(plan.site.host(role)), acts(plan)))


async def _play(path: str, steps: tuple[Step, ...]) -> Took:
    client = QMPClient("bench")
    start = perf_counter()
    await client.connect(path)
    first = perf_counter()
    for step in steps:
        await _do(client, step)
    end = perf_counter()
    await client.disconnect()
    return Took(end - first, end - start)


async def _do(client: QMPClient, step: Step) -> None:
    match step.action:
        case Qmp(payload):
            if payload.execute != NEGOTIATION:
                await _send(client, payload)
        case Hmp() as line:
            await _send(client, line.payload)
        case Yank() as yank:
            found = await _ask(client, yank.question)
            await _send(client, yank.payload(yank.chosen(found)))
        case Await(StatusIs(query, member, value)):
            while True:
                told = await _ask(client, Payload(query))
                if is_object(told) and told.get(member) == value:
                    break
        case Assign():
            pass
        case action:
            raise TypeError(f"one QEMU is not enough for {action}")


async def _ask(client: QMPClient, question: Payload) -> Json:
    return read_json(json.dumps(await _send(client, question)))


async def _send(client: QMPClient, payload: Payload) -> object:
    return await client.execute_msg(Message(payload.as_json()))
