# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of a journal as records: bounded, and each looked at before it is believed."""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from math import isfinite
from pathlib import Path
from typing import Final, NoReturn

from colorunbook.errors import InputError
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Json, JsonObject, is_object

LONGEST: Final = 16 * 2**20
"""Bytes of a line."""

LARGEST: Final = 256 * 2**20
"""Bytes of a file."""

DEEPEST: Final = 64
"""Levels of lists and objects in one another."""

_YEARS: Final = range(1971, 9000)
_AFTER_A_TEAR: Final = ("Resumed", "RunFailed")


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    :param line: its number, from 1.
    """

    line: int
    record: JsonObject

    def fail(self, what: str) -> NoReturn:
        """Say that it is not as it should be.

        :raises InputError: always.
        """
        raise InputError(f"line {self.line}: {what}")

    def text(self, name: str) -> str:
        """A text."""
        value = self.record.get(name)
        return value if isinstance(value, str) else self.fail(f"{name} is no text")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.record.get(name)
        if not isinstance(value, list):
            self.fail(f"{name} is no list")
        return tuple(each if isinstance(each, str) else self.fail(f"{name}: {each!r:.40} is no "
                     "text") for each in value)  # fmt: skip

    def whole(self, name: str) -> int:
        """A whole number."""
        value = self.record.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**63:
            self.fail(f"{name} is no whole number")
        return value

    def seconds(self, name: str) -> float:
        """A span of time."""
        value = self.record.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            self.fail(f"{name} is no time in seconds")
        return float(value)

    def table(self, name: str) -> "Row":
        """An object in it."""
        value = self.record.get(name)
        return Row(self.line, value) if is_object(value) else self.fail(f"{name} is no object")

    def tables(self, name: str) -> Iterator["Row"]:
        """A list of objects in it."""
        value = self.record.get(name)
        if not isinstance(value, list):
            self.fail(f"{name} is no list")
        for each in value:
            yield (
                Row(self.line, each) if is_object(each) else self.fail(f"{name} has a {each!r:.40}")
            )

    def role(self, name: str = "role") -> Role:
        """A role."""
        try:
            return Role(self.record.get(name))
        except ValueError:
            self.fail(f"{name} is no role")

    def time(self, name: str = "time") -> datetime:
        """A point in time, in UTC."""
        text = self.text(name)
        try:
            found = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{name} is no time")
        return found if found.year in _YEARS else self.fail(f"{name} is out of range")


def read_rows(path: Path) -> tuple[list[Row], bool]:
    """Every line, and whether one at the end is cut short.

    :raises InputError: it cannot be read, is empty or too large, or a line is no JSON object.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise InputError("it is no file")
            if found.st_size > LARGEST:
                raise InputError(f"it is larger than {LARGEST >> 20} MiB")
            return _rows(file)
    except OSError as error:
        raise InputError(f"{error.strerror}") from error
    except ValueError as error:  # a path with a zero byte
        raise InputError(f"{error}") from error


def _rows(file: BufferedReader) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    torn: InputError | None = None
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST or file.tell() > LARGEST:
            raise InputError(f"line {number}: it is longer than {LONGEST >> 20} MiB")
        if line == b"\n":
            continue
        try:
            row = Row(number, _record(line, number))
        except InputError as error:
            if torn is not None or not rows:
                raise (torn or error) from None
            torn = error
            continue
        if torn is not None and row.record.get("event") not in _AFTER_A_TEAR:
            raise torn
        torn = None
        rows.append(row)
    if not rows:
        raise InputError("it is empty")
    return rows, torn is not None


def _record(line: bytes, number: int) -> JsonObject:
    try:
        value: Json = json.loads(line.decode(), parse_constant=_refuse, parse_float=_finite)
        value = _clean(value, DEEPEST)
    except RecursionError:
        raise InputError(f"line {number}: it is nested too deeply") from None
    except ValueError:
        raise InputError(f"line {number}: it is not JSON") from None
    if not is_object(value):
        raise InputError(f"line {number}: it is no JSON object")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is too large")
    return value


def _clean(value: Json, room: int) -> Json:
    """The value with text that can be encoded: half a character is replaced."""
    if not room:
        raise RecursionError
    match value:
        case str():
            return value if value.isascii() else value.encode(errors="replace").decode()
        case list():
            return [_clean(item, room - 1) for item in value]
        case dict():
            return {str(_clean(name, 1)): _clean(item, room - 1) for name, item in value.items()}
        case _:
            return value
