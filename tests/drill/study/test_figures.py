# SPDX-License-Identifier: GPL-2.0-or-later
"""What a drill has shown of its knobs."""

from dataclasses import replace

from hypothesis import given

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.measures import Times
from colorunbook.drill.result import Result
from colorunbook.drill.study.figures import Served, failed, figures, served
from colorunbook.drill.study.grid import Choice
from tests.drill.results import results, usual

USUAL = usual()


def test_a_drill_is_cut_at_its_fault_and_at_its_resume() -> None:
    """What lies between the two is the impact's."""
    run = figures(Choice(), 1.5, 44.44, USUAL)
    assert run.before is not None
    assert run.after is not None
    assert (1.5, 44.4) == (run.load, run.seconds)
    assert 9 < run.before.seconds < 10 < 14 < run.after.seconds < 15
    assert {"memory", "disk"} == set(run.before.latency) == set(run.after.latency)
    assert USUAL.impacts[0] == run.impact
    assert USUAL.totals.longest_gap == run.longest_gap
    assert run.is_flawless


def test_what_was_wrong_stays() -> None:
    """A knob that breaks it is the most interesting result."""
    finding = Finding(Flaw.DRILL, "Both have answered.")
    run = figures(Choice(), 0.1, 40, replace(USUAL, findings=(finding,)))
    assert ("Both have answered.",) == run.findings
    assert not run.is_flawless


def test_a_drill_that_ended_early_has_no_after() -> None:
    """It came to no resume."""
    run = figures(Choice(), 0.1, 40, replace(USUAL, spans=USUAL.spans[:1]))
    assert None is run.after
    assert not run.is_flawless


def test_a_drill_without_a_result_has_no_figure() -> None:
    """Only the reason."""
    run = failed(Choice(), 0.1, 2.34, "No QEMU can be had.")
    assert (2.3, None, None, None) == (run.seconds, run.before, run.impact, run.longest_gap)
    assert not run.is_flawless


def test_answers_and_checkpoints_in_a_second() -> None:
    """Of all services together; none is nought."""
    each = Times(30, 0.1, 0.1, 0.1, 0.1)
    told = Served(12.0, {"memory": each, "disk": each}, each)
    assert (5.0, 2.5) == (told.answers, told.rate)
    assert 0 == replace(told, checkpoints=None).rate


@given(results)
def test_whatever_a_result_holds_it_has_figures(result: Result) -> None:
    """And a part that is no part is none."""
    assert Choice() == figures(Choice(), 0, 0, result).choice
    assert None is served(result, 1.0, 1.0)
