# SPDX-License-Identifier: GPL-2.0-or-later
"""The result of a drill for a terminal."""

from dataclasses import replace

import pytest

from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.parts import Totals
from colorunbook.drill.table import tables, text
from colorunbook.drill.words import outcome, took
from tests.drill.results import usual
from tests.render.golden import golden

USUAL = usual()


def test_the_text_of_a_drill() -> None:
    """As it was when somebody looked at it last."""
    assert golden("drill.txt", text(USUAL)) == text(USUAL)


def test_plain_text_is_ascii() -> None:
    """For a terminal that knows nothing else."""
    assert text(USUAL, plain=True).isascii()


def test_what_was_not_measured_is_a_dash() -> None:
    """Not nought."""
    faults, services = tables(USUAL)
    impact = replace(USUAL.impacts[0], detected_after=None, failover_took=None, during=None)
    told, _ = tables(replace(USUAL, impacts=(impact,)))
    row = dict(zip(told.head, told.rows[0], strict=True))
    assert ("-", "-", "-") == (row["detected"], row["failover"], row["max wait"])
    totals = Totals(0, 0, None, {}, None)
    _, told = tables(replace(USUAL, totals=totals))
    assert ("-", "-", "-", "-") == told.rows[0][-4:]
    assert ["memory", "disk"] == [row[0] for row in services.rows]
    assert ["kill", "power"] == [row[0] for row in faults.rows]


def test_a_table_without_a_row_is_none() -> None:
    """Nothing was taken away, and nobody asked."""
    assert () == tables(replace(USUAL, impacts=(), connections=()))


def test_findings_are_told_one_by_one() -> None:
    """Before the last word."""
    findings = (Finding(Flaw.DRILL, "Both have answered."), Finding(Flaw.DISK, "It is empty."))
    told = text(replace(USUAL, findings=findings))
    assert "- Both have answered.\n- It is empty.\n\n" in told
    assert told.endswith("4 of 4 connections survived, and there are 2 findings.\n")


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        (1.0, "No client has noticed: 4 of 4 connections survived, and nothing was wrong."),
        (
            15.2,
            "4 of 4 connections survived, and nothing was wrong; between two answers went 15.2 s "
            "at most.",
        ),
    ],
)
def test_who_waits_for_long_has_noticed(gap: float, told: str) -> None:
    """Though the connection lives and every answer is right."""
    assert told == outcome(replace(USUAL, totals=replace(USUAL.totals, longest_gap=gap)))


def test_the_last_word_says_how_it_ended() -> None:
    """A drill in which nobody was answered is not well, though nothing was found."""
    nobody = replace(USUAL, connections=())
    assert outcome(nobody).startswith("0 of 0 connections survived; nothing that was wrong was")


def test_a_disk_is_told_to_be_whole_or_not() -> None:
    """What it lacks stands among the findings."""
    told = text(replace(USUAL, disk=DiskVerdict(1, 0, 1)))
    assert "1 line was acknowledged; the surviving disk has every one of them.\n" in told
    lacks = Finding(Flaw.DISK, "It lacks one.")
    told = text(replace(USUAL, disk=DiskVerdict(1, 0, 0, (lacks,)), findings=(lacks,)))
    assert "1 line was acknowledged; the surviving disk is not as it should be.\n" in told


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "-"),
        (0, "0.0 ms"),
        (0.00234, "2.3 ms"),
        (0.00949, "9.5 ms"),
        (0.0096, "9.6 ms"),
        (0.4104, "410 ms"),
        (0.9996, "1.00 s"),
        (1.234, "1.23 s"),
        (9.996, "10.0 s"),
        (75.26, "75.3 s"),
    ],
)
def test_a_time_has_about_three_digits(seconds: float | None, words: str) -> None:
    """In the unit that fits."""
    assert words == took(seconds)
