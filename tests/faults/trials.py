# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done at one point, and when it counts as survived."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from colorunbook.engine.events import (
    Event,
    StepDone,
    StepSkipped,
    StepStarted,
    UndoDone,
    UndoFailed,
)
from colorunbook.engine.manner import Manner, on_failure
from colorunbook.errors import ColorunbookError
from colorunbook.hosts import Host
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Dialect
from tests.faults.chapters import CHAPTERS, Chapter
from tests.faults.picture import Picture, at_rest, difference
from tests.faults.points import Kind, Point
from tests.faults.recovery import LOST, fail_over
from tests.faults.stage import Stage

BOUND = 150.0
"""How long a run with a fault in it may take, in seconds: a wait that sees that nothing comes on
(60), a reply that does not come (30), the same for the account, and what is taken back.
"""

WHOLE = 600.0
"""How long one point may take with all that belongs to it, in seconds."""


class LostError(Exception):
    """A point that was not survived; the text is its evidence."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it was at one point.

    :ivar evidence: empty where it was survived.
    :ivar seconds: how long the run with the fault in it took.
    :ivar told: how that run ended.
    """

    point: Point
    evidence: str
    seconds: float
    told: str = ""


async def undisturbed(stage: Stage, point: Point) -> Picture:
    """The picture of a pair after a runbook in which nothing went wrong."""
    chapter = CHAPTERS[point.name]
    await _begin(stage, chapter, point)
    await stage.act(chapter.name, stage.site, point.edition)
    await stage.play(chapter.epilogue, point.edition)
    return await at_rest(stage)


async def attempt(stage: Stage, point: Point, wanted: Picture) -> Outcome:
    """Try one point.

    :param wanted: the picture of the undisturbed pair.
    """
    record = Record()
    try:
        async with asyncio.timeout(WHOLE):
            await _TRIALS[point.kind](stage, point, wanted, record)
    except TimeoutError:
        return Outcome(point, f"it took more than {WHOLE:g} s", record.seconds, record.ending)
    except (LostError, ColorunbookError, RuntimeError) as error:
        where = "" if isinstance(error, LostError) else f"{type(error).__name__}: "
        advice = f" {error.advice}" if isinstance(error, ColorunbookError) else ""
        evidence = f"{where}{error}{advice}\n{record.ending}\n{stage.last_words()}".strip()
        return Outcome(point, evidence, record.seconds, record.ending)
    finally:
        for host in stage.hosts:
            stage.go_on(host)
    return Outcome(point, "", record.seconds, record.ending)


@dataclass(slots=True)
class Record:
    """What is known of the run with the fault in it."""

    seconds: float = 0.0
    ending: str = ""
    last: int = 0
    undone: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


async def _engine_killed(stage: Stage, point: Point, wanted: Picture, record: Record) -> None:
    chapter = CHAPTERS[point.name]
    await _begin(stage, chapter, point)
    died = await stage.start_victim(point.name, point.edition, point.step, point.moment.value)
    if died.status != -signal.SIGKILL:
        raise LostError(f"the victim did not die, it ended with {died.status}: {died.text}")
    await _finish(stage, point, wanted, record)


async def _finish(stage: Stage, point: Point, wanted: Picture, record: Record) -> None:
    """Run it by the command line, and see that it ends where one ends that nothing disturbed."""
    start = time.monotonic()
    ended = await stage.again(point.name, point.edition)
    record.seconds = max(record.seconds, time.monotonic() - start)
    if ended.status:
        raise LostError(f"the second run ended with {ended.status}:\n{ended.text}")
    await stage.play(CHAPTERS[point.name].epilogue, point.edition)
    differs = await difference(stage, wanted)
    if differs:
        raise LostError(f"the second run ended elsewhere:\n{differs}")


async def _peer_killed(stage: Stage, point: Point, _wanted: Picture, record: Record) -> None:
    await _disturbed(stage, point, record, lambda pair: stage.kill(pair.peer), on_failure)
    await _later_failover(stage, point)


async def _peer_stopped(stage: Stage, point: Point, _wanted: Picture, record: Record) -> None:
    plan = _plan(stage, point)
    peer = plan.site.host(plan.steps[point.step - 1].role.other)
    await _disturbed(stage, point, record, lambda pair: stage.stop(pair.peer), on_failure)
    stage.kill(peer)  # as a fence does
    await _later_failover(stage, point)


async def _qemu_stopped(stage: Stage, point: Point, wanted: Picture, record: Record) -> None:
    plan = _plan(stage, point)
    own = plan.site.host(plan.steps[point.step - 1].role)
    await _disturbed(stage, point, record, lambda pair: stage.stop(pair.own), None)
    stage.go_on(own)
    await _finish(stage, point, wanted, record)


async def _later_failover(stage: Stage, point: Point) -> None:
    try:
        await fail_over(stage, CHAPTERS[point.name], point.edition)
    except ColorunbookError as error:
        raise LostError(f"{LOST}: {error} {error.advice}") from error


@dataclass(frozen=True, slots=True)
class _Hosts:
    own: Host
    peer: Host


async def _disturbed(
    stage: Stage,
    point: Point,
    record: Record,
    fault: Callable[[_Hosts], None],
    rollback: Callable[[ColorunbookError], Awaitable[bool]] | None,
) -> None:
    """Do the runbook with a fault in it; it ends in its bound, with an exact account."""
    chapter = CHAPTERS[point.name]
    plan = _plan(stage, point)
    await _begin(stage, chapter, point)

    def watch(event: Event) -> None:
        match event:
            case StepStarted(number, step) | StepSkipped(number, step):
                if isinstance(event, StepSkipped):
                    record.last = number
                if number == point.step:
                    site = plan.site
                    fault(_Hosts(site.host(step.role), site.host(step.role.other)))
            case StepDone(number):
                record.last = number
            case UndoDone(_, step):
                record.undone.append(step.title)
            case UndoFailed(_, step, why):
                record.left.append(f"{step.title}: {why}")
            case _:
                pass

    manner = Manner(rollback=rollback) if rollback else None
    start = time.monotonic()
    try:
        await stage.act(point.name, stage.site, point.edition, watch, manner)
    except ColorunbookError as error:
        record.seconds = time.monotonic() - start
        record.ending = f"{type(error).__name__}: {error.message} {error.advice}"
        if record.undone:
            record.ending += f" Taken back: {', '.join(record.undone)}."
        if record.left:
            record.ending += f" Not taken back: {'; '.join(record.left)}"
        _see_account(plan, record, error)
    else:
        record.seconds = time.monotonic() - start
        record.ending = "it succeeded"
    if record.seconds > BOUND:
        raise LostError(f"it took {record.seconds:.0f} s")


def _see_account(plan: Plan, record: Record, error: ColorunbookError) -> None:
    """See that an error names the step, and tells what is done."""
    if error.message.startswith(f"Every step of {plan.name} was done"):
        return
    number = record.last + 1
    where = f"Step {number} of {len(plan.steps)}, '{plan.steps[number - 1].title}' on the "
    if not error.message.startswith(where):
        raise LostError(f"the error does not tell the step, {where!r}")
    done = ("No step is done.", "Step 1 is done.")
    wanted = done[record.last] if record.last < 2 else f"Steps 1 to {record.last} are done."
    if wanted not in error.advice:
        raise LostError(f"the error does not tell what is done, {wanted!r}")


def _plan(stage: Stage, point: Point) -> Plan:
    dialect = Dialect(stage.lab.dialect.version, point.edition)
    return CHAPTERS[point.name].plan(dialect, stage.site)


async def _begin(stage: Stage, chapter: Chapter, point: Point) -> None:
    stage.clear()
    await stage.play(chapter.story, point.edition)


_TRIALS = {
    Kind.ENGINE_KILLED: _engine_killed,
    Kind.PEER_KILLED: _peer_killed,
    Kind.PEER_STOPPED: _peer_stopped,
    Kind.QEMU_STOPPED: _qemu_stopped,
}
