# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of the states of one QEMU, and of the runbooks between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import wrap

from colorunbook.render.drawing import Align, Box, Drawing, Ink, Label, Line
from colorunbook.render.sheet import Sheet
from colorunbook.render.states import (
    ABSENT,
    ALONE,
    PREPARED,
    PRIMARY,
    SECONDARY,
    STARTED,
    WAITING,
    Edge,
    State,
)

_ROWS = ((ABSENT,), (None, WAITING), (STARTED, PREPARED), (PRIMARY, SECONDARY), (ALONE,))
"""From top to bottom: a state for both columns, or one for each."""

_COLUMNS, _WIDTH, _WORDS = (20, 46), 21, 17
_HEIGHT = 4


@dataclass(frozen=True, slots=True)
class _Way:
    """All runbooks that lead from one state to another."""

    start: Box
    end: Box
    words: tuple[str, ...]

    @property
    def back(self) -> bool:
        """It leads to a state further up."""
        return self.end.y < self.start.y


def statechart(edges: Iterable[Edge]) -> Drawing:
    """Draw the states, and an arrow for all runbooks that lead from one to the same other."""
    titles: dict[tuple[State, State], list[str]] = {}
    for edge in edges:
        titles.setdefault((edge.start, edge.end), []).append(edge.title)
    words = {pair: tuple(_wrapped(found)) for pair, found in titles.items()}
    boxes = _place(words)
    sheet = Sheet()
    for state, box in boxes.items():
        sheet.boxes.append(box)
        texts = ((state.name, Ink.NAME), (state.shown, Ink.KIND))
        for row, (text, ink) in enumerate(texts, box.y + 1):
            if text:
                sheet.labels.append(Label(box.centre, row, text, ink, Align.CENTRE))
    backs = 0
    for (start, end), found in words.items():
        way = _Way(boxes[start], boxes[end], found)
        if way.back:
            _back(sheet, way, 2 + backs)
            backs += 1
        else:
            _down(sheet, way)
    return sheet.drawing("The states of one QEMU", " ".join(_sentences(titles)))


def _place(words: Mapping[tuple[State, State], tuple[str, ...]]) -> dict[State, Box]:
    boxes: dict[State, Box] = {}
    top = 0
    for row in _ROWS:
        above = [len(found) for (start, end), found in words.items() if end in row]
        top += 2 + max(above) if boxes and above else 0
        for column, state in enumerate(row):
            if state is not None:
                left = _COLUMNS[column]
                width = _WIDTH if len(row) > 1 else _COLUMNS[1] - left + _WIDTH
                boxes[state] = Box(left, top, width, _HEIGHT if state.shown else 3)
        top = max(box.bottom for box in boxes.values()) + 1
    return boxes


def _wrapped(titles: Iterable[str]) -> Iterable[str]:
    for title in titles:
        first, *rest = wrap(title, _WORDS)
        yield first
        yield from (f"  {line}" for line in rest)


def _down(sheet: Sheet, way: _Way) -> None:
    column = min(way.start, way.end, key=lambda box: box.width).middle
    sheet.lines.append(Line(((column, way.start.bottom), (column, way.end.y)), Ink.MEMORY))
    _words(sheet, way, column + 2, way.end.y - 1)


def _back(sheet: Sheet, way: _Way, column: int) -> None:
    rows = way.start.y + 1, way.end.y + 1
    corners = (way.start.x, rows[0]), (column, rows[0]), (column, rows[1]), (way.end.x, rows[1])
    sheet.lines.append(Line(corners, Ink.NETWORK))
    _words(sheet, way, column + 2, (rows[0] + rows[1] + len(way.words) + 1) // 2)


def _words(sheet: Sheet, way: _Way, column: int, below: int) -> None:
    for row, text in enumerate(way.words, below - len(way.words)):
        sheet.labels.append(Label(column, row, text, Ink.KIND))


def _sentences(titles: Mapping[tuple[State, State], list[str]]) -> Iterable[str]:
    for (start, end), found in titles.items():
        yield f"From {start.name} to {end.name}: {', '.join(found)}."
