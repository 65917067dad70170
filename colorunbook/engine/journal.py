# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of one run: a line of JSON an event, on the disk before the next thing is done.

What is about to be done is written first, and is on the disk, with all that came before it, before
it is done; where QEMU itself tells whether it was done, before anything else is. A line that
nothing follows but questions waits for the next one that has to be there: putting it on the disk
by itself takes longer than most commands of QEMU.

The first line names the plan, the site and who began the run. The file is locked as long as the
run goes on, so that whoever reads it can tell a run that goes on from one that was killed.
"""

import contextlib
import dataclasses
import datetime
import errno
import os
import stat
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from typing import Final, Self

from colorunbook.book.actions import Assign, Await, Hmp, Qmp
from colorunbook.book.phrases import Expect, say
from colorunbook.book.runbook import Step
from colorunbook.engine.events import (
    Event,
    Fencing,
    Progress,
    RunEnded,
    StepStarted,
    UndoStarted,
    Yanking,
)
from colorunbook.engine.lock import take
from colorunbook.engine.whoami import who
from colorunbook.errors import Refused, Unavailable
from colorunbook.once import once
from colorunbook.plan import Plan, describe, undone_by
from colorunbook.qemu.payload import Json, JsonObject
from colorunbook.sitejson import site_as_json
from colorunbook.visible import json_text

FORMAT: Final = 1
"""Of what the lines hold; a reader refuses a later one."""

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD: Final = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


def new_run_id(runbook: str) -> str:
    """A name for a run that begins now: when, what, and which process does it."""
    now = datetime.datetime.now(datetime.UTC)
    return f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03d}-{runbook}-{os.getpid()}"


class Journal:
    """Append-only; readable by its owner alone.

    :param folder: where the journals of all runs lie; made where it is not there.
    :param run_id: what the run is called; ``None``: a new name.
    :param chosen: the QEMU that a person has chosen, as words that whoever takes the run up reads.
    :raises Unavailable: the file cannot be made, or someone else could have a hand in it.
    """

    _disk: ThreadPoolExecutor | None = None
    _coming: "Future[None] | None" = None

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        run_id: str | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        self.run_id = run_id or new_run_id(plan.name)
        self.path = folder / f"{self.run_id}.jsonl"
        self._torn = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd = _begun(self.path)
        except OSError as error:
            raise _full(self.path, error) from error
        header: dict[str, Json] = {
            "format": FORMAT,
            "run": self.run_id,
            "who": who(),
            "runbook": plan.name,
            "edition": plan.dialect.edition.value,
            "digest": plan.digest,
            "chosen": dict(chosen or {}),
            "site": site_as_json(plan.site),
            "plan": plan.as_json(),
        }
        try:
            self._or_close(header)
        except Unavailable:
            with contextlib.suppress(OSError):
                self.path.unlink()  # of a run that has not begun it tells nothing
            raise

    @classmethod
    def again(cls, path: Path, plan: Plan) -> Self:
        """Open the journal of a run that did not end well, to go on with it.

        :param plan: what is gone on with.
        :raises Unavailable: it cannot be opened, or someone else could have a hand in it.
        :raises Refused: the run is still going on.
        """
        journal = cls.__new__(cls)
        journal.run_id, journal.path = path.stem, path
        try:
            folder = _checked_folder(path.parent)
            try:
                journal._fd = os.open(path.name, _OLD, dir_fd=folder)
            finally:
                os.close(folder)
            journal._torn = _is_torn(journal._fd, path)
        except OSError as error:
            raise _full(path, error) from error
        if not take(journal._fd):
            os.close(journal._fd)
            raise Refused(
                f"The run {path.stem} cannot be taken up, and nothing was sent: it is going on.",
                "Wait until it has ended, or end it.",
            )
        journal._or_close({"event": "Resumed", "who": who(), "digest": plan.digest})
        return journal

    def write(self, event: Event) -> None:
        """Keep an event, and see it on the disk before something is done; progress is not kept.

        A step of which QEMU itself tells whether it is done comes to the disk meanwhile, and is
        there before the next event is kept. Until then it is with the kernel, where the end of this
        process does it no harm.

        :raises Unavailable: the disk is full or gone, for this event or the one before it.
        """
        if isinstance(event, Progress):
            return
        aside = is_told_by_qemu(event)
        self._append(as_record(event), sync=must_last(event) and not aside)
        if aside:
            self._disk = self._disk or ThreadPoolExecutor(1, "journal")
            self._coming = self._disk.submit(os.fsync, self._fd)

    def fail(self, error: BaseException) -> None:
        """Put on the disk why the run ended early; where that fails, the reason itself counts."""
        with contextlib.suppress(Unavailable):
            self._append(
                {"event": "RunFailed", "error": type(error).__name__, "message": str(error)}
            )

    def close(self) -> None:
        """Let go of the file; a second time nothing happens."""
        fd, self._fd = self._fd, -1
        if self._disk is not None:
            self._disk.shutdown()
        if fd >= 0:
            os.close(fd)

    def _or_close(self, record: dict[str, Json]) -> None:
        try:
            self._append(record)
        except Unavailable:
            os.close(self._fd)
            raise

    def _append(self, record: dict[str, Json], *, sync: bool = True) -> None:
        record = {"time": datetime.datetime.now(datetime.UTC).isoformat(), **record}
        text = ("\n" if self._torn else "") + json_text(record) + "\n"
        line = text.encode(errors="backslashreplace")
        coming, self._coming = self._coming, None
        try:
            if coming is not None:
                coming.result()
            while line:
                line = line[os.write(self._fd, line) :]
                self._torn = bool(line)
            if sync:
                os.fsync(self._fd)
        except OSError as error:
            raise _full(self.path, error) from error


def must_last(event: Event) -> bool:
    """Whether something is done next, or nothing any more, so that a power cut may not take it."""
    match event:
        case StepStarted(step=step):
            return not isinstance(step.action, Assign | Await)
        case Fencing() | Yanking() | UndoStarted() | RunEnded():
            return True
        case _:
            return False


def is_told_by_qemu(event: Event) -> bool:
    """Whether it is a step of which QEMU tells whether it is done, whatever a journal says.

    Its line may come to the disk while QEMU does it: a power cut in between takes nothing that
    whoever takes the run up would not be told.
    """
    return (
        isinstance(event, StepStarted)
        and isinstance(event.step.action, Qmp | Hmp)
        and bool(event.step.done)
    )


def as_record(event: Event) -> dict[str, Json]:
    """An event as data, as it stands in the journal and in ``--json``."""
    record = {"event": type(event).__name__, **_fields(event)}
    if isinstance(event, UndoStarted):
        record["undone_by"] = [*undone_by(event.step)]
    return record


def _fields(event: Event) -> dict[str, Json]:
    return {part.name: _json(getattr(event, part.name)) for part in dataclasses.fields(event)}


def _json(value: Json | Step | Expect | Enum | tuple[str, ...]) -> Json:
    match value:
        case Step():
            return _described(value)
        case Expect():
            return say(value)
        case Enum():
            return str(value.value)
        case tuple():
            return list(value)
        case _:
            return value


@once(kept=64)
def _described(step: Step) -> JsonObject:
    """A step, which is told of when it begins, and again when it has ended."""
    return {"role": step.role.value, "title": step.title, **describe(step)}


def _begun(path: Path) -> int:
    """Make the file, in a folder that is looked at through the same handle."""
    folder = _checked_folder(path.parent)
    try:
        fd = os.open(path.name, _NEW, 0o600, dir_fd=folder)
        try:
            os.fsync(folder)
        except OSError:
            os.close(fd)
            raise
    finally:
        os.close(folder)
    take(fd)
    return fd


def _checked_folder(path: Path) -> int:
    """Open a folder that is no link, ours, and written by nobody else."""
    if path.is_symlink():
        raise _not_ours(path, "is a link")
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _check_owner(fd, path)
    except Unavailable:
        os.close(fd)
        raise
    return fd


def _check_owner(fd: int, path: Path) -> None:
    found = os.fstat(fd)
    if found.st_uid != os.geteuid():
        raise _not_ours(path, f"belongs to user {found.st_uid}")
    if found.st_mode & _OTHERS:
        raise _not_ours(path, "can be written by others")


def _is_torn(fd: int, path: Path) -> bool:
    """Tell whether the last line is cut short; the file is let go of where it is not ours."""
    try:
        _check_owner(fd, path)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise _not_ours(path, "is no file")
        size = os.fstat(fd).st_size
        return size > 0 and os.pread(fd, 1, size - 1) != b"\n"
    except (OSError, Unavailable):
        os.close(fd)
        raise


def _not_ours(path: Path, why: str) -> Unavailable:
    return Unavailable(
        f"No journal is written to {path}: it {why}.",
        "Make it a folder or a file of yours that nobody else writes to, or name another folder "
        "with --state.",
    )


def _full(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The journal {path} cannot be written: {error.strerror}.",
        "Make room, or name another folder with --state."
        if error.errno in (errno.ENOSPC, errno.EDQUOT)
        else "Name another folder with --state.",
    )
