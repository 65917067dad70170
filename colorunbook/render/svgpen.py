# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawing as SVG, readable on a light and on a dark page.

Inside a page it takes the colour of the text around it; as a file of its own it follows what the
reader's system asks for. It needs nothing from outside. A page can choose other colours through the
custom properties ``--colo-ink``, ``--colo-network``, ``--colo-disk`` and ``--colo-memory``.
"""

from collections.abc import Iterator
from html import escape

from colorunbook.render.drawing import Align, Box, Drawing, Ink, Label, Line

CELL_WIDTH, CELL_HEIGHT = 8, 18
_MARGIN = 6
_PILL = 20

_STYLE = """\
.colo { color: var(--colo-ink, inherit); }
.colo text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.colo text { fill: currentColor; white-space: pre; }
.colo text.title { font: 600 15px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.colo text.name { font-weight: 600; }
.colo text.kind { font-size: 12px; fill-opacity: 0.72; }
.colo rect { stroke: currentColor; }
.colo .host { fill: currentColor; fill-opacity: 0.03; stroke-opacity: 0.35; }
.colo .part { fill: currentColor; fill-opacity: 0.06; stroke-opacity: 0.55; }
.colo .socket { fill: none; stroke-opacity: 0.75; }
.colo path.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.colo .network { --line: var(--colo-network, #2f7fd8); }
.colo .disk { --line: var(--colo-disk, #c4701c); }
.colo .memory { --line: var(--colo-memory, #2e9e5b); }
.colo .loop { --line: currentColor; opacity: 0.75; }
.colo .line { stroke: var(--line); }
.colo .head { fill: var(--line); stroke: none; }
"""

_OF_ITS_OWN = """\
.colo { color: #24292f; }
@media (prefers-color-scheme: dark) { .colo { color: #e6edf3; } }
"""


def svg(drawing: Drawing, *, name: str, inline: bool = False) -> str:
    """Draw with shapes.

    :param name: a word that is used once on a page; ids are made of it.
    :param inline: it becomes a part of a page.
    """
    width = drawing.width * CELL_WIDTH + 2 * _MARGIN
    height = drawing.height * CELL_HEIGHT + 2 * _MARGIN
    box = f"{-_MARGIN} {-_MARGIN} {width} {height}"
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="colo" viewBox="{box}" width="{width}" '
        f'height="{height}" style="max-width: 100%; height: auto" role="img" '
        f'aria-labelledby="{name}-title {name}-about">',
        f'<title id="{name}-title">{escape(drawing.title)}</title>',
        f'<desc id="{name}-about">{escape(drawing.about)}</desc>',
        f"<style>\n{_STYLE}{'' if inline else _OF_ITS_OWN}</style>",
        *(_box(box) for box in drawing.boxes if box.ink is Ink.HOST),
        *(piece for line in drawing.lines for piece in _line(line)),
        *(_box(box) for box in drawing.boxes if box.ink is not Ink.HOST),
        *(_label(label) for label in drawing.labels),
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def _point(x: int, y: int) -> tuple[int, int]:
    """The middle of a cell."""
    return x * CELL_WIDTH + CELL_WIDTH // 2, y * CELL_HEIGHT + CELL_HEIGHT // 2


def _box(box: Box) -> str:
    left, top = _point(box.x, box.y)
    right, bottom = _point(box.right, box.bottom)
    radius = 10 if box.ink is Ink.HOST else 6
    if box.ink is Ink.SOCKET:
        _, row = _point(box.x, box.y + 1)
        top, bottom, radius = row - _PILL // 2, row + _PILL // 2, _PILL // 2
    return (
        f'<rect class="{box.ink.value}" x="{left}" y="{top}" width="{right - left}" '
        f'height="{bottom - top}" rx="{radius}"/>'
    )


def _line(line: Line) -> Iterator[str]:
    points = [_point(x, y) for x, y in line.corners]
    (x, y), (tip_x, tip_y) = points[-2:]
    along = (tip_x > x) - (tip_x < x), (tip_y > y) - (tip_y < y)
    back_x, back_y = tip_x - 9 * along[0], tip_y - 9 * along[1]
    shaft = [*points[:-1], (back_x, back_y)]
    path = " L ".join(f"{x} {y}" for x, y in shaft)
    wing_x, wing_y = 5 * along[1], 5 * along[0]
    ink = line.ink.value
    yield f'<path class="line {ink}" d="M {path}"/>'
    yield (
        f'<path class="head {ink}" d="M {tip_x} {tip_y} L {back_x - wing_x} {back_y - wing_y} '
        f'L {back_x + wing_x} {back_y + wing_y} Z"/>'
    )


def _label(label: Label) -> str:
    part_of_cell = {Align.LEFT: 0, Align.CENTRE: 0.5, Align.RIGHT: 1}[label.align]
    x = (label.x + part_of_cell) * CELL_WIDTH
    baseline = label.y * CELL_HEIGHT + 13
    return (
        f'<text class="{label.ink.value}" x="{x:g}" y="{baseline}" '
        f'text-anchor="{label.align.value}">{escape(label.text, quote=False)}</text>'
    )
