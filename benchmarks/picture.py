# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured, as pictures: SVG, readable on a light and on a dark page.

They take the colour of the text around them, and need nothing from outside.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from benchmarks.row import Row
from benchmarks.spread import Spread
from benchmarks.words import amount

_STYLE = """\
.bench text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: currentColor; }
.bench .soft { fill-opacity: 0.72; font-size: 11px; }
.bench .end { text-anchor: end; }
.bench .middle { text-anchor: middle; }
.bench .grid { stroke: currentColor; stroke-opacity: 0.16; }
.bench .wanted { stroke: currentColor; stroke-opacity: 0.8; stroke-width: 2; }
.bench .yes { --own: var(--colo-memory, #2e9e5b); }
.bench .no { --own: var(--colo-disk, #c4701c); }
.bench .told { --own: var(--colo-network, #2f7fd8); }
.bench .floor { --own: currentColor; stroke-opacity: 0.5; }
.bench .dot { fill: var(--own); }
.bench .spread, .bench .curve { stroke: var(--own); stroke-width: 2; fill: none; }
"""
_WIDTH = 760
_LEFT, _RIGHT = 230, 700
_LANE = 22
_TOP = 40


def ratios(rows: Sequence[Row], name: str) -> str:
    """The ratios on a scale on which twice as much is as far as half as much.

    :param name: a word that is used once on a page; ids are made of it.
    """
    shown = [row.ratios for row in rows]
    low = min([0.5, *(spread.low for spread in shown)])
    high = max([4.0, *(spread.high for spread in shown)])
    bottom = _TOP + _LANE * len(rows)

    def at(value: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (log10(value) - log10(low)) / (log10(high) - log10(low))

    ticks = [2.0**power for power in range(-6, 11) if low <= 2.0**power <= high]
    pieces = [_line("grid", at(tick), _TOP - 12, at(tick), bottom) for tick in ticks]
    pieces += [_text("soft middle", at(tick), _TOP - 18, f"{tick:g}") for tick in ticks]
    for number, row in enumerate(rows):
        pieces += _lane(row, _TOP + _LANE * number + _LANE / 2, at)
    about = f"{len(rows)} ratios, each with its spread, and a mark where it should be at the most"
    return _picture(name, "How many times the floor", about, bottom + 12, pieces)


def _lane(row: Row, y: float, at: Callable[[float], float]) -> Iterator[str]:
    spread = row.ratios
    kind = "told" if row.wanted is None else "yes" if row.is_met else "no"
    yield _text("end", _LEFT - 12, y + 4, row.key)
    yield _line(f"spread {kind}", at(spread.low), y, at(spread.high), y)
    yield f'<circle class="dot {kind}" cx="{at(row.ratio):.1f}" cy="{y:.1f}" r="4"/>'
    if row.wanted is not None:
        yield _line("wanted", at(row.wanted), y - 7, at(row.wanted), y + 7)
    yield _text("soft", _RIGHT + 12, y + 4, f"{row.ratio:.2f}")


def curves(rows: Sequence[Row], name: str, title: str) -> str:
    """What rows of ever greater sizes took, and their floor; both axes are logarithmic."""
    ours = [(row.size or 1, Spread.of(row.ours).median) for row in rows]
    least = [(row.size or 1, Spread.of(row.floor).median) for row in rows]
    sizes, values = zip(*ours, *least, strict=True)
    left, right = log10(min(sizes)), max(log10(max(sizes)), log10(min(sizes)) + 1)
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    bottom = _TOP + 220

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x = 90 + (_RIGHT - 90) * (log10(point[0]) - left) / (right - left)
        return x, bottom - 220 * (log10(point[1]) - low) / (high - low)

    pieces = [_text("", 90, 20, title)]
    for power in range(low, high + 1):
        _, y = place((min(sizes), 10.0**power))
        pieces.append(_line("grid", 90, y, _RIGHT, y))
        pieces.append(_text("soft end", 80, y + 4, amount(10.0**power, rows[0].unit)))
    for size in sorted(set(sizes)):
        x, _ = place((size, 10.0**low))
        pieces.append(_text("soft middle", x, bottom + 18, f"{size:g}"))
    for kind, points in (("told", ours), ("floor", least)):
        placed = [place(point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        pieces.append(f'<polyline class="curve {kind}" points="{path}"/>')
        x, y = placed[-1]
        pieces.append(_text("soft", x + 8, y + 4, "ours" if kind == "told" else "floor"))
    about = "; ".join(f"{size:g}: {amount(value, rows[0].unit)}" for size, value in ours)
    return _picture(name, title, about, bottom + 30, pieces)


def _picture(name: str, title: str, about: str, height: float, pieces: Sequence[str]) -> str:
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bench" '
        f'viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" height="{height:.0f}" '
        f'style="max-width: 100%; height: auto" role="img" '
        f'aria-labelledby="{name}-title {name}-about">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-about">{escape(about)}</desc>',
        f"<style>\n{_STYLE}</style>",
        *pieces,
        "</svg>",
    )
    return "\n".join(parts)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
