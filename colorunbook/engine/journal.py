# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of one run: a line of JSON an event, on the disk before the next thing is done."""

import contextlib
import dataclasses
import datetime
import json
import os
from enum import Enum
from pathlib import Path

from colorunbook.book.phrases import Expect, say
from colorunbook.book.runbook import Step
from colorunbook.engine.events import Event, Progress
from colorunbook.errors import Unavailable
from colorunbook.plan import Plan, describe
from colorunbook.qemu.payload import Json


class Journal:
    """Append-only; readable by its owner alone.

    :param folder: where the journals of all runs lie.
    :raises Unavailable: the file cannot be made.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        now = datetime.datetime.now(datetime.UTC)
        self.run_id = f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}-{plan.name}-{os.getpid()}"
        self.path = folder / f"{self.run_id}.jsonl"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise _full(self.path, error) from error
        try:
            self._append({"run": self.run_id, "digest": plan.digest, "plan": plan.as_json()})
        except Unavailable:
            os.close(self._fd)
            raise

    def write(self, event: Event) -> None:
        """Put an event on the disk; progress is not kept.

        :raises Unavailable: the disk is full or gone.
        """
        if not isinstance(event, Progress):
            self._append(as_record(event))

    def fail(self, error: BaseException) -> None:
        """Put on the disk why the run ended early; where that fails, the reason itself counts."""
        with contextlib.suppress(Unavailable):
            self._append(
                {"event": "RunFailed", "error": type(error).__name__, "message": str(error)}
            )

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)

    def _append(self, record: dict[str, Json]) -> None:
        record = {"time": datetime.datetime.now(datetime.UTC).isoformat(), **record}
        line = (json.dumps(record, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
        try:
            while line:
                line = line[os.write(self._fd, line) :]
            os.fsync(self._fd)
        except OSError as error:
            raise _full(self.path, error) from error


def as_record(event: Event) -> dict[str, Json]:
    """An event as data, as it stands in the journal and in ``--json``."""
    return {"event": type(event).__name__, **_fields(event)}


def _fields(event: Event) -> dict[str, Json]:
    return {part.name: _json(getattr(event, part.name)) for part in dataclasses.fields(event)}


def _json(value: Json | Step | Expect | Enum) -> Json:
    match value:
        case Step():
            return {"role": value.role.value, "title": value.title, **describe(value)}
        case Expect():
            return say(value)
        case Enum():
            return str(value.value)
        case _:
            return value


def _full(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The journal {path} cannot be written: {error.strerror}.",
        "Make room, or name another folder with --state.",
    )
