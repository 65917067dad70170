# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook history``: what was run, and how it went."""

import json
import os
from datetime import UTC
from pathlib import Path

import pytest

from colorunbook.cli.retelling import retell
from colorunbook.engine.events import Fencing, GuardHeld, QemuSpoke, StepDone
from colorunbook.engine.journal import Journal
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Json
from colorunbook.story.reader import read
from tests.cli.conftest import Colorunbook
from tests.stories import (
    BEGIN,
    CONT,
    FAILED,
    GUARD,
    HALF_UNDONE,
    PLAN,
    REFUSED,
    STOP,
    UNDONE,
    add,
    done,
    step,
    write,
)


@pytest.fixture
def runs(folder: Path) -> Path:
    """Where the program looks for journals."""
    return folder / "state/colorunbook/runs"


def test_runs_are_listed_newest_first(colorunbook: Colorunbook, runs: Path) -> None:
    """A line each, with what matters of it."""
    paths = [write(runs), write(runs, BEGIN, REFUSED), write(runs, UNDONE, FAILED)]
    ended = colorunbook("history", "--utc")
    assert (0, "") == (ended.code, ended.err)
    head, *rows = [line.split() for line in ended.out.splitlines()]
    assert ["RUN", "BEGAN", "PRIMARY", "SECONDARY", "STEPS", "TOOK", "VERDICT"] == head
    assert [path.stem for path in reversed(paths)] == [row[0] for row in rows]
    assert [["0/9", "failed"], ["0/9", "refused"], ["9/9", "worked"]] == [
        [row[6], row[-1]] for row in rows
    ]
    assert ["UTC", "10.0.0.1", "10.0.0.2"] == rows[0][3:6]


def test_a_list_is_bounded(colorunbook: Colorunbook, runs: Path) -> None:
    """What is left out is counted; 0 leaves out nothing."""
    for _ in range(3):
        write(runs)
    ended = colorunbook("history", "-n", "2")
    assert 3 == len(ended.out.splitlines())
    assert "Older runs: 1; -n 0 lists them too." in ended.err
    ended = colorunbook("history", "-n", "0")
    assert (4, "") == (len(ended.out.splitlines()), ended.err)


def test_a_list_is_data(colorunbook: Colorunbook, runs: Path) -> None:
    """With the path of each journal, and why a run ended early."""
    path = write(runs, BEGIN, REFUSED)
    (told,) = json.loads(colorunbook("history", "--json").out)
    assert (path.stem, str(path), "refused", "Not so.", 9, 0) == tuple(
        told[name] for name in ("run", "journal", "verdict", "message", "steps", "done")
    )
    assert {"primary": "10.0.0.1", "secondary": "10.0.0.2"} == told["hosts"]


def test_where_nothing_was_run_nothing_is_listed(colorunbook: Colorunbook, runs: Path) -> None:
    """And it is told where was looked."""
    ended = colorunbook("history")
    assert (0, "", f"There are no journals in {runs}.\n") == (ended.code, ended.out, ended.err)
    assert [] == json.loads(colorunbook("history", "--json").out)


def test_a_file_that_is_no_journal_hides_no_other(colorunbook: Colorunbook, runs: Path) -> None:
    """It is told why it cannot be read."""
    path = write(runs)
    (runs / "2030.jsonl").write_text("hello\n")
    ended = colorunbook("history")
    assert 0 == ended.code
    assert path.stem in ended.out
    assert "2030.jsonl is no journal of a run: line 1: it is not JSON." in ended.err


def test_another_folder(colorunbook: Colorunbook, folder: Path) -> None:
    """As 'run' takes one."""
    path = write(folder / "mine")
    assert path.stem in colorunbook("history", "--state", "mine").out
    assert 0 == colorunbook("history", "last", "--state", "mine").code


def test_a_run_is_told(colorunbook: Colorunbook, runs: Path) -> None:
    """By its name, its beginning, its path, or as the last one."""
    path = write(runs)
    told = colorunbook("history", path.stem, "--utc")
    assert (0, "") == (told.code, told.err)
    for name in ("last", path.stem[:-3], str(path)):
        assert told.out == colorunbook("history", name, "--utc").out


def test_a_run_that_goes_on_says_so(colorunbook: Colorunbook, runs: Path) -> None:
    """Its journal has no end, and somebody holds it."""
    journal = Journal(runs, PLAN)
    for event in (*BEGIN, *done(1)):
        journal.write(event)
    ended = colorunbook("history", "last")
    journal.close()
    assert "It is going on; 1 of 9 steps are done." in ended.out
    assert "The program was ended before the run was" in colorunbook("history", "last").out


def test_a_run_as_data_is_its_journal(colorunbook: Colorunbook, runs: Path) -> None:
    """Record by record."""
    path = write(runs)
    told = json.loads(colorunbook("history", "last", "--json").out)
    assert [json.loads(line) for line in path.read_text().splitlines()] == told


@pytest.mark.parametrize("name", ["nothing", "", "./nothing.jsonl", "/dev/zero", "."])
def test_a_run_that_is_not_there_ends_with_2(
    colorunbook: Colorunbook, runs: Path, name: str
) -> None:
    """In a sentence."""
    write(runs)
    ended = colorunbook("history", name)
    assert (2, "") == (ended.code, ended.out)
    assert "colorunbook: error: " in ended.err
    assert "Traceback" not in ended.err


def test_a_story_in_lines(tmp_path: Path) -> None:
    """Guards, proofs, steps and what was seen, in the order of time."""
    lines = list(retell(read(write(tmp_path)), UTC, verbose=False))
    text = [line.partition("  ")[2].partition("  ")[2] for line in lines if line.startswith("  ")]
    assert [
        "so: query-status on the primary says status=running; seen: status=running",
        "let be: query-status on the primary says status=running; seen: nobody knows",
        "the secondary is dead (fence): ipmitool and 2 words more",
        "primary freed of its peer (before the first step): chardev:mirror0",
        "1/9  primary   10.0.0.1      Take children.1 out of colo-disk0       250 ms",
    ] == text[:5]
    assert text[-2].endswith("was so already: it is so")
    assert "so: query-status on the primary says status=paused; seen: status=paused" == text[-1]
    assert lines[-1].startswith("worked, ")


def test_a_fence_command_is_told_whole_when_asked_for(tmp_path: Path) -> None:
    """A password may be in it, and what is on a terminal is passed on easily."""
    story = read(write(tmp_path, [*BEGIN, Fencing(Role.SECONDARY, "ipmitool -P secret off")]))
    brief = "\n".join(retell(story, UTC, verbose=False))
    whole = "\n".join(retell(story, UTC, verbose=True))
    begun = "the fence command for the secondary was begun: ipmitool"
    assert f"{begun} and 3 words more" in brief
    assert "secret" not in brief
    assert f"{begun} -P secret off" in whole


def test_what_was_taken_back_is_told_at_length(tmp_path: Path) -> None:
    """Each command with its reply, beside the reply to the step itself."""
    text = "\n".join(retell(read(write(tmp_path, HALF_UNDONE, FAILED)), UTC, verbose=True))
    rows = [row.strip() for row in text.split("\n")]
    at = rows.index("the reply")
    sent = [f"to take it back: {each.payload.text}" for each in (CONT, STOP)]
    assert [sent[0], "it <went> back", sent[1]] == rows[at + 1 : at + 4]


def test_what_is_told_only_when_asked_for(tmp_path: Path) -> None:
    """Events, who it was, and replies at length."""
    long: Json = {"a": "x" * 300}
    events = (*BEGIN, GuardHeld(GUARD, "y" * 300), QemuSpoke(Role.PRIMARY, "STOP", None))
    story = read(write(tmp_path, [*events, StepDone(1, step(1), long, 0.1)], FAILED))
    brief = "\n".join(retell(story, UTC, verbose=False))
    whole = "\n".join(retell(story, UTC, verbose=True))
    for piece in ("x" * 300, "y" * 300, "primary sent STOP", f"process {os.getpid()}"):
        assert piece in whole
        assert piece not in brief
    assert "x" * 40 in brief
    assert "characters more)" in brief
    for text in (brief, whole):
        assert "failed, " in text
        assert "No. Look." in text
        assert "  not reached   9/9  primary   10.0.0.1      See COLO end" in text


def test_a_terminal_takes_a_journal_for_text(colorunbook: Colorunbook, runs: Path) -> None:
    """Whoever wrote it."""
    evil = "\x1b]0;owned\x07\u202e"
    path = write(runs)
    add(path, {"event": "QemuSpoke", "role": "primary", "name": evil, "data": {evil: evil}})
    head, *rest = path.read_text().splitlines()
    path.write_text("\n".join([head.replace("10.0.0.1", r"\u001b[31m"), *rest]))
    listed, told = colorunbook("history"), colorunbook("history", "last", "-v")
    for ended in (listed, told):
        assert 0 == ended.code
        assert all(c.isprintable() or c == "\n" for c in ended.out + ended.err)
    assert r"\x1b[31m" in listed.out
    assert r"\x1b]0;owned\x07\u202e" in told.out
