# SPDX-License-Identifier: GPL-2.0-or-later
"""All that was measured, on which machine; kept in a file of JSON."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from benchmarks.row import Row, Unit
from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json, JsonObject, as_objects, is_object, read_json


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured.

    :ivar date: the day, as in ``2026-11-25``.
    :ivar qemu: the version of the QEMU; empty: none was needed.
    :ivar python: the version of Python.
    :ivar processors: how many the machine had.
    :ivar load: its load average when it began.
    """

    date: str
    qemu: str
    python: str
    processors: int
    load: float
    rows: tuple[Row, ...] = ()

    @classmethod
    def here(cls, qemu: str = "") -> Self:
        """Of this machine, with nothing measured yet."""
        return cls(
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            qemu=qemu,
            python=platform.python_version(),
            processors=len(os.sched_getaffinity(0)),
            load=round(os.getloadavg()[0], 1),
        )

    def with_rows(self, rows: Iterable[Row]) -> Self:
        """The same with further rows; one of the same key gives way."""
        found = {row.key: row for row in (*self.rows, *rows)}
        return replace(self, rows=tuple(found.values()))

    @property
    def text(self) -> str:
        """As they stand in their file: a line a row."""
        about: JsonObject = {
            "date": self.date,
            "qemu": self.qemu,
            "python": self.python,
            "processors": self.processors,
            "load": self.load,
        }
        head = "".join(f" {json.dumps(name)}: {json.dumps(about[name])},\n" for name in about)
        rows = ",\n".join(f"  {json.dumps(_as_json(row))}" for row in self.rows)
        return f'{{\n{head} "rows": [\n{rows}\n ]\n}}\n'


def read(path: Path) -> Figures:
    """Read what was measured.

    :raises InputError: it cannot be read, or is something else.
    """
    try:
        return _figures(read_json(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, InputError) as error:
        raise InputError(
            f"{path} holds no figures of a benchmark: {error}.", "Make it anew: ./run bench"
        ) from error


def _as_json(row: Row) -> JsonObject:
    return {
        "key": row.key,
        "what": row.what,
        "against": row.against,
        "wanted": row.wanted,
        "unit": row.unit.value,
        "size": row.size,
        "ours": [_short(value) for value in row.ours],
        "floor": [_short(value) for value in row.floor],
    }


def _short(value: float) -> float:
    """Four digits: the fifth is noise."""
    return float(f"{value:.4g}")


def _figures(told: Json) -> Figures:
    if not is_object(told):
        raise TypeError("it is no object")
    return Figures(
        date=str(told["date"]),
        qemu=str(told["qemu"]),
        python=str(told["python"]),
        processors=int(_number(told["processors"])),
        load=_number(told["load"]),
        rows=tuple(map(_row, as_objects(told["rows"]))),
    )


def _row(told: JsonObject) -> Row:
    wanted, size = told["wanted"], told["size"]
    ours, floor = _numbers(told["ours"]), _numbers(told["floor"])
    if len(ours) != len(floor):
        raise TypeError(f"{told['key']} has not as many measurements as its floor")
    return Row(
        key=str(told["key"]),
        what=str(told["what"]),
        against=str(told["against"]),
        wanted=None if wanted is None else _number(wanted),
        ours=ours,
        floor=floor,
        unit=Unit(told["unit"]),
        size=None if size is None else int(_number(size)),
    )


def _numbers(told: Json) -> tuple[float, ...]:
    if not isinstance(told, list) or not told:
        raise TypeError("measurements are a list that is not empty")
    return tuple(map(_number, told))


def _number(told: Json) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise TypeError(f"{told!r} is no number")
    return told
