# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON as people type it: single quotes, trailing commas, comments.

QEMU's own parser takes single quotes; the rest is what documents have and a reader forgives.
"""

import re
from collections.abc import Callable

from colorunbook.qemu.payload import Json, JsonObject

DEEPEST = 20
LONGEST = 65536
_BLANK = re.compile(r"(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?(?![\w.])")
_WORD = re.compile(r"(true|True|false|False|null|None)(?!\w)")
_STRING = {quote: re.compile(rf"{quote}((?:[^{quote}\\\n]|\\.)*){quote}") for quote in "'\""}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None, "none": None}


class NotJson(ValueError):
    """The text is no JSON, not even loosely."""


def read_object(text: str, at: int) -> tuple[JsonObject, int]:
    """Read the object that begins at a place; give it and the place behind it.

    :raises NotJson: there is none, or it is deeper or longer than any command.
    """
    reader = _Reader(text, at)
    value = reader.object(0)
    return value, reader.at


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.end = at + LONGEST

    def object(self, depth: int) -> JsonObject:
        found: JsonObject = {}

        def member() -> None:
            name = self._string()
            self._take(":")
            found[name] = self._value(depth + 1)

        self._list("{", "}", member, depth)
        return found

    def _array(self, depth: int) -> list[Json]:
        found: list[Json] = []
        self._list("[", "]", lambda: found.append(self._value(depth + 1)), depth)
        return found

    def _list(self, opening: str, closing: str, one: Callable[[], None], depth: int) -> None:
        if depth > DEEPEST:
            raise NotJson("too deep")
        self._take(opening)
        while self._next() != closing:
            one()
            if self._next() != closing:
                self._take(",")
        self.at += 1

    def _value(self, depth: int) -> Json:
        char = self._next()
        if char == "{":
            return self.object(depth)
        if char == "[":
            return self._array(depth)
        if char in _STRING:
            return self._string()
        if number := _NUMBER.match(self.text, self.at, self.end):
            self.at = number.end()
            return float(number[0]) if number[1] or number[2] else int(number[0])
        if word := _WORD.match(self.text, self.at, self.end):
            self.at = word.end()
            return _WORDS[word[1].lower()]
        raise NotJson("no value")

    def _string(self) -> str:
        pattern = _STRING.get(self._next())
        found = pattern.match(self.text, self.at, self.end) if pattern else None
        if found is None:
            raise NotJson("no string")
        self.at = found.end()
        text = _ESCAPE.sub(_unescaped, found[1])
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _next(self) -> str:
        """The next character that means something; empty at the end."""
        blank = _BLANK.match(self.text, self.at, self.end)
        self.at = blank.end() if blank else self.at
        return self.text[self.at : self.at + 1] if self.at < self.end else ""

    def _take(self, char: str) -> None:
        if self._next() != char:
            raise NotJson(f"no {char}")
        self.at += 1


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _ESCAPES.get(match[2], match[2])
