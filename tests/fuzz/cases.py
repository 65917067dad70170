# SPDX-License-Identifier: GPL-2.0-or-later
"""One generated input as a value that can be kept in a file, and done again for ever."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from colorunbook.qemu.payload import Json, JsonObject, is_object

CORPUS = Path(__file__).parent / "corpus"

Act = list[Json]
"""What a monitor does, and how: see :mod:`tests.fuzz.lying`."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is typed, what lies there to be read, and how a monitor behaves.

    :param kind: which of the generators made it.
    :param argv: the words after ``colorunbook``; ``{q}`` stands for the monitor's socket.
    :param files: what lies in the folder that it is started in; a byte is a letter of Latin-1.
    :param stdin: likewise.
    :param monitor: the made-up QEMU behind the socket, by its name; empty: there is none.
    :param lies: what it does instead of an honest reply, by the number of the command; -1 is the
        greeting.
    """

    kind: str
    argv: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""
    monitor: str = ""
    lies: Mapping[str, list[Act]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it as JSON, in plain ASCII."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @property
    def name(self) -> str:
        """The name of its file in the corpus."""
        return f"{self.kind}-{hashlib.sha256(self.text.encode()).hexdigest()[:12]}.json"

    def keep(self, folder: Path = CORPUS) -> Path:
        """Put it into the corpus."""
        folder.mkdir(exist_ok=True)
        path = folder / self.name
        path.write_text(self.text)
        return path


def read(text: str) -> Case:
    """Take a case out of its file."""
    told: Json = json.loads(text)
    assert is_object(told)
    argv, lies = told["argv"], _table(told["lies"])
    assert isinstance(argv, list)
    return Case(
        kind=str(told["kind"]),
        argv=tuple(map(str, argv)),
        files={name: str(value) for name, value in _table(told["files"]).items()},
        stdin=str(told["stdin"]),
        monitor=str(told["monitor"]),
        lies={number: _acts(acts) for number, acts in lies.items()},
    )


def _table(value: Json) -> JsonObject:
    assert is_object(value)
    return value


def _acts(value: Json) -> list[Act]:
    assert isinstance(value, list)
    return [act for act in value if isinstance(act, list)]
