# SPDX-License-Identifier: GPL-2.0-or-later
"""Words and shell lines, both ways.

A :class:`Word` is one argument of a command. It may refer to shell variables, as the document does
with ``$imagefolder``; each :class:`Variable` carries its value, so that a word is concrete wherever
it is read. ``read(show(words)) == words`` for every word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from colorunbook.errors import InputError

_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(
    r"\$(?:(?P<bare>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)(?P<doubled>//,/,,)?\})"
)
_BLANKS = " \t\n"
_WIDTH = 76


@dataclass(frozen=True, slots=True)
class Variable:
    """A reference to a shell variable that was assigned before.

    :param value: its value where the command stands.
    :param doubled: QEMU's option strings want each comma of a value twice; the shell (bash, ksh,
        zsh) does that.
    :param also: another value that the same words have to be right for: the document tells its
        reader to type them on the other host again.
    """

    name: str
    value: str
    doubled: bool = False
    also: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """What the shell puts in its place."""
        return self.value.replace(",", ",,") if self.doubled else self.value


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
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)


def words(*texts: str) -> tuple[Word, ...]:
    """Make literal words."""
    return tuple(Word.of(text) for text in texts)


def show_word(word: Word) -> str:
    """Spell a word so that a shell reads back exactly this word."""
    if all(isinstance(part, str) for part in word.parts):
        return quote(word.text)
    texts = (p if isinstance(p, str) else p.value + p.also for p in word.parts)
    tame = all(map(_SAFE.fullmatch, texts))
    if tame:
        return "".join(_references(word.parts, escape=False))
    return '"' + "".join(_references(word.parts, escape=True)) + '"'


def show(line: Iterable[Word]) -> str:
    """Spell a command, broken before options with a backslash where it would grow too wide."""
    rows: list[str] = []
    for piece in _with_values(map(show_word, line)):
        if rows and len(rows[-1]) + len(piece) < _WIDTH:
            rows[-1] += " " + piece
        else:
            rows.append(piece)
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
    return tuple(_Reader(line, variables).words())


def read_assignment(line: str) -> tuple[str, str] | None:
    """Read ``name=value``; ``None`` when the line is no assignment.

    :raises InputError: the value is more than one word.
    """
    name, equals, rest = line.strip().partition("=")
    if not equals or not _NAME.fullmatch(name):
        return None
    value = read(rest, {})
    if len(value) > (0 if rest.startswith(tuple(_BLANKS)) else 1):
        raise InputError(f"The assignment {line.strip()!r} has blanks outside quotes.", "")
    return name, value[0].text if value else ""


def quote(text: str) -> str:
    """Quote literal text for a POSIX shell, where it needs it."""
    if _SAFE.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _with_values(texts: Iterable[str]) -> Iterator[str]:
    """Each option together with the words that follow it."""
    piece = ""
    for text in texts:
        if piece and text.startswith("-"):
            yield piece
            piece = text
        else:
            piece = f"{piece} {text}" if piece else text
    yield piece


def _escape(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _references(parts: tuple[Part, ...], *, escape: bool) -> Iterator[str]:
    for index, part in enumerate(parts):
        if isinstance(part, str):
            yield _escape(part) if escape else part
            continue
        follower = parts[index + 1] if index + 1 < len(parts) else ""
        glued = isinstance(follower, str) and re.match(r"[A-Za-z0-9_]", follower)
        if part.doubled:
            yield f"${{{part.name}//,/,,}}"
        else:
            yield f"${{{part.name}}}" if glued else f"${part.name}"


class _Reader:
    """A tokenizer for simple commands: quotes, backslashes and variables, nothing else."""

    def __init__(self, line: str, variables: Mapping[str, str]) -> None:
        self.line = line
        self.variables = variables
        self.at = 0

    def words(self) -> Iterator[Word]:
        begun = False
        while True:
            broken = self._skip_blanks()
            if self.at >= len(self.line):
                return
            if begun and broken:
                raise InputError(
                    f"The command {self.line!r} goes on after a row that does not say so.",
                    "End the row with a backslash.",
                )
            begun = True
            yield self._word()

    def _skip_blanks(self) -> bool:
        """Go to the next word; tell whether a row ended on the way, as a command does."""
        broken = False
        while self.at < len(self.line):
            if self._skip_continuation():
                continue
            if self.line[self.at] not in _BLANKS:
                break
            broken |= self.line[self.at] == "\n"
            self.at += 1
        return broken

    def _skip_continuation(self) -> bool:
        """Step over a backslash at the end of a row, which a shell does not see."""
        found = self.line.startswith("\\\n", self.at)
        self.at += 2 if found else 0
        return found

    def _word(self) -> Word:
        parts: list[Part] = []
        while self.at < len(self.line) and self.line[self.at] not in _BLANKS:
            if self._skip_continuation():
                continue
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
            if self._skip_continuation():
                continue
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
        name = (match["bare"] or match["braced"]) if match else "$"
        if match is None or name not in self.variables:
            raise InputError(
                f"The command {self.line!r} uses the variable {name!r}, which nothing assigned.",
                "Assign it in a line above.",
            )
        self.at = match.end()
        return Variable(name, self.variables[name], doubled=bool(match["doubled"]))
