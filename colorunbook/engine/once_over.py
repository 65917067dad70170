# SPDX-License-Identifier: GPL-2.0-or-later
"""One look at all that a postcondition asks of QEMU."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from colorunbook.book.conditions import Checkpoints, EventSeen, HostCondition, Probe
from colorunbook.book.phrases import Expect
from colorunbook.engine.freeing import HANGS, Freer
from colorunbook.engine.transport import Monitor
from colorunbook.errors import ColorunbookError, Unavailable
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Json, Payload

_Replies: TypeAlias = Mapping[tuple[Role, str], Json | ColorunbookError]


async def seen_at_once(expects: Sequence[Expect], freer: Freer) -> list[str]:
    """What was seen of the first of some conditions: of so many as hold at one look.

    Each question is sent once, and none waits for the reply to the one before it. Nobody is freed
    for it: where there is no reply soon, nothing was seen, and whoever asks anew does that.
    """
    asked = [*_probes(expects)]
    questions = {(role, q.text): q for role, probe in asked for q in probe.questions}
    roles = {role for role, _ in questions}
    try:
        monitors = {role: await freer.monitor(role) for role in roles}
    except Unavailable:
        return []
    replies = await asyncio.gather(
        *(_reply(monitors[role], question) for (role, _), question in questions.items())
    )
    return [*_holding(asked, dict(zip(questions, replies, strict=True)))]


def _probes(expects: Sequence[Expect]) -> Iterator[tuple[Role, Probe]]:
    """The conditions up to the first one that has to be waited for otherwise."""
    for expect in expects:
        if isinstance(expect.condition, EventSeen | Checkpoints | HostCondition):
            return
        yield expect.role, expect.condition


async def _reply(monitor: Monitor, question: Payload) -> Json | ColorunbookError:
    try:
        return await monitor.execute(question, HANGS)
    except ColorunbookError as error:
        return error


def _holding(asked: Sequence[tuple[Role, Probe]], replies: _Replies) -> Iterator[str]:
    for role, probe in asked:
        found: list[Json] = []
        for question in probe.questions:
            reply = replies[role, question.text]
            if isinstance(reply, ColorunbookError):
                return
            found.append(reply)
        if not probe.holds(found):
            return
        yield probe.seen(found)
