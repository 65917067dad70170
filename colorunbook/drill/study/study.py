# SPDX-License-Identifier: GPL-2.0-or-later
"""A study, whole: every drill of it, as a value and as a file."""

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from colorunbook.comparison import Comparison, Nic
from colorunbook.drill import spelling
from colorunbook.drill.measures import Times
from colorunbook.drill.result import Setting, setting_of
from colorunbook.drill.study.figures import Run, Served
from colorunbook.drill.study.grid import Choice
from colorunbook.drill.told import Told
from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json, read_json

VERSION: Final = 1
"""Of the JSON; it changes when a reader of the old one would be misled."""


@dataclass(frozen=True, slots=True)
class Study:
    """Drills that differ in the position of one knob.

    :param setting: what all of them were run on, and with; its date is that of the first.
    """

    setting: Setting
    runs: tuple[Run, ...]

    def of(self, choice: Choice) -> tuple[Run, ...]:
        """The drills with these positions of the knobs, in the order they were run."""
        return tuple(run for run in self.runs if run.choice == choice)

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return round(sum(run.seconds for run in self.runs), 1)

    def without(self, choices: Collection[Choice]) -> "Study | None":
        """The study without the drills of these; ``None``: nothing is left of it."""
        runs = tuple(run for run in self.runs if run.choice not in choices)
        return Study(self.setting, runs) if runs else None

    @property
    def text(self) -> str:
        """As it stands in its file: a drill a line, so that a change of one is seen."""
        setting = json.dumps(asdict(self.setting))
        rows = ",\n".join(json.dumps(asdict(run)) for run in self.runs)
        return (
            f'{{"version": {VERSION},\n"setting": {setting},\n"seconds": {self.seconds},\n'
            f'"runs": [\n{rows}\n]}}\n'
        )

    @classmethod
    def from_json(cls, value: Json) -> "Study":
        """The study that :attr:`text` has told.

        :raises InputError: it is none, or one of a later format.
        """
        told = Told.of(value, "the study")
        version = told.whole("version")
        if version != VERSION:
            raise InputError(f"the study is of format {version}; {VERSION} is known here.")
        return cls(setting_of(told.table("setting")), tuple(map(_run, told.tables("runs"))))


def read(path: Path) -> Study:
    """Read a study that was kept.

    :raises InputError: it cannot be read, or is none.
    """
    try:
        return Study.from_json(read_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, InputError) as error:
        what = f"{path} is no study of the knobs: {error}"
        raise InputError(
            f"{what.removesuffix('.')}.", "Make it anew: ./run study --anew"
        ) from error


def _run(told: Told) -> Run:
    return Run(
        _choice(told.table("choice")),
        told.seconds("load"),
        told.seconds("seconds"),
        told.maybe("before", lambda name: _served(told.table(name))),
        told.maybe("after", lambda name: _served(told.table(name))),
        told.maybe("longest_gap", told.seconds),
        told.maybe("impact", lambda name: spelling.impact(told.table(name))),
        tuple(_texts(told, "findings")),
    )


def _choice(told: Told) -> Choice:
    nic, numbers = told.table("nic"), told.table("comparison")
    return Choice(
        told.whole("delay", 1),
        Nic(nic.text("model"), nic.maybe("vnet_hdr_support", nic.truth)),
        Comparison(
            numbers.maybe("compare_timeout", numbers.whole),
            numbers.maybe("expired_scan_cycle", numbers.whole),
            numbers.maybe("max_queue_size", numbers.whole),
        ),
    )


def _served(told: Told) -> Served:
    latency = told.table("latency")
    seconds = told.seconds("seconds")
    return Served(
        seconds if seconds > 0 else told.fail("seconds", "time that something takes"),
        {name: spelling.times(latency.table(name)) for name in latency.value},
        told.maybe("checkpoints", lambda name: _times(told, name)),
    )


def _times(told: Told, name: str) -> Times:
    return spelling.times(told.table(name))


def _texts(told: Told, name: str) -> Iterator[str]:
    for at, text in enumerate(told.items(name)):
        yield Told(f"{told.where}: {name}", {str(at): text}).text(str(at))
