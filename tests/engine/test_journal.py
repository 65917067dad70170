# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of one run."""

import json
import os
import resource
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.book.conditions import guest_is
from colorunbook.book.phrases import Expect
from colorunbook.engine.events import (
    Event,
    GuardHeld,
    Progress,
    QemuSpoke,
    RunStarted,
    StepDone,
    StepStarted,
)
from colorunbook.engine.journal import Journal, as_record
from colorunbook.errors import StepFailed, Unavailable
from colorunbook.hosts import Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import JsonObject

PLAN = resolve(shelf.runbook("primary-failover"), Site(), Dialect())
STEP = PLAN.steps[0]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal in a folder that is made for it."""
    made = Journal(tmp_path / "a" / "runs", PLAN)
    yield made
    made.close()


def rows(journal: Journal) -> list[JsonObject]:
    """What is on the disk."""
    return [json.loads(row) for row in journal.path.read_text().splitlines()]


def test_it_begins_with_the_plan(journal: Journal) -> None:
    """Its digest and all of it."""
    (first,) = rows(journal)
    assert (PLAN.digest, PLAN.as_json()) == (first["digest"], first["plan"])
    assert journal.run_id == first["run"] == journal.path.stem


def test_only_its_owner_reads_it(journal: Journal) -> None:
    """Addresses and paths are nobody else's business."""
    assert 0o600 == stat.S_IMODE(journal.path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(journal.path.parent.stat().st_mode)


def test_an_event_is_on_the_disk_when_write_returns(journal: Journal) -> None:
    """Before the next thing is done."""
    journal.write(StepStarted(1, STEP))
    last = rows(journal)[-1]
    assert ("StepStarted", 1) == (last["event"], last["number"])
    journal.write(StepDone(1, STEP, {"a": "\ud800"}, 0.5))
    assert "StepDone" == rows(journal)[-1]["event"]


def test_progress_is_not_kept(journal: Journal) -> None:
    """It would be most of the file."""
    journal.write(Progress(1, 5, 10))
    assert 1 == len(rows(journal))


def test_the_reason_of_an_early_end_is_kept(journal: Journal) -> None:
    """Of whatever kind it was."""
    journal.fail(StepFailed("No.", "Look."))
    last = rows(journal)[-1]
    assert ("RunFailed", "StepFailed", "No. Look.") == (
        last["event"],
        last["error"],
        last["message"],
    )


def test_a_full_disk_ends_the_run(journal: Journal) -> None:
    """A row that is cut short is no record; the limit stands for the disk's end."""
    size = journal.path.stat().st_size
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, old[1]))
    try:
        with pytest.raises(Unavailable, match=r"The journal .* cannot be written: File too large"):
            journal.write(StepStarted(1, STEP))
        journal.fail(StepFailed("The reason itself counts."))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_journal_that_cannot_be_begun_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And leaves no open file behind."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(Unavailable, match="No space left on device"):
        Journal(tmp_path, PLAN)
    assert before == len(list(Path("/proc/self/fd").iterdir()))


def _full(_fd: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["file/runs", "file"])
def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path, name: str) -> None:
    """The advice names the option."""
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="--state"):
        Journal(tmp_path / name, PLAN)


def test_two_runs_at_once_have_two_journals(tmp_path: Path) -> None:
    """A name is never used again."""
    first = Journal(tmp_path, PLAN)
    first.path.rename(tmp_path / "other")
    first.close()
    second = Journal(tmp_path, PLAN)
    second.close()
    assert second.path.exists()


@pytest.mark.parametrize(
    ("event", "record"),
    [
        (
            RunStarted("r", "d", 3),
            {"event": "RunStarted", "runbook": "r", "digest": "d", "steps": 3},
        ),
        (
            QemuSpoke(Role.PRIMARY, "STOP", None),
            {"event": "QemuSpoke", "role": "primary", "name": "STOP", "data": None},
        ),
        (
            GuardHeld(Expect(Role.PRIMARY, guest_is("running")), "running"),
            {
                "event": "GuardHeld",
                "expect": "``query-status`` on the primary says ``status=running``",
                "seen": "running",
            },
        ),
        (
            StepStarted(1, STEP),
            {
                "event": "StepStarted",
                "number": 1,
                "step": {
                    "role": "primary",
                    "title": "Take children.1 out of colo-disk0",
                    "kind": "qmp",
                    "text": '{"execute": "x-blockdev-change", "arguments": '
                    '{"parent": "colo-disk0", "child": "children.1"}}',
                },
            },
        ),
    ],
)
def test_an_event_is_data(event: Event, record: JsonObject) -> None:
    """As in the journal and in --json."""
    assert record == as_record(event)
