# SPDX-License-Identifier: GPL-2.0-or-later
"""A run as a person sees it."""

import pytest

from colorunbook import shelf
from colorunbook.cli.report import Report
from colorunbook.engine.events import (
    Event,
    ExpectationMet,
    Progress,
    RunEnded,
    RunStarted,
    StepDone,
    StepSkipped,
)
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect

PLAN = resolve(shelf.runbook("bring-up"), Site(), Dialect())


def told(capsys: pytest.CaptureFixture[str], *events: Event) -> list[str]:
    """What it says where there is no terminal."""
    report = Report(PLAN.site)
    report(RunStarted(PLAN.name, PLAN.digest, len(PLAN.steps)))
    for event in events:
        report(event)
    report.close()
    return [line.strip() for line in capsys.readouterr().err.splitlines()[1:]]


def test_what_is_waited_for_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is a terminal a bar tells it."""
    met = ExpectationMet(PLAN.ends[0], "so", 0.1)
    waits = [Progress(len(PLAN.steps), done, 2) for done in (0, 0, 1)]
    assert ["waiting: See checkpoints"] == told(capsys, met, *waits)


def test_what_was_done_already_has_not_been_done_now(capsys: pytest.CaptureFixture[str]) -> None:
    """Though a variable has its value anew, in whoever runs it."""
    assign, *others = PLAN.steps
    first = StepDone(1, assign, "imagefolder is /a", 0.0)
    rest = [StepSkipped(number, step, "so") for number, step in enumerate(others, 2)]
    met = ExpectationMet(PLAN.ends[0], "so", 0.1)
    last = told(capsys, first, *rest, met, RunEnded(0.1))[-1]
    assert last.startswith("it was done already: 1 thing seen")
