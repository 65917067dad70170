# SPDX-License-Identifier: GPL-2.0-or-later
"""The story that a journal tells."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook.cli.retelling import retell
from colorunbook.engine.events import Event, Fencing, ProofGiven, StepStarted
from colorunbook.engine.journal import Journal
from colorunbook.errors import InputError, StepFailed
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Json, JsonObject
from colorunbook.render.report import html
from colorunbook.render.transcript import rst
from colorunbook.story.model import State, Story, Undoing, Verdict
from colorunbook.story.reader import read
from tests.stories import (
    BEGIN,
    FAILED,
    INTERRUPTED,
    PLAN,
    REFUSED,
    SITE,
    UNDONE,
    WORKED,
    add,
    done,
    step,
    write,
)

STEPS = len(PLAN.steps)


def states(story: Story) -> list[State]:
    """How far each step is."""
    return [each.state for each in story.steps]


def test_what_the_first_line_tells(tmp_path: Path) -> None:
    """The plan, the pair and the person."""
    path = write(tmp_path)
    story = read(path)
    assert (path.stem, 1, "primary-failover") == (story.run, story.format, story.runbook)
    assert (PLAN.digest, str(PLAN.dialect.version), "hmp") == (
        story.digest,
        story.qemu,
        story.edition,
    )
    assert {Role.PRIMARY: "10.0.0.1", Role.SECONDARY: "10.0.0.2"} == story.hosts
    assert SITE == story.site()
    assert story.who is not None
    assert [step.title for step in PLAN.steps] == [step.title for step in story.steps]
    assert story.begun <= story.last
    assert not story.torn


def test_a_run_that_worked(tmp_path: Path) -> None:
    """All that was seen, said and done in it."""
    story = read(write(tmp_path))
    assert (Verdict.WORKED, "It has worked.") == (story.verdict, story.outcome)
    assert [False, True] == [guard.waived for guard in story.guards]
    assert ["status=running", "nobody knows"] == [guard.seen for guard in story.guards]
    (proof,), (cut,), (end,) = story.proofs, story.cuts, story.ends
    assert ("fence", "ipmitool power off") == (proof.kind, proof.text)
    assert (("chardev:mirror0",), "before the first step") == (cut.instances, cut.why)
    assert "status=paused" == end.seen
    assert [(Role.PRIMARY, "COLO_EXIT"), (Role.SECONDARY, "STOP")] == [
        (heard.role, heard.name) for heard in story.heard
    ]
    assert [*[State.DONE] * (STEPS - 1), State.SKIPPED] == states(story)
    assert (STEPS, ()) == (story.done, story.unfinished)
    first = story.steps[0]
    assert (0.25, {}) == (first.seconds, first.reply)
    assert first.begun is not None
    assert first.ended is not None
    assert "it is so" == story.steps[-1].remark
    assert len(WORKED) == len(story.records)


@pytest.mark.parametrize(
    ("events", "error", "verdict", "outcome"),
    [
        (BEGIN, REFUSED, Verdict.REFUSED, "Not so."),
        ((*BEGIN, *done(1), StepStarted(2, step(2))), FAILED, Verdict.FAILED, "No. Look."),
        ((*BEGIN, *done(1)), REFUSED, Verdict.FAILED, "Not so."),
        (BEGIN, StepFailed(""), Verdict.FAILED, "It ended with StepFailed."),
        (
            (*BEGIN, *done(1), StepStarted(2, step(2))),
            INTERRUPTED,
            Verdict.INTERRUPTED,
            f"It was interrupted; 1 of {STEPS} steps are done, step 2 may be done or not.",
        ),
        (
            (*BEGIN, Fencing(Role.SECONDARY, "ipmitool power off")),
            None,
            Verdict.UNFINISHED,
            f"The program was ended before the run was; 0 of {STEPS} steps are done, the secondary "
            "may be cut off or not.",
        ),
        (
            (*BEGIN, Fencing(Role.SECONDARY, "off"), ProofGiven("fence", Role.SECONDARY, "off")),
            None,
            Verdict.UNFINISHED,
            f"The program was ended before the run was; 0 of {STEPS} steps are done.",
        ),
        (
            (*BEGIN, StepStarted(1, step(1))),
            None,
            Verdict.UNFINISHED,
            f"The program was ended before the run was; 0 of {STEPS} steps are done, step 1 may "
            "be done or not.",
        ),
    ],
)
def test_how_a_run_ends(
    tmp_path: Path,
    events: Sequence[Event],
    error: BaseException | None,
    verdict: Verdict,
    outcome: str,
) -> None:
    """Well, or in one of five other ways; what was refused has begun no step."""
    story = read(write(tmp_path, events, error))
    assert (verdict, outcome) == (story.verdict, story.outcome)


def test_a_run_that_sees_nothing_at_its_end_does_not_say_that_it_worked(tmp_path: Path) -> None:
    """A QEMU that was only started cannot be asked."""
    seen_nothing = [event for event in WORKED if type(event).__name__ != "ExpectationMet"]
    story = read(write(tmp_path, seen_nothing))
    assert (Verdict.WORKED, "Done; QEMU could not be asked yet.") == (story.verdict, story.outcome)


def test_steps_that_were_undone(tmp_path: Path) -> None:
    """What is known of each, and what is not."""
    story = read(write(tmp_path, UNDONE, FAILED))
    assert [
        State.UNDOING,
        State.NOT_UNDONE,
        State.UNDONE,
        State.BEGUN,
        *[State.WAITING] * (STEPS - 4),
    ] == states(story)
    assert [1, 4] == [step.number for step in story.unfinished]
    assert "it is gone; add it by hand" == story.steps[1].remark
    assert ({}, {"back": True}) == (story.steps[2].reply, story.steps[2].undone)


def test_the_commands_of_an_undo(tmp_path: Path) -> None:
    """Each with its reply; one that has none may have been sent or not."""
    path = write(tmp_path, [*BEGIN, *done(1)])
    add(
        path,
        {"event": "UndoStarted", "number": 1, "undone_by": ["a", "b", "b"]},
        {"event": "UndoReplied", "number": 1, "text": "a", "reply": {}, "refused": False},
        {"event": "UndoReplied", "number": 1, "text": "b", "reply": "no", "refused": True},
        {"event": "UndoReplied", "number": 1, "text": "c", "reply": 1, "refused": False},
    )
    told = read(path).steps[0]
    found = (Undoing("a", {}), Undoing("b", "no", refused=True), Undoing("b"), Undoing("c", 1))
    assert (State.UNDOING, found) == (told.state, told.undo)


def test_a_run_that_was_taken_up_again(tmp_path: Path) -> None:
    """Its first end does not count any more."""
    path = write(tmp_path, [*BEGIN, *done(1), StepStarted(2, step(2))], INTERRUPTED)
    again = Journal.again(path, PLAN)
    story = read(path)
    assert (Verdict.UNFINISHED, 1) == (story.verdict, len(story.resumed))
    for event in WORKED:
        again.write(event)
    again.close()
    story = read(path)
    assert (Verdict.WORKED, STEPS, 1) == (story.verdict, story.done, len(story.ends))


def test_a_line_that_is_not_known_is_kept(tmp_path: Path) -> None:
    """A later version may say more."""
    path = write(tmp_path)
    add(path, {"event": "Sung", "song": 1}, {"hello": []}, {"event": "StepPainted"})
    assert ["Sung", "", "StepPainted"] == [other.name for other in read(path).others]


def test_a_journal_without_a_site_is_read(tmp_path: Path) -> None:
    """As the first version wrote them."""
    path = write(tmp_path)
    head, *rest = path.read_text().splitlines()
    old = {name: json.loads(head)[name] for name in ("time", "run", "digest", "plan")}
    path.write_text("\n".join([json.dumps(old), *rest]))
    story = read(path)
    assert (0, None, Verdict.WORKED) == (story.format, story.who, story.verdict)
    with pytest.raises(InputError, match="None is not a site"):
        story.site()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("format", 2, "a later colorunbook wrote it, in format 2"),
        ("format", "1", "format is no whole number"),
        ("run", None, "run is no text"),
        ("time", "noon", "time is no time"),
        ("plan", [], "plan is no object"),
        ("who", {"user": 1}, "user is no text"),
    ],
)
def test_a_first_line_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, value: Json, message: str
) -> None:
    """By its path and its number."""
    path = write(tmp_path)
    head, *rest = path.read_text().splitlines()
    path.write_text("\n".join([json.dumps({**json.loads(head), name: value}), *rest]))
    with pytest.raises(InputError, match=f"{path} is no journal of a run: line 1: {message}"):
        read(path)


@pytest.mark.parametrize("number", [0, STEPS + 1, -1, True, "1"])
def test_a_step_that_the_plan_has_not_is_refused(tmp_path: Path, number: Json) -> None:
    """Its line is named."""
    path = write(tmp_path)
    add(path, {"event": "StepStarted", "number": number})
    with pytest.raises(InputError, match=rf"line {len(WORKED) + 2}: "):
        read(path)


def test_a_journal_that_is_cut_anywhere_is_read(tmp_path: Path) -> None:
    """The engine may be killed in the midst of a line; the first one is needed."""
    path = write(tmp_path)
    whole = path.read_bytes()
    head = whole.index(b"\n") + 1
    for end in [*range(head, len(whole), 97), len(whole) - 2]:
        path.write_bytes(whole[:end])
        story = read(path)
        assert Verdict.UNFINISHED is story.verdict
        assert story.torn is (whole[end - 1 : end] != b"\n")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
events = st.sampled_from([type(event).__name__ for event in (*WORKED, *UNDONE)] + ["Resumed", "x"])
names = st.sampled_from(
    [
        "time",
        "number",
        "role",
        "seconds",
        "reply",
        "seen",
        "why",
        "expect",
        "who",
        "data",
        "kind",
        "name",
        "text",
        "instances",
        "error",
        "message",
    ]
)


@settings(deadline=None)
@given(st.lists(st.tuples(events, st.dictionaries(names, values)), max_size=4), st.data())
def test_nothing_in_a_journal_does_harm(
    rows: list[tuple[str, JsonObject]], data: st.DataObject
) -> None:
    """It is read and shown, or refused in a sentence; whatever stands in it."""
    with TemporaryDirectory() as folder:
        path = write(Path(folder))
        head = json.loads(path.read_text().splitlines()[0])
        if data.draw(st.booleans()):
            head[data.draw(st.sampled_from(sorted(head)))] = data.draw(values)
        body = [json.dumps({"event": name, "number": 1, **row}) for name, row in rows]
        path.write_bytes("\n".join([json.dumps(head), *body]).encode() + data.draw(st.binary()))
        try:
            story = read(path)
        except InputError as error:
            assert "is no journal of a run" in error.message
        else:
            json.dumps(story.records, ensure_ascii=False, allow_nan=False).encode()
            assert "\n".join(retell(story, None, verbose=True)).encode()
            assert html(story).isascii()
            assert rst(story).encode()
