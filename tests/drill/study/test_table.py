# SPDX-License-Identifier: GPL-2.0-or-later
"""A study as a table, and in a few sentences."""

from dataclasses import replace

from hypothesis import given

from colorunbook.drill.study.grid import AXES
from colorunbook.drill.study.sights import middle, sights
from colorunbook.drill.study.study import Study
from colorunbook.drill.study.table import outcome, surroundings, table, title, wrongs
from colorunbook.drill.table import lines
from tests.drill.studies import studies, usual
from tests.render.golden import golden

USUAL = usual()


def test_the_table_of_a_study() -> None:
    """As it was when somebody looked at it last, with what stands around it."""
    told = "\n".join(
        (title(USUAL), *lines(table(USUAL)), outcome(USUAL), *wrongs(USUAL), surroundings(USUAL))
    )
    assert golden("study.txt", f"{told}\n") == f"{told}\n"


def test_each_position_has_a_row() -> None:
    """Also one that several knobs share; what QEMU has of itself is told."""
    rows = table(USUAL).rows
    assert [axis.knob for axis in AXES for _ in axis.points] == [row[0] for row in rows]
    assert 4 == sum("QEMU's own" in row[1] for row in rows)


def test_a_knob_that_was_not_turned_is_left_out() -> None:
    """One position alone says nothing."""
    first = AXES[0].points[0].choice
    assert () == table(Study(USUAL.setting, USUAL.of(first))).rows
    knobs = {row[0] for row in table(replace(USUAL, runs=USUAL.runs[:4])).rows}
    assert {"x-checkpoint-delay"} == knobs


def test_a_drill_that_failed_is_counted_and_no_figure_of_it_is_made_up() -> None:
    """What its position has comes of the other drill; both are told what was wrong."""
    (two,) = [row for row in table(USUAL).rows if row[:2] == ("x-checkpoint-delay", "2000 ms")]
    assert ("12 ms → 36 ms", "1 of 2") == (two[2], two[-1])
    told = list(wrongs(USUAL))
    assert "x-checkpoint-delay 2000: The guest did not boot." in told
    assert any("The drill ended early: it hung." in each for each in told)


def test_who_is_never_answered_again_has_no_gap() -> None:
    """However short those are that ended before."""
    runs = (*USUAL.of(AXES[-1].points[0].choice), USUAL.runs[-1])
    whole, broken = table(replace(USUAL, runs=runs)).rows
    assert whole[4] != "-" == broken[4]
    assert "1 of 1" == broken[-1]


def test_what_was_wrong_in_each_round_is_told_once() -> None:
    """And of many findings the first ones."""
    run = replace(USUAL.runs[0], findings=("One.", "Two.", "Three.", "Four."))
    told = list(wrongs(replace(USUAL, runs=(run, run))))
    assert ["x-checkpoint-delay 100: One. Two. And 2 more."] == told


def test_the_middle_of_nothing_is_not_nought() -> None:
    """Nothing was measured."""
    assert None is middle([])
    assert 2.5 == middle([4.0, 1.0])


@given(studies)
def test_any_study_can_be_told(study: Study) -> None:
    """Whatever was measured, and whatever was not."""
    told = table(study)
    assert {len(told.head)} >= {len(row) for row in told.rows}
    assert len(told.rows) == sum(len(found) for _, found in sights(study))
    assert outcome(study)
    assert surroundings(study)
