# SPDX-License-Identifier: GPL-2.0-or-later
"""Words and shell lines, both ways.

A :class:`Word` is one argument of a command. It may refer to shell variables, as the document does
with ``$imagefolder``; each :class:`Variable` carries its value, so that a word is concrete wherever
it is read. ``read(show(words)) == words`` for every word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from colorunbook.errors import InputError

_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_WIDTH = 92


@dataclass(frozen=True, slots=True)
class Variable:
    """A reference to a shell variable that was assigned before."""

    name: str
    value: str


Part = str | Variable


@dataclass(frozen=True, slots=True)
class Word:
    """One argument: literal text and variables, neighbouring text joined."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, *parts: Part) -> "Word":
        """Make a word in its normal form: no empty text, no two texts side by side."""
        merged: list[Part] = []
        for part in parts:
            if isinstance(part, str) and merged and isinstance(last := merged[-1], str):
                merged[-1] = last + part
            elif part != "":
                merged.append(part)
        return cls(tuple(merged))

    @property
    def text(self) -> str:
        """What the program sees: every variable replaced by its value."""
        return "".join(part if isinstance(part, str) else part.value for part in self.parts)


def words(*texts: str) -> tuple[Word, ...]:
    """Make literal words."""
    return tuple(Word.of(text) for text in texts)


def show_word(word: Word) -> str:
    """Spell a word so that a shell reads back exactly this word."""
    if all(isinstance(part, str) for part in word.parts):
        return quote(word.text)
    tame = all(_SAFE.fullmatch(p if isinstance(p, str) else p.value) for p in word.parts)
    if tame:
        return "".join(_references(word.parts, escape=False))
    return '"' + "".join(_references(word.parts, escape=True)) + '"'


def show(line: Iterable[Word]) -> str:
    """Spell a command, broken before options with a backslash where it would grow too wide."""
    rows: list[str] = []
    for word in line:
        text = show_word(word)
        opens = text.startswith("-") or not rows
        if rows and not (opens and len(rows[-1]) + len(text) > _WIDTH // 2):
            rows[-1] += " " + text
        else:
            rows.append(text)
    return " \\\n    ".join(rows)


def show_assignment(name: str, value: str) -> str:
    """Spell ``name=value``; a path stands in double quotes, as in QEMU's document."""
    if "/" not in value or "!" in value:
        return f"{name}={quote(value)}"
    return f'{name}="{_escape(value)}"'


def read(line: str, variables: Mapping[str, str]) -> tuple[Word, ...]:
    """Read one shell command (continuations included) into words.

    :param variables: what was assigned before, by name.
    :raises InputError: an unknown variable, an open quote, or shell syntax beyond simple commands.
    """
    return tuple(_Reader(line.replace("\\\n", " "), variables).words())


def read_assignment(line: str) -> tuple[str, str] | None:
    """Read ``name=value``; ``None`` when the line is no assignment.

    :raises InputError: the value is more than one word.
    """
    name, equals, rest = line.strip().partition("=")
    if not equals or not _NAME.fullmatch(name):
        return None
    value = read(rest, {}) if rest else ()
    if len(value) > 1:
        raise InputError(f"The assignment {line.strip()!r} has blanks outside quotes.", "")
    return name, value[0].text if value else ""


def quote(text: str) -> str:
    """Quote literal text for a POSIX shell, where it needs it."""
    if _SAFE.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _escape(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _references(parts: tuple[Part, ...], *, escape: bool) -> Iterator[str]:
    for index, part in enumerate(parts):
        if isinstance(part, str):
            yield _escape(part) if escape else part
            continue
        follower = parts[index + 1] if index + 1 < len(parts) else ""
        glued = isinstance(follower, str) and re.match(r"[A-Za-z0-9_]", follower)
        yield f"${{{part.name}}}" if glued else f"${part.name}"


class _Reader:
    """A tokenizer for simple commands: quotes, backslashes and variables, nothing else."""

    def __init__(self, line: str, variables: Mapping[str, str]) -> None:
        self.line = line
        self.variables = variables
        self.at = 0

    def words(self) -> Iterator[Word]:
        while True:
            while self.at < len(self.line) and self.line[self.at].isspace():
                self.at += 1
            if self.at >= len(self.line):
                return
            yield self._word()

    def _word(self) -> Word:
        parts: list[Part] = []
        while self.at < len(self.line) and not self.line[self.at].isspace():
            char = self.line[self.at]
            if char == "'":
                parts.append(self._until_single_quote())
            elif char == '"':
                self.at += 1
                parts.extend(self._until_double_quote())
            elif char == "\\":
                parts.append(self.line[self.at + 1 : self.at + 2])
                self.at += 2
            elif char == "$":
                parts.append(self._variable())
            elif char in ";&|<>()`*?~#" and not (char in "~#" and parts):
                raise InputError(f"The command {self.line!r} has a bare {char!r}.", "Quote it.")
            else:
                parts.append(char)
                self.at += 1
        return Word.of(*parts)

    def _until_single_quote(self) -> str:
        end = self.line.find("'", self.at + 1)
        if end < 0:
            raise InputError(f"The command {self.line!r} has an open quote.", "Close it.")
        text = self.line[self.at + 1 : end]
        self.at = end + 1
        return text

    def _until_double_quote(self) -> Iterator[Part]:
        while self.at < len(self.line):
            char = self.line[self.at]
            if char == '"':
                self.at += 1
                return
            if char == "$":
                yield self._variable()
            elif char == "\\" and self.line[self.at + 1 : self.at + 2] in ("\\", '"', "$", "`"):
                yield self.line[self.at + 1]
                self.at += 2
            else:
                yield char
                self.at += 1
        raise InputError(f"The command {self.line!r} has an open quote.", "Close it.")

    def _variable(self) -> Variable:
        match = _REFERENCE.match(self.line, self.at)
        name = (match[1] or match[2]) if match else "$"
        if match is None or name not in self.variables:
            raise InputError(
                f"The command {self.line!r} uses the variable {name!r}, which nothing assigned.",
                "Assign it in a line above.",
            )
        self.at = match.end()
        return Variable(name, self.variables[name])
