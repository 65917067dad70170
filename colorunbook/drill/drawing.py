# SPDX-License-Identifier: GPL-2.0-or-later
"""What the pictures of drills are put together from: SVG, readable on a light and a dark page.

Inside a page a picture takes the colour of the text around it; as a file of its own it follows
what the reader's system asks for. It needs nothing from outside.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from colorunbook.visible import printable

STYLE = """\
.colo-drill { color: var(--colo-ink, inherit); }
.colo-drill text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.colo-drill text { fill: currentColor; }
.colo-drill text.title { font-size: 15px; font-weight: 600; }
.colo-drill text.soft { fill-opacity: 0.72; }
.colo-drill text.beside { font-size: 11px; }
.colo-drill .grid { stroke: currentColor; stroke-opacity: 0.16; }
"""
"""What all of them share."""

_OF_ITS_OWN = """\
.colo-drill { color: #24292f; }
@media (prefers-color-scheme: dark) { .colo-drill { color: #e6edf3; } }
"""

_VARIABLE = re.compile(r"var\(--[\w-]+, ([^()]+)\)")

_IN_A_ROW = 10


def framed(
    pieces: Iterable[str],
    *,
    size: tuple[int, int],
    name: str,
    title: str,
    about: str,
    style: str,
    inline: bool,
) -> str:
    """A whole picture.

    :param size: width and height.
    :param name: a word that is used once on a page; ids are made of it.
    :param about: all that is in it, for who cannot see it.
    :param style: what is its own beside :data:`STYLE`.
    :param inline: it becomes a part of a page.
    """
    width, height = size
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="colo-drill" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'style="max-width: 100%; height: auto" role="img" '
        f'aria-labelledby="{name}-title {name}-about">',
        f'<title id="{name}-title">{escaped(title)}</title>',
        f'<desc id="{name}-about">{escaped(about)}</desc>',
        f"<style>\n{STYLE + style if inline else _plain(STYLE + style) + _OF_ITS_OWN}</style>",
        *pieces,
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def _plain(style: str) -> str:
    """Without the variables of a page: not every program that shows a file knows of such."""
    return _VARIABLE.sub(r"\1", style)


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """A line of text."""
    shown = f' class="{kind}"' if kind else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{shown} x="{x:g}" y="{y:g}"{where}>{escaped(words)}</text>'


def upright(x: float, y: float, words: str) -> str:
    """A line of text that is read from below, with its middle here."""
    return (
        f'<text transform="translate({x:g} {y:g}) rotate(-90)" text-anchor="middle">'
        f"{escaped(words)}</text>"
    )


def strokes(kind: str, drawn: Sequence[str]) -> Iterator[str]:
    """Many strokes as one path, some of them in each row; nothing, if there is none."""
    if drawn:
        rows = (" ".join(drawn[at : at + _IN_A_ROW]) for at in range(0, len(drawn), _IN_A_ROW))
        yield f'<path class="{kind}" d="' + "\n".join(rows) + '"/>'


def cross(x: float, y: float) -> str:
    """What says that something is not as it should be."""
    return f'<path class="lost" d="M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8"/>'


def escaped(words: str) -> str:
    """A result may be anybody's; what no XML can hold is spelled out."""
    return escape(printable(words).replace("\n", " "))
