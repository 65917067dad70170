# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting: for events as they come, for states as QEMU tells them, always with a bound."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from colorunbook.book.conditions import (
    READY,
    Checkpoints,
    Condition,
    EventSeen,
    HostCondition,
    Probe,
    StatusIs,
)
from colorunbook.engine.standstill import Bound, CopyWatch, MigrationWatch
from colorunbook.engine.transport import Monitor
from colorunbook.errors import StepFailed
from colorunbook.qemu.payload import Json, JsonObject, Payload, as_objects, is_object

REPLY = 30.0
"""How long one reply may take, in seconds."""

_DEAD_ENDS = {"query-migrate": ("failed", "cancelled", "completed")}
"""States that no waiting leads out of."""

_CANCELLED = "BLOCK_JOB_CANCELLED"
_ENDS_OF_A_JOB = ("BLOCK_JOB_COMPLETED", _CANCELLED)
_SHORTEST = 0.1
_LATE = 0.02
_SOON, _SELDOM = 0.005, 0.2
"""From one look at a state to the next, in seconds, where no event comes: at least, at most."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A condition holds; what was there."""

    text: str


@dataclass(frozen=True, slots=True)
class Nearer:
    """A condition does not hold yet; how far it has come."""

    done: int
    total: int


async def wait(
    monitor: Monitor,
    condition: Condition,
    within: float,
    since: int,
    heed: Callable[[], None] = lambda: None,
) -> AsyncIterator[Nearer | Seen]:
    """Wait until a condition holds; the last value tells what was seen.

    :param within: the bound, in seconds, as in :class:`~colorunbook.book.actions.Await`.
    :param since: events before this index are not looked at.
    :param heed: called between two looks; what it raises ends the wait.
    :raises TimedOut: it does not hold in time, or what would bring it about stands still.
    :raises StepFailed: it can no longer come to hold.
    """
    bound = Bound(condition, within)
    match condition:
        case EventSeen():
            waiting = _event(monitor, condition, since, bound)
        case Checkpoints(count):
            waiting = _checkpoints(monitor, count, since)
        case _:
            waiting = _probe(monitor, condition, bound)
    last = "nothing"
    async for news in waiting:
        match news:
            case Nearer() | Seen():
                yield news
            case str():
                last = news or last
        if isinstance(news, Seen):
            return
        heed()
        bound.hold(last)


async def ask(
    monitor: Monitor, probe: Probe | HostCondition, end: float | None = None
) -> tuple[bool, str]:
    """Ask a probe's questions once: whether it holds, and what was seen.

    An error reply is an answer: the thing that was asked for is not there.

    :param end: when the replies have to be there, by the clock of the event loop.
    :raises TypeError: it is not for a QEMU to answer; see :mod:`colorunbook.engine.asking`.
    """
    if isinstance(probe, HostCondition):
        raise TypeError(f"{type(probe).__name__} is asked of a host")
    replies: list[Json] = []
    for question in probe.questions:
        try:
            replies.append(await monitor.execute(question, _left(end)))
        except StepFailed as error:
            return False, error.message
    return probe.holds(replies), probe.seen(replies)


async def pace(primary: Monitor) -> float:
    """Ask a primary for the longest time between two checkpoints, in seconds."""
    told = await primary.execute(Payload("query-migrate-parameters"), REPLY)
    delay = told.get("x-checkpoint-delay") if is_object(told) else None
    return delay / 1000 if isinstance(delay, int) else 20


def count_checkpoints(events: Sequence[JsonObject], since: int) -> int:
    """Count the pairs of ``STOP`` and ``RESUME`` from an index on."""
    stopped, count = False, 0
    for event in events[since:]:
        if event.get("event") == "STOP":
            stopped = True
        elif event.get("event") == "RESUME" and stopped:
            stopped, count = False, count + 1
    return count


async def _event(
    monitor: Monitor, condition: EventSeen, since: int, bound: Bound
) -> AsyncIterator[Nearer | Seen | str]:
    at = since
    watch = CopyWatch(condition, bound)
    while True:
        for event in monitor.events[at:]:
            if condition.matches(event):
                yield Seen(condition.event)
            _give_up_on(condition, event)
        at = max(at, len(monitor.events))
        if await monitor.next_event(at, 0.2):
            yield ""
        else:
            query = Payload("query-block-jobs")
            reply = await monitor.execute(query, _left(bound.end))
            if len(monitor.events) == at:
                watch.see(reply)
            jobs = as_objects(reply)
            for job in jobs:
                done, total = job.get("offset"), job.get("len")
                if isinstance(done, int) and isinstance(total, int):
                    yield Nearer(done, total)
            yield f"jobs {jobs}" if jobs else ""


async def _checkpoints(
    monitor: Monitor, count: int, since: int
) -> AsyncIterator[Nearer | Seen | str]:
    while True:
        done = count_checkpoints(monitor.events, since)
        if done >= count:
            yield Seen(f"{done} checkpoints")
        for event in monitor.events[since:]:
            if event.get("event") == "COLO_EXIT":
                raise StepFailed(f"COLO has ended after {done} checkpoints: {event.get('data')}.")
        yield Nearer(done, count)
        yield f"{done} of {count} checkpoints"
        await monitor.next_event(len(monitor.events), 0.5)


async def _probe(
    monitor: Monitor, probe: Probe | HostCondition, bound: Bound
) -> AsyncIterator[Nearer | Seen | str]:
    clock = asyncio.get_running_loop().time
    start = clock()
    watch = MigrationWatch(probe, bound)
    while True:
        holds, seen = await ask(monitor, probe, bound.end)
        if holds:
            yield Seen(seen)
        if isinstance(probe, StatusIs) and seen in _DEAD_ENDS.get(probe.query, ()):
            told = await monitor.execute(Payload(probe.query), _left(bound.end))
            why = told.get("error-desc") if is_object(told) else None
            raise StepFailed(f"{probe.query} says {seen}{f': {why}' if why else ''}.")
        if watch.is_wanted:
            watch.see(await monitor.execute(Payload("query-migrate"), _left(bound.end)))
        yield seen
        # Of a state without an event it is known late, but by no more than a part of the wait.
        pause = min(max((clock() - start) * _LATE, _SOON), _SELDOM)
        await monitor.next_event(len(monitor.events), pause)


def _left(end: float | None) -> float:
    """How long one reply may take when all have to be there at a time."""
    if end is None:
        return REPLY
    return min(REPLY, max(_SHORTEST, end - asyncio.get_running_loop().time()))


def _give_up_on(condition: EventSeen, event: JsonObject) -> None:
    """A job that has ended will not become ready, and one that has failed has not ended well."""
    wanted, data = dict(condition.data), event.get("data")
    job = wanted.get("device", wanted.get("id"))
    if event.get("event") not in _ENDS_OF_A_JOB or not is_object(data) or data.get("device") != job:
        return
    if condition.event == READY:
        raise StepFailed(f"The job {job} ended: {data.get('error', 'before it was ready')}.")
    if "error" in data or event.get("event") == _CANCELLED:
        why = data.get("error", "it was broken off")
        raise StepFailed(f"The job {job} has failed: {why}. The disks are not equal.")
