# SPDX-License-Identifier: GPL-2.0-or-later
"""Shell lines as documents have them, cut into words; nothing is refused.

A reference to a variable stays in the word as a *mark*, so that ``$imagefolder/a`` in two documents
is the same word whatever the folder is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

OPEN, CLOSE = "\ue000", "\ue001"
ROW = "\ue002"
"""Where a row ended that goes on in the next; the shell does not see it."""

_MARK = re.compile(f"{OPEN}([A-Za-z_][A-Za-z0-9_]*){CLOSE}")
_REFERENCE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?://,/,,)?\})")
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=")
_ENDS = frozenset(";|&<>()")


@dataclass(frozen=True, slots=True)
class Piece:
    """One word, marks in it, and the row of the text it stands in (0: the first)."""

    text: str
    row: int


def mark(name: str) -> str:
    """What stands for a variable."""
    return f"{OPEN}{name}{CLOSE}"


def marked(text: str, known: Mapping[str, str]) -> str:
    """Mark the references to variables that were assigned; other dollars are left alone."""

    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return mark(name) if name in known else match[0]

    return _REFERENCE.sub(one, text)


def expanded(text: str, known: Mapping[str, str]) -> str:
    """Put values in the place of marks; what was never assigned stays symbolic, as ``$name``."""
    return _MARK.sub(lambda match: known.get(match[1], f"${match[1]}"), text)


def names(text: str) -> frozenset[str]:
    """The variables that a word refers to."""
    return frozenset(_MARK.findall(text))


def assignment(line: str) -> tuple[str, str] | None:
    """Read ``name=value``, marks in the value; ``None``: it is something else."""
    match = _ASSIGNMENT.match(line)
    found = cut(line[match.end() :]) if match else []
    if match is None or len(found) > 1 or line[match.end() : match.end() + 1].isspace():
        return None
    return match[1], found[0].text if found else ""


def cut(line: str) -> list[Piece]:
    """Cut one command into words, up to where the shell would end it."""
    found: list[Piece] = []
    at = row = 0
    word: list[str] | None = None
    quote = ""
    while at < len(line):
        char = line[at]
        at += 1
        if char == ROW:
            row += 1
            continue
        if quote == "'" or (quote and char == quote) or (not quote and char in "'\""):
            word = word or []
            if quote and char == quote:
                quote = ""
            elif quote:
                word.append(char)
            else:
                quote = char
            continue
        if not quote and char.isspace():
            if word is not None:
                found.append(Piece("".join(word), row))
                word = None
            continue
        if not quote and (char in _ENDS or (char == "#" and word is None)):
            break
        word = word or []
        if char == "$" and (match := _REFERENCE.match(line, at - 1)):
            word.append(mark(match[1] or match[2]))
            at = match.end()
        elif char == "\\" and at < len(line) and (not quote or line[at] in '\\"$`'):
            word.append(line[at])
            at += 1
        else:
            word.append(char)
    if word is not None:
        found.append(Piece("".join(word), row))
    return found
