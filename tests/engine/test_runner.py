# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine against hosts that are made up: what a run does, refuses, and tells."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.addresses import Door, UnixMonitor
from colorunbook.book.colo import Colo
from colorunbook.book.conditions import Answers as Reaches
from colorunbook.book.conditions import EventSeen, SpaceFor
from colorunbook.book.phrases import Expect
from colorunbook.book.ports import Knock
from colorunbook.book.runbook import Step, runbook
from colorunbook.book.verbs import stop_guest, wait_until
from colorunbook.engine.events import (
    Event,
    ExpectationMet,
    GuardHeld,
    ProofGiven,
    QemuSpoke,
    RunEnded,
    RunStarted,
    StepDone,
    StepSkipped,
    StepStarted,
    Yanked,
    Yanking,
)
from colorunbook.engine.fake import Answers, FakeTransport, Fault, Loss, Says, Silence
from colorunbook.engine.hearing import Hearing
from colorunbook.engine.journal import Journal
from colorunbook.engine.manner import Manner
from colorunbook.engine.mimic import Nature
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.engine.transport import Output
from colorunbook.errors import ColorunbookError, Refused, StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.qemu.payload import HMP
from tests.engine.chapters import BEREFT, Chapter, begin
from tests.hurry import hurry

SITE = Site(
    Host("127.0.0.1", "/mnt/vms/colo-test-primary", UnixMonitor("/run/colo/a.qmp")),
    Host("127.0.0.2", "/mnt/vms/colo-test-secondary", UnixMonitor("/run/colo/b.qmp")),
)
ONE, TWO = SITE.primary.address, SITE.secondary.address


@dataclass
class Pair:
    """Two hosts, and the account of what was run on them."""

    hosts: FakeTransport = field(default_factory=FakeTransport)
    told: list[Event] = field(default_factory=list)
    edition: Edition = Edition.HMP

    def run(self, *names: str, site: Site = SITE, journal: Path | None = None) -> None:
        """Do runbooks one after the other, each in a session of its own."""
        hurry(self._run(names, site, journal))

    async def _run(self, names: Sequence[str], site: Site, folder: Path | None) -> None:
        for name in names:
            async with Session(self.hosts, site) as session:
                found = await session.resolve(shelf.runbook(name))
                plan = resolve(
                    shelf.runbook(name), site, replace(found.dialect, edition=self.edition)
                )
                journal = Journal(folder, plan) if folder else None
                async for event in run(plan, session, journal):
                    self.told.append(event)

    def fails(self, name: str, kind: type[ColorunbookError], site: Site = SITE) -> str:
        """Do a runbook that fails; the error's text."""
        with pytest.raises(kind) as caught:
            self.run(name, site=site)
        assert kind is caught.type
        return str(caught.value)

    def titles(self) -> list[str]:
        """The steps that were done."""
        return [event.step.title for event in self.told if isinstance(event, StepDone)]


@pytest.fixture
def pair() -> Pair:
    """Two hosts without a QEMU."""
    return Pair()


@pytest.fixture
def replicating(pair: Pair) -> Pair:
    """A pair in COLO."""
    pair.run("bring-up")
    pair.told.clear()
    pair.hosts.sent.clear()
    return pair


def test_a_pair_is_brought_up(pair: Pair) -> None:
    """From nothing to checkpoints on both sides, by the runbook alone."""
    pair.run("bring-up")
    assert ["primary", "secondary"] == [pair.hosts.qemus[a].mode for a in (ONE, TWO)]
    assert isinstance(pair.told[0], RunStarted)
    assert isinstance(pair.told[-1], RunEnded)


def test_images_are_made_without_a_shell(pair: Pair) -> None:
    """The words go to the program as they are, on the host they belong to."""
    pair.run("bring-up")
    images = [(host, argv) for host, argv in pair.hosts.ran if argv[0] == "qemu-img"]
    made = [(host, argv[-2:]) for host, argv in images if argv[1] == "create"]
    folder = "/mnt/vms/colo-test-secondary"
    assert [
        (TWO, (f"{folder}/secondary-active.qcow2", "10G")),
        (TWO, (f"{folder}/secondary-hidden.qcow2", "10G")),
    ] == made


def test_what_is_launched_is_asked_for_its_version_first(pair: Pair) -> None:
    """What runs already tells it in its greeting."""
    pair.run("launch-secondary")
    assert (TWO, ("--version",)) == pair.hosts.ran[0]


def test_two_lives_of_a_pair(replicating: Pair) -> None:
    """Both failovers and both resumes, one after the other."""
    hosts = replicating.hosts
    hosts.kill(TWO)
    replicating.run("primary-failover")
    replicating.run("launch-secondary", "prepare-secondary", "primary-resume")
    hosts.kill(ONE)
    replicating.run("secondary-failover")
    replicating.run("launch-secondary", "prepare-secondary", site=SITE.flipped())
    replicating.run("secondary-resume")
    assert ["secondary", "primary"] == [hosts.qemus[a].mode for a in (ONE, TWO)]
    hosts.kill(ONE)
    replicating.run("primary-failover", site=SITE.flipped())
    assert "none" == hosts.qemus[TWO].mode


def test_the_blockdev_edition_lives_as_well() -> None:
    """A bring-up, a failover and a resume, without a word of the human monitor."""
    pair = Pair(edition=Edition.BLOCKDEV)
    pair.run("bring-up")
    pair.hosts.kill(TWO)
    pair.run("primary-failover", "launch-secondary", "prepare-secondary", "primary-resume")
    assert ["primary", "secondary"] == [pair.hosts.qemus[a].mode for a in (ONE, TWO)]
    assert HMP not in [payload.execute for _, payload in pair.hosts.sent]


def test_every_step_is_told_in_order(replicating: Pair) -> None:
    """Guards, each step as it begins and as it is done, the postcondition, the end."""
    replicating.hosts.kill(TWO)
    replicating.run("primary-failover")
    kinds = [type(e) for e in replicating.told if not isinstance(e, QemuSpoke)]
    steps = [StepStarted, StepDone] * len(replicating.titles())
    plan = resolve(shelf.runbook("primary-failover"), SITE, Dialect())
    guards, ends = [GuardHeld] * len(plan.starts), [ExpectationMet] * len(plan.ends)
    assert [RunStarted, *guards, ProofGiven, Yanking, Yanked, *steps, *ends, RunEnded] == kinds
    assert [step.title for step in plan.steps] == replicating.titles()


def test_events_of_qemu_are_told_once(replicating: Pair) -> None:
    """With the role of the one that sent them."""
    replicating.hosts.kill(TWO)
    replicating.run("primary-failover")
    spoken = [e for e in replicating.told if isinstance(e, QemuSpoke)]
    assert [(Role.PRIMARY, "COLO_EXIT")] == [(e.role, e.name) for e in spoken]


def test_a_guard_that_does_not_hold_refuses(pair: Pair) -> None:
    """Nothing is sent but questions."""
    pair.run("launch-secondary", "launch-primary")
    pair.hosts.sent.clear()
    text = pair.fails("primary-failover", Refused)
    assert "refused, and nothing was sent: it begins only when" in text
    assert "'query-colo-status' on the primary says 'mode=primary'; seen: none." in text
    assert [] == pair.hosts.mutations()
    assert pair.hosts.sent


def test_a_second_failover_finds_nothing_to_do(replicating: Pair) -> None:
    """The first one has done it; what it has done is seen once more."""
    replicating.hosts.kill(TWO)
    replicating.run("primary-failover")
    replicating.told.clear()
    replicating.hosts.sent.clear()
    replicating.run("primary-failover")
    assert [] == replicating.hosts.mutations()
    assert 8 == sum(isinstance(event, StepSkipped) for event in replicating.told)
    assert isinstance(replicating.told[-1], RunEnded)


def test_the_failover_of_another_role_is_refused(replicating: Pair) -> None:
    """What was a secondary is alone now as well, and was never a primary."""
    replicating.hosts.kill(ONE)
    replicating.run("secondary-failover")
    replicating.hosts.sent.clear()
    replicating.fails("primary-failover", Refused, SITE.flipped())
    assert [] == replicating.hosts.mutations()


def test_a_host_that_does_not_answer_is_unavailable(pair: Pair) -> None:
    """The message names the role and the address."""
    assert f"The primary {ONE} cannot be reached." in pair.fails("primary-failover", Unavailable)


def test_an_error_reply_fails_the_step(replicating: Pair) -> None:
    """The message says which step, where, and what is done already."""
    replicating.hosts.kill(TWO)
    replicating.hosts.faults = [Fault("object-del", Says("object 'm0' not found"), nth=3)]
    text = replicating.fails("primary-failover", StepFailed)
    assert text.startswith(f"Step 5 of 9, 'Delete m0' on the primary {ONE}: ")
    assert "object 'm0' not found" in text
    assert text.endswith("Steps 1 to 4 are done.")
    assert 4 == len(replicating.titles())


def test_nothing_is_done_after_a_step_that_failed(replicating: Pair) -> None:
    """The first one of nine."""
    replicating.hosts.kill(TWO)
    replicating.hosts.faults = [Fault("x-blockdev-change", Says("no such child"))]
    assert replicating.fails("primary-failover", StepFailed).endswith("No step is done.")
    assert ["yank", "x-blockdev-change"] == replicating.hosts.mutations()


def test_a_reply_of_the_human_monitor_is_an_error(pair: Pair) -> None:
    """HMP has no other way to report one."""
    pair.run("launch-primary", "launch-secondary", "prepare-secondary")
    pair.hosts.faults = [Fault("drive_add", Answers("Device needs media\r\n"))]
    text = pair.fails("start-replication", StepFailed)
    assert "The human monitor replied: Device needs media" in text


def test_a_tolerated_reply_of_the_human_monitor_is_none(replicating: Pair) -> None:
    """The flush of a dead disk fails, and does no harm."""
    replicating.hosts.kill(TWO)
    replicating.run("primary-failover")
    replies = {e.step.title: e.reply for e in replicating.told if isinstance(e, StepDone)}
    assert "Failed flush for 'nbd://" in str(replies["Close replication0"])


def test_another_reply_is_not_tolerated(replicating: Pair) -> None:
    """Only the one that is declared."""
    replicating.hosts.kill(TWO)
    replicating.hosts.faults = [Fault("drive_del", Answers("Error: Device not found\r\n"))]
    assert "Device not found" in replicating.fails("primary-failover", StepFailed)


def test_a_disk_that_is_still_there_fails_the_postcondition(replicating: Pair) -> None:
    """Every reply was a success, and nothing had been done."""
    replicating.hosts.kill(TWO)
    replicating.hosts.faults = [Fault("drive_del", Answers(""))]
    text = replicating.fails("primary-failover", StepFailed)
    assert "Every step of primary-failover was done, and it has not worked" in text
    assert "shows no 'replication0'" in text
    assert "Take the pair for unprotected." in text
    assert 9 == len(replicating.titles())


def test_colo_that_never_begins_is_not_taken_for_success(pair: Pair) -> None:
    """As 10.0.2 does it: every command is answered by {}."""
    pair.hosts.nature = Nature(enters_colo=False)
    text = pair.fails("bring-up", TimedOut)
    assert "'See COLO begin'" in text
    assert "For 300 s it has come no nearer; seen: active" in text


def test_a_migration_that_fails_is_not_waited_for(pair: Pair) -> None:
    """Its reply was {}; query-migrate has the reason."""
    pair.hosts.nature = Nature(migration_error="Connection refused")
    assert "query-migrate says failed: Connection refused" in pair.fails("bring-up", StepFailed)


def test_a_copy_that_fails_is_not_waited_for(replicating: Pair) -> None:
    """A day would be long."""
    replicating.hosts.kill(TWO)
    replicating.run("primary-failover", "launch-secondary", "prepare-secondary")
    replicating.hosts.qemus[ONE].nature = Nature(job_error="No space left")
    text = replicating.fails("primary-resume", StepFailed)
    assert "The job resync ended: No space left" in text
    assert "'See the disks become equal'" in text
    assert "stop" not in replicating.hosts.mutations()


def test_the_guest_is_paused_only_when_the_disks_are_equal(replicating: Pair) -> None:
    """And COLO begins only when the copy has let go of the disk."""
    replicating.hosts.kill(TWO)
    replicating.run("primary-failover", "launch-secondary", "prepare-secondary", "primary-resume")
    told = [
        e.name if isinstance(e, QemuSpoke) else e.step.title
        for e in replicating.told
        if isinstance(e, QemuSpoke | StepDone)
    ]
    order = ["Copy the disk", "BLOCK_JOB_READY", "Pause the guest", "BLOCK_JOB_COMPLETED"]
    found = sorted(told.index(name) for name in (*order, "Open replication0", "Migrate"))
    assert [*order, "Open replication0", "Migrate"] == [told[at] for at in found]


def test_silence_is_a_time_out(replicating: Pair) -> None:
    """QEMU hangs when its peer has vanished; the run does not."""
    replicating.hosts.kill(TWO)
    replicating.hosts.faults = [Fault("x-blockdev-change", Silence())]
    text = replicating.fails("primary-failover", TimedOut)
    assert "Step 1 of 9" in text
    assert "Within 30 s" in text


def test_a_lost_session_is_unavailable(replicating: Pair) -> None:
    """Which step it came up in is told."""
    replicating.hosts.kill(TWO)
    replicating.hosts.faults = [Fault("object-del", Loss(), nth=2)]
    text = replicating.fails("primary-failover", Unavailable)
    assert "'Delete iothread1'" in text
    assert "was lost" in text


def test_a_program_that_fails_fails_the_step(pair: Pair) -> None:
    """With what it wrote."""
    active = f"{SITE.secondary.images}/secondary-active.qcow2"
    line = ("qemu-img", "create", "-f", "qcow2", active, SITE.disk)
    pair.hosts.outputs = {line: Output(1, "No space left on device")}
    text = pair.fails("launch-secondary", StepFailed)
    assert "qemu-img ended with 1: No space left on device" in text


def test_what_qemu_said_before_a_failure_is_told(replicating: Pair) -> None:
    """The events of the step that failed are the ones that explain it."""
    replicating.hosts.kill(TWO)
    unmoved = Answers({"mode": "primary"})
    replicating.hosts.faults = [Fault("query-colo-status", unmoved, nth=None)]
    replicating.fails("primary-failover", TimedOut)
    spoken = [e.name for e in replicating.told if isinstance(e, QemuSpoke)]
    assert "COLO_EXIT" in spoken


def test_events_of_an_earlier_run_do_not_count(replicating: Pair) -> None:
    """Two runs in one session: the second waits for its own event, and tells none twice."""

    @runbook("wait", on=Role.PRIMARY, title="Wait")
    def waiting(_colo: Colo) -> Iterator[Step]:
        """Wait for what was there before."""
        yield wait_until(EventSeen("MARK", (("n", "1"),)), within=5, title="See it")

    async def work() -> tuple[list[str], str]:
        async with Session(replicating.hosts, SITE) as session:
            plan = await session.resolve(waiting)
            replicating.hosts.qemus[ONE].emit("MARK", n=1)
            told: list[Event] = []
            with pytest.raises(TimedOut) as caught:
                async for event in run(plan, session):
                    told.append(event)  # noqa: PERF401 - what came before the error counts
            return [e.name for e in told if isinstance(e, QemuSpoke)], str(caught.value)

    spoken, text = hurry(work())
    assert "MARK" not in spoken
    assert "does not hold within 5 s" in text


def test_what_qemu_said_in_a_wait_that_is_broken_off_is_kept(
    replicating: Pair, tmp_path: Path
) -> None:
    """It may be why somebody has broken it off."""

    @runbook("wait", on=Role.PRIMARY, title="Wait")
    def waiting(_colo: Colo) -> Iterator[Step]:
        """Wait for what does not come."""
        yield wait_until(EventSeen("MARK", (("n", "1"),)), within=50, title="See it")

    async def work() -> None:
        async with Session(replicating.hosts, SITE) as session:
            plan = await session.resolve(waiting)
            loop = asyncio.get_running_loop()
            doing = asyncio.current_task()
            assert doing is not None
            async for event in run(plan, session, Journal(tmp_path, plan)):
                if isinstance(event, StepStarted):
                    loop.call_later(1, replicating.hosts.qemus[ONE].emit, "OTHER")
                    loop.call_later(2, doing.cancel)

    with pytest.raises(asyncio.CancelledError):
        hurry(work())
    (path,) = tmp_path.iterdir()
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    assert "OTHER" in [row.get("name") for row in rows]
    assert "RunFailed" == rows[-1]["event"]


def test_a_qemu_that_is_started_anew_has_events_of_its_own(pair: Pair) -> None:
    """What it says first is not taken for what the one before it has said."""
    hosts = pair.hosts

    async def work() -> tuple[int, list[str]]:
        hosts.put(TWO, ("another", "QEMU"))
        async with Session(hosts, SITE) as session:
            old = await session.monitor(Role.SECONDARY)
            hosts.qemus[TWO].emit("OLD")
            assert 1 == len(old.events)
            hosts.kill(TWO)
            plan = await session.resolve(shelf.runbook("launch-secondary"))
            hearing = Hearing(plan, session)
            hearing.begin()
            async for event in run(plan, session):
                assert not isinstance(event, QemuSpoke)
            await session.monitor(Role.SECONDARY)
            hosts.qemus[TWO].emit("NEW")
            return hearing.since(Role.SECONDARY), [event.name for event in hearing.news()]

    assert (0, ["NEW"]) == hurry(work())


def test_two_waits_for_events_of_one_act_are_both_seen(replicating: Pair) -> None:
    """The second event may have come with the first."""

    @runbook("two", on=Role.PRIMARY, title="Two")
    def two(_colo: Colo) -> Iterator[Step]:
        """Wait for two events that come together."""
        yield stop_guest()
        yield wait_until(EventSeen("A", (("n", "1"),)), within=5, title="See one")
        yield wait_until(EventSeen("B", (("n", "1"),)), within=5, title="See the other")

    async def work() -> list[Event]:
        told = []
        async with Session(replicating.hosts, SITE) as session:
            plan = await session.resolve(two)
            async for event in run(plan, session):
                told.append(event)
                if isinstance(event, StepDone) and event.number == 1:
                    replicating.hosts.qemus[ONE].emit("A", n=1)
                    replicating.hosts.qemus[ONE].emit("B", n=1)
        return told

    assert isinstance(hurry(work())[-1], RunEnded)


def test_the_journal_has_the_digest_of_the_plan(pair: Pair, tmp_path: Path) -> None:
    """Law: what was announced is what was done."""
    pair.run("bring-up", journal=tmp_path)
    (path,) = tmp_path.iterdir()
    records = [json.loads(row) for row in path.read_text().splitlines()]
    plan = resolve(shelf.runbook("bring-up"), SITE, Dialect())
    assert plan.digest == records[0]["digest"] == records[1]["digest"]
    assert plan.as_json() == records[0]["plan"]
    assert "RunEnded" == records[-1]["event"]


def test_the_journal_tells_how_far_a_failed_run_came(replicating: Pair, tmp_path: Path) -> None:
    """The steps that are done, the one that was begun, and why it ended."""
    replicating.hosts.kill(TWO)
    replicating.hosts.faults = [Fault("object-del", Says("busy"))]
    with pytest.raises(StepFailed):
        replicating.run("primary-failover", journal=tmp_path)
    (path,) = tmp_path.iterdir()
    records = [json.loads(row) for row in path.read_text().splitlines()]
    assert ["StepStarted", "RunFailed"] == [r["event"] for r in records[-2:]]
    assert "StepFailed" == records[-1]["error"]
    assert "busy" in records[-1]["message"]


def test_a_journal_that_cannot_be_written_ends_the_run(
    replicating: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the next thing is done."""
    replicating.hosts.kill(TWO)
    written = Journal.write

    def write(journal: Journal, event: Event) -> None:
        if isinstance(event, StepStarted) and event.number == 3:
            raise Unavailable("The disk is full.")
        written(journal, event)

    monkeypatch.setattr(Journal, "write", write)
    with pytest.raises(Unavailable, match="full"):
        replicating.run("primary-failover", journal=tmp_path)
    assert ["yank", "x-blockdev-change", "human-monitor-command"] == replicating.hosts.mutations()


def test_a_qemu_that_runs_is_not_started_over(pair: Pair) -> None:
    """It is refused before the first step: the images of a living host are not touched."""
    pair.hosts.put(TWO, ("another", "QEMU"))
    assert "nothing was sent: on the secondary 127.0.0.2" in pair.fails("launch-secondary", Refused)
    assert [(TWO, ("--version",))] == pair.hosts.ran


def test_a_paused_guest_is_told_of(replicating: Pair) -> None:
    """Whoever reads of a resume that has failed has to know that the guest stands still."""
    replicating.hosts.kill(TWO)
    replicating.run("primary-failover", "launch-secondary", "prepare-secondary")
    replicating.hosts.faults = [Fault("object-add", Says("no"))]
    told = replicating.fails("primary-resume", StepFailed)
    assert "The guest is paused: " in told


def test_nothing_more_is_done_with_a_peer_that_has_gone(pair: Pair) -> None:
    """A comparison that is made on a socket of the dead one can take the survivor down."""
    pair.run("bring-up")
    pair.hosts.kill(TWO)
    pair.run("primary-failover", "launch-secondary", "prepare-secondary")
    pair.hosts.sent.clear()

    async def work() -> None:
        async with Session(pair.hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("primary-resume"))
            async for event in run(plan, session):
                if isinstance(event, StepStarted) and event.step.title == "Add comp0":
                    pair.hosts.kill(TWO)

    gone = rf"Step 13 of 16, 'Add comp0' .* The secondary {TWO} has gone.*Steps 1 to 12 are done"
    with pytest.raises(Unavailable, match=gone):
        hurry(work())
    made = [p.arguments.get("id") for _, p in pair.hosts.sent if p.execute == "object-add"]
    assert "comp0" not in made
    assert "iothread1" in made


@runbook("room", on=Role.SECONDARY, title="Wait for room")
def room(_colo: Colo) -> Iterator[Step]:
    """Wait for a host that has no QEMU yet."""
    yield wait_until(SpaceFor("/a", 5), within=5, title="See room")


@room.ends_when
def reaches(_colo: Colo) -> Iterator[Expect]:
    """A port of the other host answers."""
    yield Expect(Role.SECONDARY, Reaches("10.0.0.9", 9999))


async def make_room(hosts: FakeTransport) -> list[Event]:
    """Do that runbook."""
    async with Session(hosts, SITE) as session:
        plan = await session.resolve(room)
        return [event async for event in run(plan, session)]


def test_a_host_is_waited_for_and_asked_at_the_end() -> None:
    """No QEMU has to be there for that."""
    hosts = FakeTransport(doors={Door("10.0.0.9", 9999): Knock.ANSWERS})
    told = hurry(make_room(hosts))
    assert ["it answers"] == [e.seen for e in told if isinstance(e, ExpectationMet)]
    assert ["See room"] == [e.step.title for e in told if isinstance(e, StepDone)]


def test_a_host_that_never_has_room_ends_a_wait() -> None:
    """With what it has instead."""
    hosts = FakeTransport(outputs={SpaceFor("/a", 5).questions[0]: Output(0, "Avail\n0\n")})
    with pytest.raises(TimedOut, match=r"Step 1 of 1, 'See room' on the secondary.*seen: 0 MiB"):
        hurry(make_room(hosts))


@pytest.mark.parametrize(("knock", "told"), [(Knock.REFUSED, "it refuses"), (Knock.SILENT, "tell")])
def test_a_host_that_is_not_as_promised_fails_the_postcondition(knock: Knock, told: str) -> None:
    """Also where nobody can tell."""
    hosts = FakeTransport(doors={Door("10.0.0.9", 9999): knock})
    with pytest.raises(StepFailed, match=f"and it has not worked: not so that .*{told}"):
        hurry(make_room(hosts))


def test_a_guest_that_waits_is_told_of_however_a_run_ends() -> None:
    """Between two steps, at the command itself, and at the end."""

    async def work(*faults: Fault, stop_at: int = 0) -> str:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [*faults]
        manner = Manner()
        async with Session(hosts, SITE) as session:
            plan = await session.resolve(shelf.runbook("primary-resume"))
            try:
                async for event in run(plan, session, None, manner):
                    if isinstance(event, StepDone) and event.number == stop_at:
                        manner.stop.ask()
            except ColorunbookError as error:
                return str(error) + error.advice
        return ""

    told = "lets it go on"
    assert told in hurry(work(stop_at=7))
    assert told in hurry(work(Fault("drive_add", Says("no"))))
    assert told not in hurry(work(Fault("drive-mirror", Says("no"))))
