# SPDX-License-Identifier: GPL-2.0-or-later
"""One drill, whole: what was done, what it cost, and what was wrong; as a value and as a file."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from colorunbook.drill import spelling
from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.answers import Finding, Verdict
from colorunbook.drill.measures import Stretch
from colorunbook.drill.parts import Impact, Knob, Sample, Span, SpanKind, Totals
from colorunbook.drill.told import Told
from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json, JsonObject, read_json

VERSION: Final = 1
"""Of the JSON; it changes when a reader of the old one would be misled."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a drill was run on, and with.

    :param scenario: its name, as the command line takes it.
    :param date: when it began, as in ``2026-11-25T10:15:00+00:00``.
    :param qemu: the version, as QEMU itself says it.
    :param accel: the accelerator's name, and ``why`` it was that one, as a sentence.
    :param kernel: of the guest.
    :param cores: of the machine, for everything together.
    :param seed: what chance was made of; ``None``: nothing was left to chance.
    :param knobs: what else could have been otherwise, by its name.
    """

    scenario: str
    date: str
    qemu: str
    accel: str
    why: str
    kernel: str
    cores: int
    seed: int | None
    knobs: Mapping[str, Knob]


@dataclass(frozen=True, slots=True)
class Result:
    """One drill. Times are seconds since it began.

    :param seconds: how long it took.
    :param connections: the verdict on each.
    :param disk: the verdict on the surviving disk; ``None``: nobody looked.
    :param spans: what went on, by its beginning.
    :param checkpoints: when the guest stood still for one.
    :param samples: every request.
    :param impacts: what each fault has cost, in the order of the faults.
    :param findings: everything that is wrong: of the connections, of the disk, of the drill itself.
    """

    setting: Setting
    seconds: float
    connections: tuple[Verdict, ...]
    disk: DiskVerdict | None
    spans: tuple[Span, ...]
    checkpoints: tuple[Stretch, ...]
    samples: tuple[Sample, ...]
    impacts: tuple[Impact, ...]
    totals: Totals
    findings: tuple[Finding, ...]

    @property
    def is_flawless(self) -> bool:
        """Clients were answered, and nothing at all was wrong.

        Where nobody was answered, nothing has been seen to work.
        """
        lived = all(each.is_flawless for each in self.connections)
        return bool(self.connections) and lived and not self.findings

    @property
    def faults(self) -> tuple[Span, ...]:
        """What was taken away, in order."""
        return tuple(each for each in self.spans if each.kind is SpanKind.FAULT)

    @property
    def survived(self) -> int:
        """How many connections lived through it all."""
        return sum(each.survived for each in self.connections)

    @property
    def text(self) -> str:
        """As it stands in its file: a line a member, so that a change of one is seen."""
        rows = (f'"{name}": {json.dumps(value)}' for name, value in self.as_json().items())
        return "{\n" + ",\n".join(rows) + "\n}\n"

    def as_json(self) -> JsonObject:
        """All of it, with the number of its format."""
        told: JsonObject = {"version": VERSION}
        for part in dataclasses.fields(Setting):
            told[part.name] = spelling.as_json(getattr(self.setting, part.name))
        for each in dataclasses.fields(self):
            if each.name != "setting":
                told[each.name] = spelling.as_json(getattr(self, each.name))
        return told

    @classmethod
    def from_json(cls, value: Json) -> "Result":
        """The result that :meth:`as_json` has told.

        :raises InputError: it is none, or one of a later format.
        """
        told = Told.of(value, "the result")
        version = told.whole("version")
        if version != VERSION:
            raise InputError(f"the result is of format {version}; {VERSION} is known here.")
        return cls(
            setting_of(told),
            told.seconds("seconds"),
            tuple(map(spelling.verdict, told.tables("connections"))),
            told.maybe("disk", lambda name: spelling.disk(told.table(name))),
            tuple(map(spelling.span, told.tables("spans"))),
            tuple(map(spelling.stretch, told.tables("checkpoints"))),
            tuple(spelling.sample(s, f"samples[{n}]") for n, s in enumerate(told.items("samples"))),
            tuple(map(spelling.impact, told.tables("impacts"))),
            spelling.totals(told.table("totals")),
            tuple(map(spelling.finding, told.tables("findings"))),
        )


def read(path: Path) -> Result:
    """Read a result that was kept.

    :raises InputError: it cannot be read, or is none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"The result {path} cannot be read: {error}.") from error
    try:
        return Result.from_json(read_json(text))
    except InputError as error:
        what = f"{path} is no result of a drill: {error.message}"
        raise InputError(what, "Run the drill anew.") from error


def setting_of(told: Told) -> Setting:
    """Read what a drill was run on, and with.

    :raises InputError: something is missing, or of another kind.
    """
    return Setting(
        scenario=told.text("scenario"),
        date=told.text("date"),
        qemu=told.text("qemu"),
        accel=told.text("accel"),
        why=told.text("why"),
        kernel=told.text("kernel"),
        cores=told.whole("cores"),
        seed=told.maybe("seed", told.whole),
        knobs=spelling.knobs(told.table("knobs")),
    )
