# SPDX-License-Identifier: GPL-2.0-or-later
"""The document's text in blocks: titles, paragraphs, list items and literal blocks.

This reads what reStructuredText says about blocks and nothing more, so that every block keeps its
place in the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_RULE = re.compile(r"([=\-`:.'\"~^_*+#])\1{2,}")
_BULLET = re.compile(r"([*+-]|\d+\.|#\.)(\s+)")


class Kind(Enum):
    """What a block is."""

    TITLE = "title"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the text.

    :param text: without indentation, bullet and trailing blanks.
    :param line: of its first character, counted from 1.
    :param start: of its first character in the file.
    :param end: behind its last character.
    """

    kind: Kind
    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    start: int
    text: str

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def blocks(text: str) -> Iterator[Block]:
    """Cut a document into blocks, in order."""
    groups = list(_paragraphs(_lines(text)))
    at = 0
    while at < len(groups):
        group = groups[at]
        at += 1
        if _is_title(group):
            yield _block(Kind.TITLE, group[:1])
            continue
        yield from _items(group)
        if group[-1].text.rstrip().endswith("::") and not _is_directive(group[-1]):
            literal: list[_Line] = []
            owner = _body_indent(group)
            while at < len(groups) and min(line.indent for line in groups[at]) > owner:
                literal += groups[at]
                at += 1
            if literal:
                yield _block(Kind.LITERAL, literal)


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        lines.append(_Line(number, start, line))
        start += len(line) + 1
    return lines


def _paragraphs(lines: list[_Line]) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in lines:
        if not line.blank:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _items(group: list[_Line]) -> Iterator[Block]:
    """A group of lines is one paragraph, or a list with an item a line and its continuations."""
    item: list[_Line] = []
    for line in group:
        if _BULLET.match(line.text.lstrip()) and item:
            yield _item(item)
            item = []
        item.append(line)
    yield _item(item)


def _item(lines: list[_Line]) -> Block:
    match = _BULLET.match(lines[0].text.lstrip())
    if match is None:
        return _block(Kind.PARAGRAPH, lines)
    first, cut = lines[0], lines[0].indent + match.end()
    bare = _Line(first.number, first.start + cut, first.text[cut:])
    return _block(Kind.BULLET, [bare, *lines[1:]])


def _body_indent(group: list[_Line]) -> int:
    """Where the text of the last item of a group begins."""
    for line in reversed(group):
        match = _BULLET.match(line.text.lstrip())
        if match is not None:
            return line.indent + match.end()
    return group[-1].indent


def _is_title(group: list[_Line]) -> bool:
    rule = group[1].text.rstrip() if len(group) == 2 else ""
    return bool(_RULE.fullmatch(rule)) and len(rule) >= len(group[0].text.rstrip())


def _is_directive(line: _Line) -> bool:
    return line.text.lstrip().startswith(".. ")


def _block(kind: Kind, lines: list[_Line]) -> Block:
    margin = min(line.indent for line in lines)
    text = "\n".join(line.text[margin:].rstrip() for line in lines)
    last = lines[-1]
    start = lines[0].start + lines[0].indent
    return Block(kind, text.strip(), lines[0].number, start, last.start + len(last.text.rstrip()))
