# SPDX-License-Identifier: GPL-2.0-or-later
"""The result of a drill as one picture, SVG, readable on a light and on a dark page.

A page can choose other colours through custom properties: those of the other pictures, and
``--colo-fault``.
"""

from collections.abc import Iterable, Iterator

from colorunbook.drill.chart import LANE, LEFT, RIGHT, WIDTH, Bar, Chart, Dot, chart
from colorunbook.drill.drawing import cross, escaped, framed, strokes, text, upright
from colorunbook.drill.parts import SpanKind
from colorunbook.drill.requests import word_of
from colorunbook.drill.result import Result
from colorunbook.drill.words import figures, outcome, surroundings, title, took
from colorunbook.lab.guest.services import Service

_STYLE = """\
.colo-drill .pause { stroke: currentColor; stroke-opacity: 0.6; stroke-width: 7; }
.colo-drill .dots { fill: none; stroke: currentColor; stroke-width: 4.8; stroke-opacity: 0.85; }
.colo-drill .memory { color: var(--colo-memory, #2e9e5b); stroke-linecap: round; }
.colo-drill .disk { color: var(--colo-disk, #c4701c); stroke-linecap: square; }
.colo-drill .dots.disk { stroke-width: 3.8; }
.colo-drill .status { color: inherit; stroke-linecap: round; }
.colo-drill .fault { color: var(--colo-fault, #d1344b); }
.colo-drill .detection, .colo-drill .fence { color: #b07d12; }
.colo-drill .failover { color: var(--colo-network, #2f7fd8); }
.colo-drill .resume, .colo-drill .protect { color: #8a5fd0; }
.colo-drill .boot, .colo-drill .repair { color: #7d8590; }
.colo-drill .bar { fill: currentColor; }
.colo-drill .band { fill: currentColor; fill-opacity: 0.13; }
.colo-drill .line { stroke: currentColor; stroke-width: 1.5; stroke-dasharray: 5 3; }
.colo-drill .lost { fill: none; stroke: var(--colo-fault, #d1344b); stroke-width: 2; }
"""

_SERVICES = {
    Service.MEMORY: "answer of the memory service",
    Service.DISK: "answer of the disk service",
    Service.STATUS: "answer of the status service",
}


def svg(result: Result, *, name: str = "drill", inline: bool = False) -> str:
    """Draw a drill.

    :param name: a word that is used once on a page; ids are made of it.
    :param inline: it becomes a part of a page.
    """
    drawn = chart(result)
    pieces = (
        text(16, 24, title(result), "title"),
        text(16, 44, outcome(result), "soft"),
        *_legend(drawn),
        *_axes(drawn),
        *(piece for bar in drawn.bars for piece in _bar(bar, drawn)),
        *(piece for service, dots in drawn.dots.items() for piece in _dots(service, dots)),
        *(cross(x, drawn.top) for x in drawn.lost),
        *_pauses(drawn),
    )
    return framed(
        pieces,
        size=(WIDTH, round(drawn.bottom + 72)),
        name=name,
        title=title(result),
        about=" ".join((outcome(result), *figures(result), f"It ran on {surroundings(result)}.")),
        style=_STYLE,
        inline=inline,
    )


def _axes(drawn: Chart) -> Iterator[str]:
    for kind, y in drawn.lanes:
        yield text(LEFT - 10, y + 14, kind.value, "soft", "end")
    for tick in drawn.latencies:
        yield f'<path class="grid" d="M{LEFT} {tick.at:g}H{RIGHT}"/>'
        yield text(LEFT - 10, tick.at + 4, tick.label, "soft", "end")
    for tick in drawn.times:
        yield f'<path class="grid" d="M{tick.at:g} {drawn.top:g}V{drawn.bottom:g}"/>'
        yield text(tick.at, drawn.bottom + 38, tick.label, "soft", "middle")
    if drawn.pauses:
        yield text(LEFT - 10, drawn.bottom + 19, "checkpoints", "soft", "end")
    middle = (drawn.top + drawn.bottom) / 2
    yield text((LEFT + RIGHT) / 2, drawn.bottom + 60, "time in s", "", "middle")
    yield upright(46, middle, "latency in ms, logarithmic")


def _legend(drawn: Chart) -> Iterator[str]:
    x = 16.0
    for service, dots in drawn.dots.items():
        if not dots:
            continue
        words = _SERVICES[service]
        if drawn.thinned is not None:
            words = f"slowest {words} in each {took(drawn.thinned)}"
        yield from _dots(service, [Dot(x + 4, 64)])
        yield text(x + 12, 68, words)
        x += 36 + 6.4 * len(words)
    if any(bar.kind is SpanKind.FAULT for bar in drawn.bars):
        yield f'<path class="line fault" d="M{x:g} 64h20"/>'
        yield text(x + 26, 68, "fault")
        x += 74
    if drawn.lost:
        yield cross(x + 4, 64)
        yield text(x + 14, 68, "never answered")


def _bar(bar: Bar, drawn: Chart) -> Iterator[str]:
    kind = bar.kind.value
    titled = f"<title>{escaped(bar.title)}</title>"
    tall = f'y="{drawn.top:g}" width="{bar.width:g}" height="{drawn.bottom - drawn.top:g}"'
    if bar.kind is SpanKind.FAULT:
        yield f'<path class="line {kind}" d="M{bar.x:g} {bar.y:g}V{drawn.bottom:g}">{titled}</path>'
    else:
        yield f'<rect class="band {kind}" x="{bar.x:g}" {tall}>{titled}</rect>'
    yield (
        f'<rect class="bar {kind}" x="{bar.x:g}" y="{bar.y + 4:g}" width="{bar.width:g}" '
        f'height="{LANE - 8}">{titled}</rect>'
    )
    if bar.text:
        yield text(bar.text_x, bar.y + 14, bar.text, "beside", "end" if bar.before else "start")


def _dots(service: Service, dots: Iterable[Dot]) -> Iterator[str]:
    """Strokes of no length: what is seen of them are their ends, round or square."""
    yield from strokes(f"dots {word_of(service)}", [f"M{dot.x:g} {dot.y:g}h0" for dot in dots])


def _pauses(drawn: Chart) -> Iterator[str]:
    yield from strokes(
        "pause", [f"M{x:g} {drawn.bottom + 15:g}h{width:g}" for x, width in drawn.pauses]
    )
