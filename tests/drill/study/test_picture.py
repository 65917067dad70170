# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of a study: well-formed, described, and as it was when it was last looked at."""

import re
from dataclasses import replace

from hypothesis import given, settings

from colorunbook.drill.chart import LEFT, RIGHT
from colorunbook.drill.study.panels import BOTTOM, TOP, panels
from colorunbook.drill.study.picture import svg
from colorunbook.drill.study.study import Study
from tests.drill.studies import studies, usual
from tests.drill.test_picture import elements
from tests.render.golden import golden

USUAL = usual()


def test_the_picture_of_a_study() -> None:
    """As it was when somebody looked at it last."""
    drawn = svg(USUAL)
    assert golden("study.svg", drawn) == drawn


@settings(deadline=None)
@given(studies)
def test_whatever_a_study_holds_is_text(study: Study) -> None:
    """It is XML, and nothing in it is more than text."""
    tags = {each.tag for each in elements(svg(study))}
    assert {"svg", "title", "desc", "style", "text", "path", "rect"} >= tags


def test_every_mark_is_inside_its_panel() -> None:
    """And every panel on the page, none over another."""
    drawn, ticks = panels(USUAL)
    edges = [edge for panel in drawn for edge in (panel.x, panel.x + panel.width)]
    assert sorted(edges) == edges
    assert LEFT <= edges[0] < edges[-1] <= RIGHT + 0.1
    assert (TOP, BOTTOM) == (ticks[-1].at, ticks[0].at)
    for panel in drawn:
        for dot in (d for c in panel.columns for m in c.marks for d in m.dots):
            assert panel.x < dot.x < panel.x + panel.width
            assert TOP <= dot.y <= BOTTOM


def test_each_drill_has_its_dot() -> None:
    """So that one sees how far rounds lie apart; the line goes through their middle."""
    drawn, _ = panels(USUAL)
    for column in (c for panel in drawn for c in panel.columns):
        for mark, figures in zip(column.marks, column.sight.latencies, strict=True):
            assert len(figures) == len(mark.dots)
            assert mark.middle is not None, "each position has one drill that is whole"
            assert min(d.y for d in mark.dots) <= mark.middle.y <= max(d.y for d in mark.dots)


def test_what_went_wrong_is_marked() -> None:
    """And in the legend; where nothing did, neither is there."""
    whole = replace(USUAL, runs=USUAL.runs[3:-1])
    for drawn, marks in ((svg(USUAL), 3), (svg(whole), 0)):
        assert marks == drawn.count('class="lost"')
        assert bool(marks) == (">something was wrong<" in drawn)


def test_a_position_tells_its_figures() -> None:
    """To who points at it."""
    told = re.findall(r"<title>(max_queue_size 1 packet: .*)</title>", svg(USUAL))
    (one,) = told
    assert re.search(r"typical answer \d+ ms, one of a hundred took longer \d+ ms, ", one)
