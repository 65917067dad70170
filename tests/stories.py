# SPDX-License-Identifier: GPL-2.0-or-later
"""Journals of runs that went one way or another, made by the journal itself."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.book.actions import Qmp
from colorunbook.book.conditions import guest_is
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.engine.events import (
    Event,
    ExpectationMet,
    GuardHeld,
    GuardWaived,
    ProofGiven,
    QemuSpoke,
    RunEnded,
    RunStarted,
    StepDone,
    StepSkipped,
    StepStarted,
    UndoDone,
    UndoFailed,
    UndoReplied,
    UndoStarted,
    Yanked,
)
from colorunbook.engine.journal import Journal
from colorunbook.errors import Refused, StepFailed
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import Json, JsonObject, Payload

SITE = Site(
    Host("10.0.0.1", "/images/one", UnixMonitor("/run/one.qmp")),
    Host("10.0.0.2", "/images/two", UnixMonitor("/run/two.qmp")),
)
PLAN = resolve(shelf.runbook("primary-failover"), SITE, Dialect())
GUARD, END = Expect(Role.PRIMARY, guest_is("running")), Expect(Role.PRIMARY, guest_is("paused"))
BEGIN: tuple[Event, ...] = (
    RunStarted(PLAN.name, PLAN.digest, len(PLAN.steps)),
    GuardHeld(GUARD, "status=running"),
)


def done(number: int, reply: Json = None) -> tuple[Event, ...]:
    """A step that was begun and done."""
    step = PLAN.steps[number - 1]
    return StepStarted(number, step), StepDone(number, step, reply or {}, 0.25)


def step(number: int) -> Step:
    """A step of the plan."""
    return PLAN.steps[number - 1]


WORKED: tuple[Event, ...] = (
    *BEGIN,
    GuardWaived(GUARD, "nobody knows"),
    ProofGiven("fence", Role.SECONDARY, "ipmitool power off"),
    Yanked(Role.PRIMARY, ("chardev:mirror0",), "before the first step"),
    QemuSpoke(Role.PRIMARY, "COLO_EXIT", {"mode": "primary", "reason": "error"}),
    *(event for number in range(1, len(PLAN.steps)) for event in done(number)),
    StepSkipped(len(PLAN.steps), PLAN.steps[-1], "it is so"),
    QemuSpoke(Role.SECONDARY, "STOP", None),
    ExpectationMet(END, "status=paused", 0.5),
    RunEnded(2.5),
)
UNDONE: tuple[Event, ...] = (
    *BEGIN,
    *done(1),
    *done(2),
    *done(3),
    StepStarted(4, step(4)),
    UndoStarted(3, step(3)),
    UndoDone(3, step(3), {"back": True}, 0.5),
    UndoStarted(2, step(2)),
    UndoFailed(2, step(2), "it is gone; add it by hand"),
    UndoStarted(1, step(1)),
)
CONT, STOP = Qmp(Payload("cont")), Qmp(Payload("stop"))
HALF_UNDONE: tuple[Event, ...] = (
    *BEGIN,
    *done(1, "the reply"),
    UndoStarted(1, replace(step(1), undo=(CONT, STOP))),
    UndoReplied(1, CONT.payload.text, "it <went> back", refused=False),
)
"""Of two commands that take a step back one was answered."""

FAILED, REFUSED, INTERRUPTED = (
    StepFailed("No.", "Look."),
    Refused("Not so."),
    asyncio.CancelledError(),
)


def write(
    folder: Path, events: Sequence[Event] = WORKED, error: BaseException | None = None
) -> Path:
    """The journal of a run with these events, and this end; no disk is waited for."""
    with patch("os.fsync"):
        journal = Journal(folder, PLAN)
        for event in events:
            journal.write(event)
        if error is not None:
            journal.fail(error)
    journal.close()
    made = time.time_ns() // 10**6
    while time.time_ns() // 10**6 == made:
        pass  # the next one has another name
    return journal.path


def add(path: Path, *records: JsonObject) -> None:
    """Put further lines into a journal, whatever they say."""
    with path.open("a", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps({"time": "2026-11-25T10:15:00+00:00", **record}) + "\n")
