# SPDX-License-Identifier: GPL-2.0-or-later
"""A study as one picture, SVG: how fast clients were answered in each position of each knob.

A page can choose other colours through custom properties: those of the other pictures.
"""

from collections.abc import Iterator
from itertools import pairwise

from colorunbook.drill.chart import LEFT, RIGHT, WIDTH, Tick
from colorunbook.drill.drawing import cross, escaped, framed, strokes, text, upright
from colorunbook.drill.study.panels import BOTTOM, TOP, Column, Panel, panels
from colorunbook.drill.study.sights import middle
from colorunbook.drill.study.study import Study
from colorunbook.drill.study.table import outcome, position, surroundings, title
from colorunbook.drill.words import took

_STYLE = """\
.colo-drill text.own { font-weight: 700; }
.colo-drill .room { fill: currentColor; fill-opacity: 0.05; }
.colo-drill .typical { color: var(--colo-memory, #2e9e5b); stroke-linecap: round; }
.colo-drill .later { color: var(--colo-memory, #2e9e5b); }
.colo-drill .slow { color: var(--colo-disk, #c4701c); stroke-linecap: square; }
.colo-drill .gap { color: var(--colo-network, #2f7fd8); stroke-linecap: butt; }
.colo-drill .dots { fill: none; stroke: currentColor; stroke-width: 6; stroke-opacity: 0.85; }
.colo-drill .dots.slow { stroke-width: 5; }
.colo-drill .dots.later { stroke-width: 1.5; }
.colo-drill .dots.gap { stroke-width: 3; }
.colo-drill .trend { fill: none; stroke: currentColor; stroke-opacity: 0.5; }
.colo-drill .trend.later { stroke-dasharray: 4 3; }
.colo-drill .lost { fill: none; stroke: var(--colo-fault, #d1344b); stroke-width: 2; }
.colo-drill .whole { fill: transparent; }
"""

_KINDS = (
    ("typical", "typical answer", "h0"),
    ("slow", "one of a hundred took longer", "h0"),
    (
        "later",
        "typical, new secondary",
        "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
    ),
    ("gap", "longest silence at the failover", "m-5 0h10"),
)


def svg(study: Study, *, name: str = "study", inline: bool = False) -> str:
    """Draw a study.

    :param name: a word that is used once on a page; ids are made of it.
    :param inline: it becomes a part of a page.
    """
    drawn, ticks = panels(study)
    pieces = (
        text(16, 24, title(study), "title"),
        text(16, 44, outcome(study), "soft"),
        *_legend(drawn),
        *_scale(ticks),
        *(piece for panel in drawn for piece in _panel(panel)),
    )
    return framed(
        pieces,
        size=(WIDTH, BOTTOM + 56),
        name=name,
        title=title(study),
        about=f"{outcome(study)} {surroundings(study)} The table has its figures.",
        style=_STYLE,
        inline=inline,
    )


def _legend(drawn: tuple[Panel, ...]) -> Iterator[str]:
    x = 16.0
    for kind, words, shape in _KINDS:
        yield from strokes(f"dots {kind}", [f"M{x + 5:g} 64{shape}"])
        yield text(x + 14, 68, words)
        x += 40 + 6.4 * len(words)
    if any(column.sight.flawed for panel in drawn for column in panel.columns):
        yield cross(x + 4, 64)
        yield text(x + 14, 68, "something was wrong")


def _scale(ticks: tuple[Tick, ...]) -> Iterator[str]:
    for tick in ticks:
        yield f'<path class="grid" d="M{LEFT} {tick.at:g}H{RIGHT}"/>'
        yield text(LEFT - 10, tick.at + 4, tick.label, "soft", "end")
    yield upright(46, (TOP + BOTTOM) / 2, "in ms, logarithmic")


def _panel(panel: Panel) -> Iterator[str]:
    height = BOTTOM - TOP
    yield (
        f'<rect class="room" x="{panel.x:g}" y="{TOP}" width="{panel.width:g}" height="{height}"/>'
    )
    centre = panel.x + panel.width / 2
    yield text(centre, TOP - 28, panel.axis.knob, "beside", "middle")
    yield text(centre, TOP - 13, panel.axis.unit, "beside soft", "middle")
    for at, (kind, _, shape) in enumerate(_KINDS):
        marks = [column.marks[at] for column in panel.columns]
        middles = [mark.middle for mark in marks]
        yield from strokes(
            f"trend {kind}",
            [f"M{a.x:g} {a.y:g}L{b.x:g} {b.y:g}" for a, b in pairwise(middles) if a and b],
        )
        dots = [f"M{dot.x:g} {dot.y:g}{shape}" for mark in marks for dot in mark.dots]
        yield from strokes(f"dots {kind}", dots)
    for column in panel.columns:
        yield from _column(panel, column)


def _column(panel: Panel, column: Column) -> Iterator[str]:
    sight = column.sight
    if sight.flawed:
        yield cross(column.x, TOP + 10)
    for at, words in enumerate(column.label):
        kind = "beside own" if sight.point.own else "beside"
        yield text(column.x, BOTTOM + 18 + 15 * at, words, kind, "middle")
    found = (
        f"{words} {took(middle(figures))}"
        for (_, words, _), figures in zip(_KINDS, sight.latencies, strict=True)
    )
    told = f"{panel.axis.knob} {position(panel.axis, sight)}: {', '.join(found)}"
    if sight.flawed:
        told += f"; in {sight.flawed} of {len(sight.runs)} drills something was wrong"
    yield (
        f'<rect class="whole" x="{column.x - column.width / 2:g}" y="{TOP}" '
        f'width="{column.width:g}" height="{BOTTOM - TOP}"><title>{escaped(told)}</title></rect>'
    )
