# SPDX-License-Identifier: GPL-2.0-or-later
"""Taking back what a run has done, on hosts that are made up."""

import json
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Command
from colorunbook.engine import runner
from colorunbook.engine.acts import Hands
from colorunbook.engine.events import Event, RunEnded, StepDone, UndoDone, UndoFailed
from colorunbook.engine.fake import FakeTransport, Fault, Outcome, Says, Silence
from colorunbook.engine.journal import Journal
from colorunbook.engine.manner import Manner, never, on_failure
from colorunbook.engine.mimic import Nature
from colorunbook.engine.session import Session
from colorunbook.engine.undoing import undo
from colorunbook.errors import ColorunbookError, StepFailed
from colorunbook.hosts import Role
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import Json, JsonObject, Payload, is_object
from tests.engine.chapters import (
    BEREFT,
    CHAPTERS,
    ONE,
    PAIR,
    SITE,
    TWO,
    Chapter,
    begin,
    play,
    shape,
)
from tests.hurry import hurry

BACK = [c for c in CHAPTERS if c.name != "set-checkpoint-delay" and "fail" not in c.name]


async def fail(
    hosts: FakeTransport, name: str, edition: Edition, manner: Manner
) -> tuple[list[Event], ColorunbookError | None]:
    """Do a runbook; what was told, and how it failed."""
    told: list[Event] = []
    async with Session(hosts, SITE, edition) as session:
        plan = await session.resolve(shelf.runbook(name))
        try:
            async for event in runner.run(plan, session, None, manner):
                told.append(event)  # noqa: PERF401 - what came before the error counts
        except ColorunbookError as error:
            return told, error
    return told, None


def fail_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the act of this number, counted from 1, be refused."""
    acts: list[Command] = []

    class Failing(Hands):
        async def act(self, role: Role, action: Command) -> Json:
            acts.append(action)
            if len(acts) == number:
                raise StepFailed("QEMU replied: no")
            return await super().act(role, action)

    monkeypatch.setattr(runner, "Hands", Failing)


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
@pytest.mark.parametrize("chapter", BACK, ids=str)
def test_what_failed_anywhere_is_taken_back(
    chapter: Chapter, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hosts are as they were; images that nobody uses may be left.

    So may the checkpoint delay, which is of no effect out of COLO.
    """

    async def work(number: int) -> tuple[object, object, bool]:
        monkeypatch.setattr(runner, "Hands", Hands)
        hosts = await begin(chapter, edition)
        before = shape(hosts)
        fail_at(monkeypatch, number)
        _, error = await fail(hosts, chapter.name, edition, Manner(rollback=on_failure))
        for qemu in hosts.qemus.values():
            qemu.parameters["x-checkpoint-delay"] = 20000
        return before, shape(hosts), error is not None

    for number in range(1, 99):
        before, after, failed = hurry(work(number))
        if not failed:
            assert number > 1
            return
        assert before == after, f"act {number}"


def test_steps_are_taken_back_in_reverse() -> None:
    """The last one first, and each is told."""

    async def work() -> tuple[list[str], list[str]]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        hosts.faults = [Fault("migrate", Says("no"))]
        told, _ = await fail(hosts, "start-replication", Edition.HMP, Manner(rollback=on_failure))
        return (
            [e.step.title for e in told if isinstance(e, StepDone)],
            [e.step.title for e in told if isinstance(e, UndoDone)],
        )

    done, undone = hurry(work())
    assert [*reversed(done[1:])] == undone


def test_nothing_is_taken_back_unasked() -> None:
    """A person may want to look at it."""

    async def work() -> list[Event]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        hosts.faults = [Fault("migrate", Says("no"))]
        told, _ = await fail(hosts, "start-replication", Edition.HMP, Manner(rollback=never))
        return told

    assert not [event for event in hurry(work()) if isinstance(event, UndoDone)]


def test_nothing_is_taken_back_while_colo_runs() -> None:
    """From there a failover leads on."""

    async def work() -> list[Event]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        hosts.faults = [Fault("qom-get", Says("no"), nth=None)]
        manner = Manner(rollback=on_failure)
        told, _ = await fail(hosts, "start-replication", Edition.HMP, manner)
        assert "primary" == hosts.qemus[ONE].mode
        return told

    assert not [event for event in hurry(work()) if isinstance(event, UndoDone | RunEnded)]


def test_an_undo_that_fails_ends_the_taking_back() -> None:
    """It is told what stands against it, and what to look at."""

    async def work() -> tuple[list[str], list[str]]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        hosts.faults = [Fault("migrate", Says("no")), Fault("drive_del", Says("busy"))]
        told, _ = await fail(hosts, "start-replication", Edition.HMP, Manner(rollback=on_failure))
        return (
            [e.step.title for e in told if isinstance(e, UndoDone)],
            [e.why for e in told if isinstance(e, UndoFailed)],
        )

    undone, why = hurry(work())
    assert ["Switch x-colo and return-path on", "Attach replication0 to colo-disk0"] == (undone)
    assert ["busy" in text and "on the primary 127.0.0.1" in text for text in why] == [True]


def test_a_migration_that_failed_is_not_cancelled() -> None:
    """There is nothing left of it."""

    async def work() -> list[str]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        hosts.qemus[ONE].nature = Nature(migration_error="Connection refused")
        await fail(hosts, "start-replication", Edition.HMP, Manner(rollback=on_failure))
        return hosts.mutations()

    assert "migrate_cancel" not in hurry(work())


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
def test_a_copy_that_has_failed_is_cleared_away(edition: Edition) -> None:
    """One that was told to stay holds the disk of a secondary that is not there any more."""

    async def work() -> tuple[list[str], str | None, set[str]]:
        hosts = await begin(Chapter("primary-resume", BEREFT), edition)
        hosts.qemus[ONE].nature = Nature(job_error="Input/output error")
        manner = Manner(rollback=on_failure)
        told, _ = await fail(hosts, "primary-resume", edition, manner)
        why = [event.why for event in told if isinstance(event, UndoFailed)]
        return why, hosts.qemus[ONE].job, hosts.qemus[ONE].nodes

    assert ([], None, set()) == hurry(work())


def test_an_undo_that_is_refused_has_failed() -> None:
    """Unless what it was to take back is gone."""

    async def work() -> list[str]:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.BLOCKDEV)
        hosts.faults = [Fault("stop", Says("no")), Fault("job-dismiss", Says("busy"))]
        manner = Manner(rollback=on_failure)
        told, _ = await fail(hosts, "primary-resume", Edition.BLOCKDEV, manner)
        return [event.why for event in told if isinstance(event, UndoFailed)]

    (why,) = hurry(work())
    assert "busy" in why


@pytest.mark.parametrize(
    ("command", "name"), [("x-blockdev-change", "primary-failover"), ("drive_add", BACK[3].name)]
)
def test_who_wants_it_taken_back_is_told_where_that_cannot_be(command: str, name: str) -> None:
    """Of a failover nothing can; of a replication that has done nothing yet nothing has to."""

    async def work(manner: Manner) -> str:
        chapter = next(chapter for chapter in CHAPTERS if chapter.name == name)
        hosts = await begin(chapter, Edition.HMP)
        hosts.faults = [Fault(command, Says("no"), nth=None)]
        _, error = await fail(hosts, name, Edition.HMP, manner)
        return str(error)

    told = "Nothing of it can be taken back."
    assert (name == "primary-failover") is (told in hurry(work(Manner(rollback=on_failure))))
    assert told not in hurry(work(Manner()))


def talk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each QEMU send an event at each command that is more than a question."""
    asked = FakeTransport.fault

    def fault(hosts: FakeTransport, address: str, payload: Payload) -> Outcome | None:
        if [payload.execute] == hosts.mutations()[-1:]:
            hosts.qemus[address].emit("SAID", command=payload.text)
        return asked(hosts, address, payload)

    monkeypatch.setattr(FakeTransport, "fault", fault)


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
def test_the_journal_has_what_was_sent_and_said_while_steps_are_taken_back(
    edition: Edition, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each event after what it came of was begun, each reply with its command."""

    async def work() -> list[JsonObject]:
        hosts = await begin(CHAPTERS[3], edition)
        hosts.faults = [Fault("migrate", Says("no"))]
        talk(monkeypatch)
        async with Session(hosts, SITE, edition) as session:
            plan = await session.resolve(shelf.runbook("start-replication"))
            journal = Journal(tmp_path, plan)
            with pytest.raises(StepFailed):
                async for _ in runner.run(plan, session, journal, Manner(rollback=on_failure)):
                    pass
            journal.close()
        return [json.loads(row) for row in journal.path.read_text().splitlines()]

    rows = hurry(work())
    begun = max(at for at, row in enumerate(rows) if row.get("event") == "StepStarted")
    failed, said, *undone, last = rows[begun:]
    assert ["QemuSpoke", "RunFailed"] == [said["event"], last["event"]]
    step = failed["step"]
    assert is_object(step)
    assert {"command": step["text"]} == said["data"]
    wanted: list[Json] = []
    for row in undone:
        if row["event"] == "UndoStarted":
            commands = row["undone_by"]
            assert isinstance(commands, list)
            for command in commands:
                wanted += [["said", command], ["answered", command]]
    found: list[Json] = []
    for row in undone:
        match row:
            case {"event": "QemuSpoke", "data": {"command": command}}:
                found.append(["said", command])
            case {"event": "UndoReplied", "text": command, "refused": False}:
                found.append(["answered", command])
            case _:
                pass
    assert wanted == found != []


def test_a_launch_is_not_taken_back_where_it_would_end_the_guest() -> None:
    """A QEMU that was started for a pair may be the survivor by the time somebody goes back."""

    async def work() -> tuple[list[str], list[str], bool]:
        hosts = await begin(Chapter("bring-up", PAIR), Edition.HMP)
        hosts.kill(TWO)
        for name in ("primary-failover", "launch-secondary"):
            await play(hosts, name, Edition.HMP)
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("bring-up"))
            mine = [*enumerate(plan.steps[:7], 1)]
            told = [event async for event in undo(plan, session, mine, range(1, 8))]
        gone = [e.step.title for e in told if isinstance(e, UndoDone)]
        why = [e.why for e in told if isinstance(e, UndoFailed)]
        return gone, why, ONE in hosts.qemus

    gone, (why,), survives = hurry(work())
    assert ["Start the secondary"] == gone
    assert "It would end the guest with it: that is running there." in why
    assert survives


def test_a_launch_of_an_earlier_sitting_is_not_taken_back_unseen() -> None:
    """One that does not answer may run the guest."""

    async def work(earlier: range) -> tuple[list[str], bool]:
        hosts = await begin(Chapter("launch-secondary", PAIR[:1]), Edition.HMP)
        hosts.faults = [Fault("query-status", Silence(), nth=None)]
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("launch-primary"))
            mine = [*enumerate(plan.steps, 1)]
            told = [event async for event in undo(plan, session, mine, earlier)]
        return [e.why for e in told if isinstance(e, UndoFailed)], ONE in hosts.qemus

    (why,), survives = hurry(work(range(1, 3)))
    assert "Nobody can tell whether it runs the guest" in why
    assert survives
    assert ([], False) == hurry(work(range(0)))


def test_a_migration_is_seen_to_have_ended_before_its_settings_are_taken_back() -> None:
    """QEMU takes none while it is cancelling one."""

    async def work() -> list[str]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        hosts.qemus[ONE].nature = Nature(enters_colo=False)
        told, _ = await fail(hosts, "start-replication", Edition.HMP, Manner(rollback=on_failure))
        assert "migrate_cancel" in hosts.mutations()
        return [event.why for event in told if isinstance(event, UndoFailed)]

    assert [] == hurry(work())
