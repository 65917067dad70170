# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a procedure stands, and that it goes on from there: law 5, on hosts that are made up."""

import asyncio
import contextlib

import pytest

from colorunbook import shelf
from colorunbook.addresses import Door
from colorunbook.book.actions import Assign, Await, Qmp
from colorunbook.book.conditions import guest_is
from colorunbook.book.ports import Knock
from colorunbook.book.runbook import Runbook
from colorunbook.book.wiring import ObjectIs
from colorunbook.engine.events import Event, RunEnded, StepDone, StepSkipped, StepStarted
from colorunbook.engine.fake import FakeMonitor, FakeTransport, Fault, Says, Silence
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.standing import AT_ONCE, Lookout, State, changes
from colorunbook.errors import Refused, StepFailed, Unavailable
from colorunbook.hosts import Host, Role
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.qemu.payload import Json, Payload
from tests.engine.chapters import (
    BEREFT,
    CHAPTERS,
    ONE,
    SITE,
    TAKEN,
    TWO,
    Chapter,
    begin,
    play,
    shape,
)
from tests.hurry import hurry

RESUMES = [chapter for chapter in CHAPTERS if chapter.name.endswith("-resume")]


async def play_until(hosts: FakeTransport, chapter: Chapter, edition: Edition, cut: int) -> int:
    """Do it, and die at a moment: 2n before step n + 1, 2n + 1 after it; the moments there are."""
    async with Session(hosts, SITE, edition) as session:
        plan = await session.resolve(shelf.runbook(chapter.name))
        async with contextlib.aclosing(run(plan, session)) as events:
            async for event in events:
                match event:
                    case StepStarted(number) if cut == 2 * (number - 1):
                        break
                    case StepDone(number) if cut == 2 * number - 1:
                        break
                    case _:
                        pass
        return 2 * len(plan.steps)


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_a_run_that_died_anywhere_is_finished_by_another(
    chapter: Chapter, edition: Edition
) -> None:
    """It ends where one that was never disturbed ends."""

    async def undisturbed() -> tuple[dict[str, tuple[object, ...]], int]:
        hosts = await begin(chapter, edition)
        moments = await play_until(hosts, chapter, edition, -1)
        return shape(hosts), moments

    async def disturbed(cut: int) -> dict[str, tuple[object, ...]]:
        hosts = await begin(chapter, edition)
        await play_until(hosts, chapter, edition, cut)
        await play(hosts, chapter.name, edition)
        return shape(hosts)

    wanted, moments = hurry(undisturbed())
    for cut in range(moments):
        assert wanted == hurry(disturbed(cut)), f"moment {cut}"


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_a_runbook_that_was_done_is_done_already(chapter: Chapter, edition: Edition) -> None:
    """The second time nothing is sent that changes anything, and it counts as done."""

    async def work() -> tuple[list[Event], list[str]]:
        hosts = await begin(chapter, edition)
        await play(hosts, chapter.name, edition)
        hosts.sent.clear()
        events = await play(hosts, chapter.name, edition)
        return events, hosts.mutations()

    events, sent = hurry(work())
    assert [] == sent
    done = [e.step for e in events if isinstance(e, StepDone) and changes(e.step)]
    assert [] == done


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_what_was_not_begun_would_run(chapter: Chapter, edition: Edition) -> None:
    """At the beginning no step is done, but for a capability that a survivor has still."""

    async def work() -> list[str]:
        hosts = await begin(chapter, edition)
        async with Session(hosts, SITE, edition) as session:
            plan = await session.resolve(shelf.runbook(chapter.name))
            standings = await Lookout(plan, session).survey()
        marked = zip(plan.steps, standings, strict=True)
        return [s.title for s, standing in marked if changes(s) and standing.state is State.DONE]

    kept = ["Switch x-colo and return-path on"] if chapter.name.endswith("-resume") else []
    assert kept == hurry(work())


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
@pytest.mark.parametrize("book", shelf.runbooks().values(), ids=lambda b: b.name)
def test_every_step_that_changes_something_can_be_told_done(
    book: Runbook, edition: Edition
) -> None:
    """By probes of its own, or by the QEMU that it makes ready for."""
    plan = resolve(book, SITE, Dialect(edition=edition))
    bare = [s.title for s in plan.steps if isinstance(s.action, Qmp) and changes(s) and not s.done]
    assert [] == bare
    assert not [s for s in plan.steps if isinstance(s.action, Assign | Await) and s.undo]


def test_what_a_person_has_typed_is_skipped() -> None:
    """In the middle of the procedure as well; the rest is done."""

    async def work() -> tuple[list[str], list[str]]:
        hosts = await begin(CHAPTERS[6], Edition.HMP)
        del hosts.qemus[ONE].objects["redire0"]
        events = await play(hosts, "primary-failover", Edition.HMP)
        skipped = [e.step.title for e in events if isinstance(e, StepSkipped)]
        done = [e.step.title for e in events if isinstance(e, StepDone)]
        return skipped, done

    skipped, done = hurry(work())
    assert ["Delete redire0"] == skipped
    assert 8 == len(done)


def test_a_survivor_is_not_brought_up_again() -> None:
    """Its guest has written to a disk that the new secondary lacks: a resume copies it."""

    async def work() -> tuple[str, list[str]]:
        hosts = await begin(Chapter("bring-up", BEREFT[:6]), Edition.HMP)
        hosts.sent.clear()
        with pytest.raises(StepFailed) as caught:
            await play(hosts, "bring-up", Edition.HMP)
        return str(caught.value), hosts.mutations()

    text, sent = hurry(work())
    assert "start-replication may not begin: it begins only when" in text
    assert "'status=prelaunch'; seen: running." in text
    assert not {"drive_add", "x-blockdev-change", "migrate", "human-monitor-command"} & {*sent}


def test_what_has_taken_over_is_no_secondary_to_be_prepared() -> None:
    """Nothing of its disk is exported."""

    async def work() -> list[str]:
        hosts = await begin(Chapter("bring-up", TAKEN), Edition.HMP)
        hosts.sent.clear()
        with pytest.raises(StepFailed, match="prepare-secondary may not begin"):
            await play(hosts, "bring-up", Edition.HMP)
        return hosts.mutations()

    assert [] == hurry(work())


def test_half_a_resume_is_no_proof_of_a_death() -> None:
    """The primary was alone before, and its new secondary lives."""

    async def work() -> list[str]:
        resume = Chapter("primary-resume", BEREFT)
        hosts = await begin(resume, Edition.HMP)
        await play_until(hosts, resume, Edition.HMP, 2 * 10 - 1)
        hosts.sent.clear()
        with pytest.raises(Refused, match="is alive"):
            await play(hosts, "primary-failover", Edition.HMP)
        return hosts.mutations()

    assert [] == hurry(work())


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
@pytest.mark.parametrize("chapter", RESUMES, ids=str)
def test_half_a_resume_is_of_no_use_to_another_secondary(
    chapter: Chapter, edition: Edition
) -> None:
    """Whatever leads to the one that died is taken back, and its successor gets a copy."""

    async def undisturbed() -> tuple[dict[str, tuple[object, ...]], int]:
        hosts = await begin(chapter, edition)
        return shape(hosts), await play_until(hosts, chapter, edition, -1)

    async def disturbed(cut: int) -> tuple[dict[str, tuple[object, ...]], bool]:
        hosts = await begin(chapter, edition)
        await play_until(hosts, chapter, edition, cut)
        second = TWO if chapter.story == BEREFT else ONE
        hosts.kill(second)
        survivor = next(iter(hosts.qemus.values()))
        if survivor.mode != "none":
            return {}, True
        survivor.migration = survivor.migration and "failed"
        for word in chapter.story[-2:]:
            site = SITE.flipped() if word.startswith("~") else SITE
            await play(hosts, word.removeprefix("~"), edition, site)
        try:
            await play(hosts, chapter.name, edition)
        except Refused as error:  # nothing is left that tells why it is paused
            assert "seen: paused" in str(error)
            await FakeMonitor(next(iter(hosts.qemus)), hosts).execute(Payload("cont"), 1)
            await play(hosts, chapter.name, edition)
        return shape(hosts), hosts.qemus[second].is_written

    async def whole() -> dict[str, tuple[object, ...]]:
        hosts = await begin(chapter, edition)
        await play(hosts, chapter.name, edition)
        return shape(hosts)

    _, moments = hurry(undisturbed())
    wanted = hurry(whole())
    for cut in range(moments):
        found, copied = hurry(disturbed(cut))
        assert copied, f"moment {cut}"
        assert found in ({}, wanted), f"moment {cut}"


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
def test_half_a_protection_is_of_no_use_to_another_secondary(edition: Edition) -> None:
    """The same word starts a new one, takes back what leads to the dead one, and copies anew."""
    chapter = Chapter("protect", ("launch-alone",))

    async def disturbed(cut: int) -> tuple[dict[str, tuple[object, ...]], bool]:
        hosts = await begin(chapter, edition)
        await play_until(hosts, chapter, edition, cut)
        hosts.kill(TWO)
        survivor = hosts.qemus[ONE]
        if survivor.mode != "none":
            return {}, True
        survivor.migration = survivor.migration and "failed"
        try:
            await play(hosts, chapter.name, edition)
        except Refused as error:  # nothing is left that tells why it is paused
            assert "seen: paused" in str(error)
            await FakeMonitor(ONE, hosts).execute(Payload("cont"), 1)
            await play(hosts, chapter.name, edition)
        return shape(hosts), hosts.qemus[TWO].is_written

    async def whole() -> tuple[dict[str, tuple[object, ...]], int]:
        hosts = await begin(chapter, edition)
        moments = await play_until(hosts, chapter, edition, -1)
        return shape(hosts), moments

    wanted, moments = hurry(whole())
    for cut in range(moments):
        found, copied = hurry(disturbed(cut))
        assert copied, f"moment {cut}"
        assert found in ({}, wanted), f"moment {cut}"


def test_a_dry_run_tells_what_would_be_taken_back() -> None:
    """The guest is paused for a secondary that died."""

    async def work() -> list[tuple[str, State]]:
        resume = Chapter("primary-resume", BEREFT)
        hosts = await begin(resume, Edition.HMP)
        await play_until(hosts, resume, Edition.HMP, 2 * 10 - 1)
        hosts.kill(TWO)
        for name in ("launch-secondary", "prepare-secondary"):
            await play(hosts, name, Edition.HMP)
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("primary-resume"))
            standings = await Lookout(plan, session).survey()
        return [(s.title, found.state) for s, found in zip(plan.steps, standings, strict=True)]

    told = dict(hurry(work()))
    assert State.OPEN is told["Copy the disk"]
    assert State.AGAIN is told["Pause the guest"]
    assert State.AGAIN is told["Add m0"]


def test_a_guest_that_is_paused_for_another_reason_is_not_taken_for_half_a_resume() -> None:
    """Somebody may have paused it on purpose."""

    async def work() -> list[str]:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.HMP)
        hosts.qemus[ONE].status = "paused"
        hosts.sent.clear()
        with pytest.raises(Refused, match="seen: paused"):
            await play(hosts, "primary-resume", Edition.HMP)
        return hosts.mutations()

    assert [] == hurry(work())


def test_a_taken_over_guest_is_finished_where_its_own_sockets_are_half_made() -> None:
    """On one machine the survivor itself answers at the ports of the primary that it will be."""

    async def work() -> list[Event]:
        chapter = Chapter("secondary-failover", TAKEN[:5])
        hosts = await begin(chapter, Edition.HMP)
        await play_until(hosts, chapter, Edition.HMP, 2 * 9 - 1)
        hosts.doors = {Door(ONE, 9003): Knock.ANSWERS, Door(ONE, 9004): Knock.ANSWERS}
        return await play(hosts, "secondary-failover", Edition.HMP)

    assert isinstance(hurry(work())[-1], RunEnded)


@pytest.mark.parametrize("edition", Edition, ids=lambda e: e.value)
def test_a_copy_that_has_ended_is_of_the_past_where_the_guest_went_on(edition: Edition) -> None:
    """What it has written since is not on the secondary's disk."""

    async def work() -> list[str]:
        resume = Chapter("primary-resume", BEREFT)
        hosts = await begin(resume, edition)
        async with Session(hosts, SITE, edition) as session:
            plan = await session.resolve(shelf.runbook(resume.name))
        ended = next(n for n, s in enumerate(plan.steps, 1) if s.title == "End the copy")
        await play_until(hosts, resume, edition, 2 * ended - 1)
        await FakeMonitor(ONE, hosts).execute(Payload("cont"), 1)
        hosts.sent.clear()
        await play(hosts, resume.name, edition)
        return hosts.mutations()

    assert {"drive-mirror", "blockdev-mirror"} & {*hurry(work())}


class Busy(FakeTransport):
    """Hosts whose QEMUs take a second for each question."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = self.most = 0

    async def connect(self, host: Host, within: float) -> FakeMonitor:
        hosts = self

        class Slow(FakeMonitor):
            async def execute(self, payload: Payload, within: float) -> Json:
                hosts.waiting += 1
                hosts.most = max(hosts.most, hosts.waiting)
                await asyncio.sleep(1)
                hosts.waiting -= 1
                return await super().execute(payload, within)

        await super().connect(host, within)
        return Slow(host.address, hosts)


async def asked_together(hosts: FakeTransport, count: int) -> list[str]:
    """Ask so many things of a primary at the same time; what it told, or why it told nothing."""
    hosts.put(ONE, ("qemu",))
    probes = [ObjectIs(f"t{number}", (("id", "t"),)) for number in range(count)]
    async with Session(hosts, SITE) as session:
        lookout = Lookout(resolve(shelf.runbook("set-checkpoint-delay"), SITE, Dialect()), session)
        asking = (lookout.ask(Role.PRIMARY, probe) for probe in probes)
        told = await asyncio.gather(*asking, return_exceptions=True)
    return [type(each).__name__ if isinstance(each, Exception) else str(each) for each in told]


def test_a_qemu_gets_a_few_questions_at_the_same_time() -> None:
    """With more of them one that hangs would read nothing out of band."""
    hosts = Busy()
    told = hurry(asked_together(hosts, 3 * AT_ONCE))
    assert (AT_ONCE, 3 * AT_ONCE) == (hosts.most, len(hosts.sent))
    assert "TimedOut" not in told


def test_a_qemu_that_does_not_answer_gets_no_more_questions() -> None:
    """What waited for its turn has the same answer: none."""
    hosts = FakeTransport(faults=[Fault("qom-get", Silence(), nth=None)])
    assert ["TimedOut"] * 3 * AT_ONCE == hurry(asked_together(hosts, 3 * AT_ONCE))
    assert AT_ONCE == len(hosts.sent)


async def asked_twice(hosts: FakeTransport, *, forgets: bool) -> list[str]:
    """Ask a primary for the state of its guest, and again."""
    hosts.put(ONE, ("qemu",))
    told = []
    async with Session(hosts, SITE) as session:
        lookout = Lookout(resolve(shelf.runbook("set-checkpoint-delay"), SITE, Dialect()), session)
        for _ in range(2):
            try:
                told.append((await lookout.ask(Role.PRIMARY, guest_is("running")))[1])
            except Unavailable as error:
                told.append(type(error).__name__)
            if forgets:
                lookout.forget()
    return told


@pytest.mark.parametrize(
    ("outcome", "told"), [(Says("not now"), "Unavailable"), (Silence(), "TimedOut")]
)
def test_a_refusal_and_a_silence_count_until_something_is_done(
    outcome: Says | Silence, told: str
) -> None:
    """Then there may be an answer."""
    faults = [Fault("query-status", outcome)]
    assert [told, told] == hurry(asked_twice(FakeTransport(faults=faults), forgets=False))
    assert [told, "running"] == hurry(asked_twice(FakeTransport(faults=faults), forgets=True))


def test_who_asks_together_asks_anew_together() -> None:
    """One of them does not forget what another has begun."""

    class Never(FakeTransport):
        tries = 0

        async def connect(self, host: Host, within: float) -> FakeMonitor:
            self.tries += 1
            await asyncio.sleep(within)
            raise Unavailable(f"{host.address} does not answer within {within:g} s.")

    async def work() -> int:
        hosts = Never()
        async with Session(hosts, SITE) as session:
            plan = resolve(shelf.runbook("set-checkpoint-delay"), SITE, Dialect())
            lookout = Lookout(plan, session)

            async def ask() -> None:
                for _ in range(2):
                    with contextlib.suppress(Unavailable):
                        await lookout.ask(Role.PRIMARY, guest_is("running"))

            await asyncio.gather(*(ask() for _ in range(4)))
        return hosts.tries

    assert 2 == hurry(work())


def test_a_host_that_could_not_be_reached_is_tried_anew() -> None:
    """That is no answer at all."""

    class Late(FakeTransport):
        tries = 0

        async def connect(self, host: Host, within: float) -> FakeMonitor:
            self.tries += 1
            if self.tries == 1:
                raise Unavailable(f"{host.address} does not answer within {within:g} s.")
            return await super().connect(host, within)

    assert ["Unavailable", "running"] == hurry(asked_twice(Late(), forgets=False))


def test_the_same_question_is_sent_once_at_the_same_time() -> None:
    """However many wait for the reply; and again after something was done."""

    async def work() -> list[int]:
        hosts = FakeTransport()
        hosts.put(ONE, ("qemu",))
        sent = []
        async with Session(hosts, SITE) as session:
            plan = resolve(shelf.runbook("set-checkpoint-delay"), SITE, Dialect())
            lookout = Lookout(plan, session)
            for _ in range(2):
                asking = (lookout.ask(Role.PRIMARY, guest_is("running")) for _ in range(3))
                await asyncio.gather(*asking)
                sent.append(len(hosts.sent))
                lookout.forget()
        return sent

    assert [1, 2] == hurry(work())
