# SPDX-License-Identifier: GPL-2.0-or-later
"""What a result has to say, in words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.measures import Times
from colorunbook.drill.parts import Span, SpanKind
from colorunbook.drill.result import Result
from colorunbook.drill.words import (
    count,
    described,
    figures,
    label,
    outcome,
    surroundings,
    title,
    took,
)
from tests.drill.results import results, usual

USUAL = usual()


def test_the_title_says_which_drill_it_was() -> None:
    """What, on which QEMU, with what, and when, to the minute."""
    assert "Drill full: QEMU 11.1.3, tcg, 2026-11-25 10:15" == title(USUAL)


def test_what_it_was_run_on_and_with_is_told() -> None:
    """Each knob by its name, in order; what is true or false is on or off."""
    assert (
        "2 cores, guest kernel 6.1.0-37-amd64, seed 7, "
        "compare_timeout 3000, vnet_hdr_support off, x-checkpoint-delay 500"
    ) == surroundings(USUAL)
    alone = replace(USUAL.setting, cores=1, seed=None, knobs={"detection": 0.3, "nic": "e1000"})
    assert "1 core, guest kernel 6.1.0-37-amd64, detection 0.3, nic e1000" == surroundings(
        replace(USUAL, setting=alone)
    )


def test_a_fault_is_labelled_by_its_victim_and_anything_else_by_its_time() -> None:
    """In a picture there is room for no more."""
    fault = Span(SpanKind.FAULT, "kill", "10.0.0.1", 3.0, 3.0, "SIGKILL")
    assert "kill 10.0.0.1" == label(fault)
    assert "kill" == label(replace(fault, host=""))
    assert "resume 3.20 s" == label(Span(SpanKind.RESUME, "resume", "10.0.0.2", 4.0, 7.2))


def test_a_span_is_described_with_all_that_is_known_of_it() -> None:
    """What took no time has none; what is nowhere is nowhere."""
    fault = Span(SpanKind.FAULT, "kill", "10.0.0.1", 3.0, 3.0, "SIGKILL")
    assert "fault: kill on 10.0.0.1 at 3.000 s. SIGKILL" == described(fault)
    resume = Span(SpanKind.RESUME, "resume", "", 4.0, 7.2)
    assert "resume: resume at 4.000 s, for 3.20 s." == described(resume)


def test_there_is_one_of_a_thing_or_there_are_several() -> None:
    """Nought are several."""
    words = [count(number, "checkpoint") for number in (0, 1, 2)]
    assert ["0 checkpoints", "1 checkpoint", "2 checkpoints"] == words


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        (1, "4 of 4 connections survived, and there is 1 finding."),
        (2, "4 of 4 connections survived, and there are 2 findings."),
    ],
)
def test_findings_are_counted_in_the_last_word(findings: int, words: str) -> None:
    """Nobody reads that no client has noticed."""
    found = (Finding(Flaw.DRILL, "Both have answered."),) * findings
    assert words == outcome(replace(USUAL, findings=found))


def test_the_figures_leave_out_what_was_not_measured() -> None:
    """Neither a checkpoint nor a disk is made up."""
    whole = [*figures(USUAL)]
    assert 3 == len(whole)
    assert whole[0].startswith("388 requests, 388 answered; the longest gap between two answers")
    assert whole[2].startswith("194 lines were acknowledged; ")
    totals = replace(USUAL.totals, checkpoints=None, longest_gap=None)
    (only,) = figures(replace(USUAL, totals=totals, disk=None))
    assert only.endswith("the longest gap between two answers was -.")
    one = replace(USUAL.totals, requests=1, checkpoints=Times(1, 0.05, 0.05, 0.05, 0.05))
    told = [*figures(replace(USUAL, totals=one, disk=DiskVerdict(1, 0, 1)))]
    assert told[0].startswith("1 request, ")
    assert "1 checkpoint held the guest up for 50 ms in the median and 50 ms at most." == told[1]
    assert told[2].startswith("1 line was acknowledged; the surviving disk has every one of them.")


@given(results)
def test_a_drill_that_is_not_flawless_is_never_told_to_be(result: Result) -> None:
    """And the other way round."""
    assert result.is_flawless == ("nothing was wrong" in outcome(result))


@given(st.floats(0, 1e5))
def test_a_time_is_told_with_what_it_is_in(seconds: float) -> None:
    """And is wrong by a twentieth at most, above a millisecond."""
    number, unit = took(seconds).split(" ")
    told = float(number) * {"ms": 0.001, "s": 1.0}[unit]
    assert abs(told - seconds) <= max(0.05 * seconds, 0.00006)
