# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of a document that nobody here has written: wherever they stand, in order.

What looks like a reply, an event, a question or prose is passed over. Nothing is refused.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from colorunbook.drift.launches import PROGRAM, of_launch
from colorunbook.drift.loose import NotJson, read_object
from colorunbook.drift.rows import hidden, rows, typed
from colorunbook.drift.shapes import Kind, Shape, of_assignment, of_hmp, of_qmp, of_shell
from colorunbook.drift.words import Piece, expanded, names
from colorunbook.errors import InputError
from colorunbook.qemu.payload import JsonObject

MOST = 2000
"""Commands that a document can have; and places that look like one and cannot be read."""

_OBJECT = re.compile(r"\{\s{0,200}(['\"])(?:execute|exec-oob|arguments|id)\1")
_REPLY = re.compile(r"<-\s*$")
_COMMENT = re.compile(r"(?:#|//)")
_BEFORE = re.compile(r"(?:(?:\d+[.)]|[-*>|])\s+|->\s*|\(QEMU\)\s*|C:\s*|\s+)*")
_SPAN = re.compile(r"(`{1,2})((?:[^`\n]|\n(?!\s*\n)){1,4000})\1")
_REFERENCE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_ASKS = ("query-", "qom-list", "qom-get", "x-debug-query-", "x-query-", "device-list-properties")
_HMP_ASKS = ("info", "help", "qom-list", "qom-get")
_JSON = "\ue003"


@dataclass(frozen=True, slots=True)
class Found:
    """A command of the document.

    :param line: of its first row, counted from 1.
    :param end: of its last row.
    :param inline: it stands in a sentence, not in a row of its own.
    """

    shape: Shape
    line: int
    end: int
    inline: bool


@dataclass(frozen=True, slots=True)
class _Raw:
    """Something that may be a command, before variables are known."""

    line: int
    column: int
    end: int
    inline: bool = False
    message: JsonObject | None = None
    pieces: tuple[Piece, ...] = field(default=())
    monitor: str = ""
    assigned: tuple[str, str] | None = None
    sure: bool = True


def read(text: str) -> list[Found]:
    """Find the commands of a document.

    :raises InputError: there are more than any such document has.
    """
    text = re.sub("[\ue000-\ue003]", "?", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.expandtabs()
    unseen = hidden(text)
    raws, text = _messages(text, unseen)
    shell, text = _rows(text, unseen)
    raws += [*shell, *_spans(text)]
    _bound(raws)
    raws.sort(key=lambda raw: (raw.line, raw.column))
    used = {name for raw in raws for name in _references(raw)}
    return list(_understood(r for r in raws if r.sure or (r.assigned and r.assigned[0] in used)))


def _bound(raws: Sequence[_Raw]) -> None:
    """Refuse what nobody can have written by hand.

    :raises InputError: there are more commands than any such document has.
    """
    if len(raws) > MOST:
        raise InputError(
            f"The document has more than {MOST} commands.",
            "Give the part of it that is about COLO.",
        )


def _understood(raws: Iterator[_Raw]) -> Iterator[Found]:
    """Give variables their values, in the order of the text."""
    known: dict[str, str] = {}
    for raw in raws:
        if raw.assigned is not None:
            name, value = raw.assigned
            shape = of_assignment(name, value, known)
            known[name] = expanded(value, known)
        elif raw.message is not None:
            shape = of_qmp(raw.message, known)
        elif raw.monitor:
            shape = of_hmp(raw.monitor, known)
        elif PROGRAM.fullmatch(raw.pieces[0].text):
            shape = of_launch(raw.pieces, known)
        else:
            shape = of_shell(raw.pieces, known)
        if not _asks(shape):
            yield Found(shape, raw.line, raw.end, raw.inline)


def _references(raw: _Raw) -> frozenset[str]:
    """The variables that something refers to, whether they are assigned or not."""
    if raw.message is not None or raw.monitor:
        return frozenset(_REFERENCE.findall(f"{raw.message}{raw.monitor}"))
    own = raw.assigned[1] if raw.assigned else ""
    return names(own.join(piece.text for piece in raw.pieces) + own)


def _asks(shape: Shape) -> bool:
    if shape.kind is Kind.QMP:
        return shape.name.startswith(_ASKS)
    return shape.kind is Kind.HMP and shape.name in _HMP_ASKS


def _messages(text: str, unseen: frozenset[int]) -> tuple[list[_Raw], str]:
    """QMP commands anywhere; and the text with every message taken out of it."""
    found: list[_Raw] = []
    kept: list[str] = []
    at = broken = 0
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for match in _OBJECT.finditer(text):
        if match.start() < at:
            continue
        try:
            message, end = read_object(text, match.start())
        except NotJson:
            broken += 1
            if broken > MOST:
                raise InputError("The document is full of JSON that cannot be read.") from None
            continue
        kept += [
            text[at : match.start()],
            _JSON,
            re.sub("[^\n]", " ", text[match.start() + 1 : end]),
        ]
        at = end
        line, last = bisect_right(starts, match.start()), bisect_right(starts, end - 1)
        before = text[starts[line - 1] : match.start()]
        passed = _REPLY.search(before) or _COMMENT.fullmatch(before.strip()) or line in unseen
        if isinstance(message.get("execute"), str) and not passed:
            inline = _BEFORE.fullmatch(before) is None
            found.append(_Raw(line, len(before), last, inline, message))
    return found, "".join([*kept, text[at:]])


def _rows(text: str, unseen: frozenset[int]) -> tuple[list[_Raw], str]:
    """Typed rows; and the text with them taken out of it."""
    lines = text.split("\n")
    found: list[_Raw] = []
    for row in rows(lines, unseen):
        body = "\n".join(lines[row.first - 1 : row.last])
        if _JSON in body:  # what carries a message is no command of its own
            continue
        _bound(found)
        found.append(
            _Raw(
                row.first,
                0,
                row.last,
                pieces=row.pieces,
                monitor=row.monitor,
                assigned=row.assigned,
                sure=row.sure,
            )
        )
    for raw in found:
        if raw.sure:
            lines[raw.line - 1 : raw.end] = [""] * (raw.end - raw.line + 1)
    for number in unseen:
        lines[number - 1] = ""
    return found, "\n".join(lines)


def _spans(text: str) -> Iterator[_Raw]:
    """Commands of the shell in sentences, between backticks."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for match in _SPAN.finditer(text):
        what = None if _JSON in match[2] else typed(match[2].strip())
        if what is None:
            continue
        line, last = bisect_right(starts, match.start()), bisect_right(starts, match.end() - 1)
        column = match.start() - starts[line - 1]
        sure = what.assigned is None
        yield _Raw(line, column, last, True, pieces=what.pieces, assigned=what.assigned, sure=sure)
