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
_ASIDE, _FEW_WORDS = 77, 8
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
    asides = {pair for pair in titles if _is_past_others(*pair)}
    words = {
        pair: tuple(_wrapped(found, _FEW_WORDS if pair in asides else _WORDS))
        for pair, found in titles.items()
    }
    boxes = _place({pair: found for pair, found in words.items() if pair not in asides})
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
        if (start, end) in asides:
            _aside(sheet, way)
        elif way.back:
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


def _is_past_others(start: State, end: State) -> bool:
    """Whether a way down leads past states that it has nothing to do with."""
    first, last = (next(n for n, row in enumerate(_ROWS) if s in row) for s in (start, end))
    if len(_ROWS[first]) == len(_ROWS[last]) == 1:
        return last > first + 1
    columns = [row.index(s) for s in (start, end) for row in _ROWS if s in row and len(row) > 1]
    between = (row[column] for row in _ROWS[first + 1 : last] for column in columns[:1])
    return any(state is not None for state in between)


def _wrapped(titles: Iterable[str], width: int) -> Iterable[str]:
    for title in titles:
        first, *rest = wrap(title, width)
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


def _aside(sheet: Sheet, way: _Way) -> None:
    rows = way.start.y + 1, way.end.y + 1
    down = (_ASIDE, rows[0]), (_ASIDE, rows[1])
    corners = (way.start.right, rows[0]), *down, (way.end.right, rows[1])
    sheet.lines.append(Line(corners, Ink.MEMORY))
    _words(sheet, way, _ASIDE - _FEW_WORDS, rows[0] + 1 + len(way.words))


def _words(sheet: Sheet, way: _Way, column: int, below: int) -> None:
    for row, text in enumerate(way.words, below - len(way.words)):
        sheet.labels.append(Label(column, row, text, Ink.KIND))


def _sentences(titles: Mapping[tuple[State, State], list[str]]) -> Iterable[str]:
    for (start, end), found in titles.items():
        yield f"From {start.name} to {end.name}: {', '.join(found)}."
