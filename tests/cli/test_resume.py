# SPDX-License-Identifier: GPL-2.0-or-later
"""A run that is taken up in several sittings, at hosts that are made up."""

from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Shell
from colorunbook.book.colo import Colo
from colorunbook.book.runbook import Runbook, Step, runbook
from colorunbook.book.verbs import stop_guest
from colorunbook.cli.resume import taken_up
from colorunbook.engine.events import Event, StepDone, StepSkipped, StepStarted, UndoDone
from colorunbook.engine.fake import FakeTransport, Fault, Says
from colorunbook.engine.journal import Journal
from colorunbook.engine.manner import Manner, on_failure
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.errors import StepFailed
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.shell import words
from colorunbook.story.reader import read
from tests.engine.chapters import CHAPTERS, ONE, SITE, begin, shape
from tests.hurry import hurry

REPLICATION = shelf.runbook("start-replication")
WAYS = (("sh", "-c", "one"), ("sh", "-c", "two"))


@runbook("two-programs", on=Role.PRIMARY, title="Run two programs")
def two_programs(_colo: Colo) -> Iterator[Step]:
    """Nothing tells that they were run, and no QEMU is started with what they made."""
    for way in WAYS:
        yield Step("Run a program", Shell(words(*way)))
    yield stop_guest()


class Sittings:
    """One run, with its journal, in as many sittings as it takes."""

    def __init__(self, hosts: FakeTransport, folder: Path, book: Runbook = REPLICATION) -> None:
        self.hosts = hosts
        self.folder = folder
        self.book = book
        self.path: Path | None = None

    async def sit(self, manner: Manner | None = None, *, until: type[Event] | None = None,
                  number: int = 0) -> list[Event]:  # fmt: skip
        """Go on with it until it ends, fails, or tells this of a step and is killed."""
        told: list[Event] = []
        async with Session(self.hosts, SITE) as session:
            plan = await session.resolve(self.book)
            journal, manner = self._journal(plan, manner or Manner())
            try:
                async with aclosing(run(plan, session, journal, manner)) as events:
                    async for event in events:
                        told.append(event)
                        if until and isinstance(event, until) and number == _number(event):
                            break
            except StepFailed:
                pass
            finally:
                journal.close()
        return told

    def _journal(self, plan: Plan, manner: Manner) -> tuple[Journal, Manner]:
        if self.path is None:
            journal = Journal(self.folder, plan)
            self.path = journal.path
            return journal, manner
        return Journal.again(self.path, plan), taken_up(manner, read(self.path))


def _number(event: Event) -> int:
    return event.number if isinstance(event, StepStarted | StepDone) else 0


def undone(told: list[Event]) -> list[int]:
    """The steps that were taken back."""
    return [event.number for event in told if isinstance(event, UndoDone)]


@pytest.mark.parametrize("sittings", [1, 2])
@pytest.mark.parametrize("end", [StepStarted, StepDone])
def test_what_earlier_sittings_did_is_taken_back(
    sittings: int, end: type[Event], tmp_path: Path
) -> None:
    """Whether the journal has it as done, or as begun and it is found done."""

    async def work(cut: int) -> tuple[object, object]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        before = shape(hosts)
        run_ = Sittings(hosts, tmp_path / str(cut))
        for number in (cut, cut + 1)[:sittings]:
            await run_.sit(until=end, number=number)
        hosts.faults = [Fault("migrate", Says("no"), nth=None)]
        await run_.sit(Manner(rollback=on_failure))
        return before, shape(hosts)

    for cut in range(1, 4):
        before, after = hurry(work(cut))
        assert before == after, f"killed at step {cut}"


def test_what_another_did_is_not_taken_back(tmp_path: Path) -> None:
    """A person, or another run, that this run has found done."""

    async def work() -> tuple[list[int], list[int]]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        await Sittings(hosts, tmp_path / "other").sit(until=StepDone, number=4)
        run_ = Sittings(hosts, tmp_path / "this")
        await run_.sit(until=StepDone, number=3)
        hosts.faults = [Fault("migrate", Says("no"), nth=None)]
        told = await run_.sit(Manner(rollback=on_failure))
        skipped = [event.number for event in told if isinstance(event, StepSkipped)]
        return skipped, undone(told)

    skipped, back = hurry(work())
    assert 4 in skipped
    assert {2, 3} <= set(back)
    assert 4 not in back


def test_what_was_taken_back_is_another_s_when_it_is_so_again(tmp_path: Path) -> None:
    """A person has done it by hand meanwhile."""

    async def work() -> list[int]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        run_ = Sittings(hosts, tmp_path / "this")
        hosts.faults = [Fault("migrate", Says("no"), nth=None)]
        assert undone(await run_.sit(Manner(rollback=on_failure)))
        hosts.faults = []
        await Sittings(hosts, tmp_path / "other").sit(until=StepDone, number=4)
        hosts.faults = [Fault("migrate", Says("no"), nth=None)]
        return undone(await run_.sit(Manner(rollback=on_failure)))

    assert 4 not in hurry(work())


def programs(hosts: FakeTransport) -> list[tuple[str, ...]]:
    """The programs that were run, of those two."""
    return [argv for host, argv in hosts.ran if host == ONE and argv in WAYS]


def test_a_program_that_was_run_is_not_run_again(tmp_path: Path) -> None:
    """The journal tells that it was, and nothing else can."""

    async def work() -> list[tuple[str, ...]]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        run_ = Sittings(hosts, tmp_path, two_programs)
        await run_.sit(until=StepDone, number=1)
        await run_.sit()
        return programs(hosts)

    assert [*WAYS] == hurry(work())


def test_a_program_of_which_nobody_knows_is_not_run_again(tmp_path: Path) -> None:
    """The run ends there, and a person has to look."""

    async def work() -> tuple[list[Event], list[tuple[str, ...]]]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        run_ = Sittings(hosts, tmp_path, two_programs)
        await run_.sit(until=StepStarted, number=2)
        told = await run_.sit()
        return told, programs(hosts)

    told, ran = hurry(work())
    assert [WAYS[0]] == ran
    assert not [event for event in told if isinstance(event, StepStarted)]
