# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawing as text art: ASCII only, for a plain document."""

from colorunbook.render.drawing import Box, Drawing, Ink, Line

_ACROSS = {Ink.NETWORK: "=", Ink.DISK: "=", Ink.MEMORY: "="}
_HEADS = {(1, 0): ">", (-1, 0): "<", (0, 1): "v", (0, -1): "^"}


def text_art(drawing: Drawing) -> str:
    """Draw with characters; lines end without blanks, the last one without a line feed."""
    grid = [[" "] * drawing.width for _ in range(drawing.height)]
    for box in drawing.boxes:
        if box.ink is Ink.HOST:
            _frame(grid, box)
    for line in drawing.lines:
        _line(grid, line)
    for box in drawing.boxes:
        if box.ink is Ink.SOCKET:
            grid[box.y + 1][box.x], grid[box.y + 1][box.right] = "[", "]"
        elif box.ink is not Ink.HOST:
            _frame(grid, box)
    for label in drawing.labels:
        for column, char in enumerate(label.text, label.first):
            grid[label.y][column] = char if char.isascii() else "?"
    return "\n".join("".join(row).rstrip() for row in grid)


def _frame(grid: list[list[str]], box: Box) -> None:
    edge = ["+", *"-" * (box.width - 2), "+"]
    grid[box.y][box.x : box.right + 1] = edge
    grid[box.bottom][box.x : box.right + 1] = edge
    for row in range(box.y + 1, box.bottom):
        grid[row][box.x] = grid[row][box.right] = "|"


def _line(grid: list[list[str]], line: Line) -> None:
    for (x, y), (to_x, to_y) in line.strokes():
        if y == to_y:
            for column in range(min(x, to_x), max(x, to_x) + 1):
                grid[y][column] = _ACROSS.get(line.ink, "-")
        else:
            for row in range(min(y, to_y), max(y, to_y) + 1):
                grid[row][x] = "|"
    for x, y in line.corners[1:-1]:
        grid[y][x] = "+"
    (x, y), (to_x, to_y) = line.corners[-2:]
    step = (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)
    grid[to_y - step[1]][to_x - step[0]] = _HEADS[step]
