# SPDX-License-Identifier: GPL-2.0-or-later
"""The record of one run."""

import errno
import json
import os
import resource
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Qmp, Shell, Yank
from colorunbook.book.conditions import guest_is
from colorunbook.book.phrases import Expect
from colorunbook.engine.events import (
    Event,
    Fencing,
    GuardHeld,
    Progress,
    QemuSpoke,
    RunEnded,
    RunStarted,
    StepDone,
    StepSkipped,
    StepStarted,
    UndoReplied,
    UndoStarted,
    Yanked,
    Yanking,
)
from colorunbook.engine.journal import Journal, as_record
from colorunbook.errors import Refused, StepFailed, Unavailable
from colorunbook.hosts import Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import JsonObject, Payload, is_object
from colorunbook.sitejson import site_from_json

PLAN = resolve(shelf.runbook("primary-failover"), Site(), Dialect())
STEP = PLAN.steps[0]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal in a folder that is made for it."""
    made = Journal(tmp_path / "a" / "runs", PLAN)
    yield made
    made.close()


def open_files() -> int:
    """How many this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


def rows(journal: Journal) -> list[JsonObject]:
    """What is on the disk."""
    return [json.loads(row) for row in journal.path.read_text().splitlines()]


def test_it_begins_with_the_plan(journal: Journal) -> None:
    """Its digest and all of it."""
    (first,) = rows(journal)
    assert (PLAN.digest, PLAN.as_json()) == (first["digest"], first["plan"])
    assert journal.run_id == first["run"] == journal.path.stem
    assert (1, "primary-failover", "hmp") == (first["format"], first["runbook"], first["edition"])


def test_it_tells_who_began_it(journal: Journal) -> None:
    """The person, the machine, the process, and what was typed."""
    (first,) = rows(journal)
    who = first["who"]
    assert is_object(who)
    assert [os.getuid(), os.uname().nodename, os.getpid(), sys.argv] == [
        who[name] for name in ("uid", "host", "pid", "argv")
    ]
    assert who["user"]


def test_it_tells_the_whole_site(journal: Journal) -> None:
    """So that a run can be taken up again without a word about the pair."""
    assert PLAN.site == site_from_json(rows(journal)[0]["site"])


def test_only_its_owner_reads_it(journal: Journal) -> None:
    """Addresses and paths are nobody else's business."""
    assert 0o600 == stat.S_IMODE(journal.path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(journal.path.parent.stat().st_mode)


def test_an_event_is_in_the_file_when_write_returns(journal: Journal) -> None:
    """Whoever kills the process takes nothing of it."""
    journal.write(StepStarted(1, STEP))
    last = rows(journal)[-1]
    assert ("StepStarted", 1) == (last["event"], last["number"])
    journal.write(StepDone(1, STEP, {"a": "\ud800"}, 0.5))
    assert "StepDone" == rows(journal)[-1]["event"]


_WAIT = PLAN.steps[-1]
_DONE = StepDone(1, STEP, None, 0.5)


@pytest.mark.parametrize(
    ("lasts", "event"),
    [
        (True, Fencing(Role.SECONDARY, "off")),
        (True, Yanking(Role.PRIMARY)),
        (True, StepStarted(1, replace(STEP, done=()))),
        (True, StepStarted(1, replace(STEP, action=Shell(())))),
        (True, StepStarted(1, replace(STEP, action=Yank(())))),
        (True, UndoStarted(1, STEP)),
        (True, RunEnded(0.5)),
        (False, RunStarted("primary-failover", PLAN.digest, 9)),
        (False, StepStarted(9, _WAIT)),
        (False, StepDone(1, STEP, None, 0.5)),
        (False, StepSkipped(1, STEP, "it is so")),
        (False, QemuSpoke(Role.PRIMARY, "STOP", None)),
    ],
)
def test_what_is_about_to_be_done_outlasts_a_power_cut(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, lasts: bool, event: Event
) -> None:
    """It is put on the disk with all that came before it; what only tells waits for that."""
    on_disk: list[int] = []
    here = threading.get_ident()

    def sync(fd: int) -> None:
        if threading.get_ident() == here:  # what is done aside is there when it is there
            on_disk.append(os.fstat(fd).st_size)

    monkeypatch.setattr(os, "fsync", sync)
    journal.write(event)
    assert ([journal.path.stat().st_size] if lasts else []) == on_disk


@pytest.mark.parametrize(
    "after", [lambda j: j.write(_DONE), lambda j: j.fail(StepFailed("No.")), Journal.close]
)
def test_what_qemu_tells_itself_comes_to_the_disk_while_it_is_done(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, after: Callable[[Journal], None]
) -> None:
    """Nothing waits for the disk meanwhile; it is there before anything else is kept."""
    on_disk: list[int] = []
    done = threading.Event()

    def sync(fd: int) -> None:
        if not on_disk:
            assert done.wait(10)
        on_disk.append(os.fstat(fd).st_size)

    monkeypatch.setattr(os, "fsync", sync)
    journal.write(StepStarted(1, STEP))
    size = journal.path.stat().st_size
    assert [] == on_disk
    done.set()
    after(journal)
    assert size == on_disk[0]


def test_a_disk_that_fails_in_the_meantime_is_told(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything else is done."""
    monkeypatch.setattr(os, "fsync", _full)
    journal.write(StepStarted(1, STEP))
    with pytest.raises(Unavailable, match="No space left on device"):
        journal.write(_DONE)


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
    journal.fail(StepFailed("There is room again."))
    assert "RunFailed" == json.loads(journal.path.read_text().splitlines()[-1])["event"]


def test_a_journal_that_cannot_be_begun_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And leaves no open file behind."""
    before = open_files()
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(Unavailable, match="No space left on device"):
        Journal(tmp_path, PLAN)
    assert before == open_files()


def _full(_fd: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["file/runs", "file"])
def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path, name: str) -> None:
    """The advice names the option."""
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="--state"):
        Journal(tmp_path / name, PLAN)


@pytest.mark.parametrize("place", ["runs", "up/runs"])
def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, place: str) -> None:
    """What lies behind it may be chosen by someone else; a link above it is the user's own way."""
    (tmp_path / "real/runs").mkdir(parents=True)
    (tmp_path / "runs").symlink_to("real/runs")
    (tmp_path / "up").symlink_to("real")
    if place == "runs":
        with pytest.raises(Unavailable, match="runs: it is a link"):
            Journal(tmp_path / place, PLAN)
    else:
        Journal(tmp_path / place, PLAN).close()


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    """Its rights stay as they are: nobody knows what it is for."""
    folder = tmp_path / "runs"
    folder.mkdir()
    folder.chmod(mode)
    before = open_files()
    with pytest.raises(Unavailable, match="it can be written by others"):
        Journal(folder, PLAN)
    assert (mode, before) == (stat.S_IMODE(folder.stat().st_mode), open_files())


def test_a_folder_of_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the owner."""
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(Unavailable, match=f"it belongs to user {tmp_path.stat().st_uid}"):
        Journal(tmp_path / "runs", PLAN)


def test_a_folder_that_others_read_is_left_so(tmp_path: Path) -> None:
    """The files in it are not readable all the same."""
    tmp_path.chmod(0o755)
    Journal(tmp_path, PLAN).close()
    assert 0o755 == stat.S_IMODE(tmp_path.stat().st_mode)


def test_a_journal_is_gone_on_with(journal: Journal) -> None:
    """The rows of the run that takes it up follow, after one that says who it is."""
    journal.write(StepStarted(1, STEP))
    journal.close()
    again = Journal.again(journal.path, PLAN)
    again.write(StepDone(1, STEP, {}, 0.5))
    assert ["StepStarted", "Resumed", "StepDone"] == [row["event"] for row in rows(again)[1:]]
    resumed = rows(again)[2]
    assert (PLAN.digest, journal.run_id) == (resumed["digest"], again.run_id)
    assert is_object(resumed["who"])
    again.close()


def test_a_torn_row_does_not_tear_the_next(journal: Journal) -> None:
    """Whether the engine died in it or the disk was full."""
    journal.close()
    with journal.path.open("ab") as file:
        file.write(b'{"event": "StepSta')
    Journal.again(journal.path, PLAN).close()
    torn, resumed = journal.path.read_text().splitlines()[1:]
    assert ('{"event": "StepSta', "Resumed") == (torn, json.loads(resumed)["event"])


def test_a_run_that_goes_on_is_not_taken_up(journal: Journal) -> None:
    """The one that has the journal open has it alone."""
    before = journal.path.read_bytes(), open_files()
    with pytest.raises(Refused, match=f"The run {journal.run_id} cannot be taken up"):
        Journal.again(journal.path, PLAN)
    assert before == (journal.path.read_bytes(), open_files())


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "shared", "missing"])
def test_what_is_no_journal_of_ours_is_not_gone_on_with(tmp_path: Path, kind: str) -> None:
    """Nothing is written to it, and no handle stays open."""
    path, real = tmp_path / "x.jsonl", tmp_path / "real"
    real.touch()
    match kind:
        case "link":
            path.symlink_to(real)
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "shared":
            path.touch()
            path.chmod(0o622)
        case _:
            pass
    before = open_files()
    with pytest.raises(Unavailable, match=r"x\.jsonl"):
        Journal.again(path, PLAN)
    assert ("", before) == (real.read_text(), open_files())


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
            Yanked(Role.PRIMARY, ("chardev:mirror0",), "before step 2"),
            {
                "event": "Yanked",
                "role": "primary",
                "instances": ["chardev:mirror0"],
                "why": "before step 2",
            },
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
            UndoReplied(1, "cont", "no", refused=True),
            {
                "event": "UndoReplied",
                "number": 1,
                "text": "cont",
                "reply": "no",
                "refused": True,
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


def test_what_takes_a_step_back_is_kept_before_it_is_sent() -> None:
    """Every command of it, as a step's own is."""
    undo = (Qmp(Payload("stop")), Qmp(Payload("cont")))
    record = as_record(UndoStarted(1, replace(STEP, undo=undo)))
    assert ['{"execute": "stop"}', '{"execute": "cont"}'] == record["undone_by"]


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "Make room, or name"), (errno.EDQUOT, "Make room, or"), (errno.EFBIG, "Name")],
)
def test_room_is_asked_for_where_there_is_none(
    number: int, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder may do in any case."""

    def refuse(_handle: int, _data: bytes) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(Unavailable) as raised:
        Journal(tmp_path / "runs", resolve(shelf.runbook("primary-failover"), Site(), Dialect()))
    assert raised.value.advice.startswith(advice)
