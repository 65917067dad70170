# SPDX-License-Identifier: GPL-2.0-or-later
"""Freeing a QEMU of a peer that has vanished, on hosts that are made up."""

import asyncio
from collections.abc import Sequence

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Yank
from colorunbook.engine import freeing
from colorunbook.engine.events import (
    Event,
    GuardHeld,
    ProofGiven,
    RunStarted,
    StepDone,
    StepStarted,
    UndoFailed,
    Yanked,
    Yanking,
)
from colorunbook.engine.fake import Answers, FakeTransport, Fault, Hangs, Outcome, Says, Silence
from colorunbook.engine.freeing import Freer
from colorunbook.engine.manner import Manner, on_failure
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.errors import ColorunbookError, Refused, Unavailable
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition
from colorunbook.qemu.payload import Json, JsonObject, Payload
from tests.engine.chapters import BEREFT, ONE, PAIR, SITE, TWO, Chapter, begin
from tests.hurry import hurry

FAILOVER = Chapter("primary-failover", BEREFT[:5])
_NAMES = ("mirror0", "compare1", "compare0", "compare0-0", "compare_out", "compare_out0")
_OTHERS: list[Json] = [{"type": "block-node", "node-name": "#block316"}, {"type": "migration"}]
LISTED: list[Json] = [{"type": "chardev", "id": name} for name in _NAMES]
LISTED += _OTHERS


def vanished(asked: int) -> Fault:
    """The secondary answers no more when it is asked so often whether it is there."""
    return Fault("query-version", Silence(), nth=asked, address=TWO)


async def play(
    hosts: FakeTransport, name: str, manner: Manner | None = None
) -> tuple[list[Event], ColorunbookError | None]:
    """Do a runbook; what was told, and how it failed."""
    told: list[Event] = []
    async with Session(hosts, SITE) as session:
        plan = await session.resolve(shelf.runbook(name))
        try:
            async for event in run(plan, session, None, manner):
                told.append(event)  # noqa: PERF401 - what came before the error counts
        except ColorunbookError as error:
            return told, error
    return told, None


def test_what_leads_to_the_peer_is_cut_and_nothing_else() -> None:
    """The loops from the primary to itself do not connect again."""
    chosen = Yank(("mirror0", "compare1")).chosen(LISTED)
    names = [instance.get("id") or instance["type"] for instance in chosen]
    assert ["mirror0", "compare1", "block-node", "migration"] == names


def test_the_peer_is_cut_off_before_the_first_step() -> None:
    """Out of band, by the names that QEMU told."""

    async def work() -> list[Payload]:
        hosts = await begin(FAILOVER, Edition.HMP)
        hosts.sent.clear()
        await play(hosts, "primary-failover")
        return [payload for _, payload in hosts.sent]

    sent = hurry(work())
    names = [payload.execute for payload in sent]
    assert names.index("yank") < names.index("x-blockdev-change")
    assert [True, True] == [p.oob for p in sent if p.execute in ("query-yank", "yank")]


def test_a_step_that_hangs_is_freed_and_goes_on() -> None:
    """As when the peer vanishes in the middle."""

    async def work() -> tuple[list[Event], ColorunbookError | None]:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("x-blockdev-change", Hangs()), vanished(8)]
        return await play(hosts, "primary-resume")

    told, error = hurry(work())
    assert error is None
    (freed,) = [event for event in told if isinstance(event, Yanked)]
    assert "x-blockdev-change had no reply after 15 s" == freed.why
    assert ("chardev mirror0", "chardev compare1") == freed.instances


def test_a_step_that_hangs_as_its_peer_dies_is_freed_soon() -> None:
    """The session with the peer is lost: it is not only slow."""

    async def work() -> tuple[list[Event], ColorunbookError | None]:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("x-blockdev-change", Hangs(bereaved=True))]
        return await play(hosts, "primary-resume")

    told, error = hurry(work())
    assert "has gone" in str(error)
    (freed,) = [event for event in told if isinstance(event, Yanked)]
    assert "x-blockdev-change had no reply after 1 s" == freed.why


@pytest.mark.parametrize(
    ("question", "asked", "where", "why"),
    [
        ("query-migrate", 2, "Step 6 of 6, 'See COLO begin'", f"The secondary {TWO} has gone"),
        ("query-colo-status", 2, "Every step of start-replication was done", f"{TWO} was lost"),
        (
            "query-migrate-parameters",
            1,
            "not so that the primary sends 'STOP' and then 'RESUME'",
            f"The secondary {TWO} has gone",
        ),
    ],
)
def test_nothing_is_waited_for_that_a_dead_peer_has_a_part_in(
    question: str, asked: int, where: str, why: str
) -> None:
    """Neither in a step nor for the postcondition; the guest may stand still meanwhile."""

    async def work() -> ColorunbookError | None:
        hosts = await begin(Chapter("start-replication", PAIR[:3]), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault(question, Hangs(bereaved=True), nth=asked, address=ONE)]
        return (await play(hosts, "start-replication"))[1]

    error = hurry(work())
    assert isinstance(error, Unavailable)
    assert where in str(error)
    assert why in str(error)


def test_a_hang_that_cannot_be_freed_is_accounted_for() -> None:
    """What was tried, which step it was, and what is done."""

    async def work() -> tuple[list[Event], ColorunbookError | None]:
        hosts = await begin(FAILOVER, Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [
            Fault("x-blockdev-change", Silence()),
            Fault("query-yank", Silence(), nth=2),
        ]
        return await play(hosts, "primary-failover")

    told, error = hurry(work())
    assert "Step 1 of 9" in str(error)
    assert "No step is done." in str(error)
    assert "nothing could be cut" in [e.why for e in told if isinstance(e, Yanked)][1]


def test_what_went_away_meanwhile_is_asked_for_again() -> None:
    """QEMU cuts all or nothing."""

    async def work() -> ColorunbookError | None:
        hosts = await begin(FAILOVER, Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("yank", Says("Instance not found"))]
        return (await play(hosts, "primary-failover"))[1]

    assert hurry(work()) is None


def test_a_survivor_is_not_cut_from_a_new_peer() -> None:
    """All is done already, so there is nothing to free."""

    async def work() -> list[str]:
        hosts = await begin(FAILOVER, Edition.HMP)
        await play(hosts, "primary-failover")
        hosts.sent.clear()
        told, _ = await play(hosts, "primary-failover")
        assert not [event for event in told if isinstance(event, StepDone)][1:]
        return hosts.mutations()

    assert [] == hurry(work())


def test_a_secondary_needs_none_of_it() -> None:
    """It was seen not to hang."""

    async def work() -> list[str]:
        hosts = await begin(Chapter("secondary-failover", (*PAIR, f"-{ONE}")), Edition.HMP)
        await play(hosts, "secondary-failover")
        return [payload.execute for _, payload in hosts.sent]

    assert "yank" not in hurry(work())


def test_a_wait_that_hangs_is_freed_and_goes_on() -> None:
    """QEMU answers no question either while it waits for its peer."""

    async def work() -> tuple[list[Event], ColorunbookError | None]:
        hosts = await begin(Chapter("start-replication", PAIR[:3]), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("query-migrate", Hangs(), nth=2), vanished(6)]
        return await play(hosts, "start-replication")

    told, error = hurry(work())
    assert error is None
    (freed,) = [event for event in told if isinstance(event, Yanked)]
    assert "query-migrate had no reply after 15 s" == freed.why


def test_what_hangs_while_it_is_taken_back_is_freed() -> None:
    """Otherwise the survivor would keep what leads to a peer that has vanished."""

    async def work() -> list[Event]:
        hosts = await begin(Chapter("start-replication", PAIR[:3]), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("migrate", Says("no")), Fault("drive_del", Hangs()), vanished(5)]
        return (await play(hosts, "start-replication", Manner(rollback=on_failure)))[0]

    told = hurry(work())
    assert ["human-monitor-command had no reply after 15 s"] == [
        event.why for event in told if isinstance(event, Yanked)
    ]
    assert not [event for event in told if isinstance(event, UndoFailed)]


def test_nothing_is_cut_before_the_peer_is_known_to_be_dead() -> None:
    """Whatever hangs; the guards are asked before anything is touched."""

    async def work() -> list[str]:
        hosts = await begin(Chapter("primary-failover", PAIR), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("query-colo-status", Hangs())]
        _, error = await play(hosts, "primary-failover")
        assert "is alive" in str(error)
        return hosts.mutations()

    assert [] == hurry(work())


def test_a_qemu_that_is_no_primary_in_colo_is_not_cut_off_from_anything() -> None:
    """One that hangs for a reason of its own may be anybody's."""

    async def work() -> list[str]:
        hosts = await begin(FAILOVER, Edition.HMP)
        hosts.qemus[ONE].chardevs.pop("mirror0")
        hosts.sent.clear()
        hosts.faults = [Fault("query-colo-status", Hangs())]
        _, error = await play(hosts, "primary-failover")
        assert isinstance(error, Refused)
        return hosts.mutations()

    assert [] == hurry(work())


def test_a_peer_that_answers_is_not_cut_off() -> None:
    """Then the QEMU is only slow, and to cut it off would end the replication."""

    async def work() -> tuple[list[Event], ColorunbookError | None]:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("x-blockdev-change", Hangs())]
        return await play(hosts, "primary-resume")

    told, error = hurry(work())
    assert "Step 8 of 16" in str(error)
    assert [] == [event for event in told if isinstance(event, Yanked)]


def test_a_primary_that_hangs_already_is_freed_before_its_guards_are_asked() -> None:
    """Its peer is known to be dead first."""

    async def work() -> tuple[list[Event], ColorunbookError | None]:
        hosts = await begin(FAILOVER, Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [Fault("query-colo-status", Hangs())]
        return await play(hosts, "primary-failover")

    told, error = hurry(work())
    assert error is None
    kinds = [type(event) for event in told]
    assert [RunStarted, ProofGiven, Yanking, Yanked, GuardHeld, GuardHeld] == kinds[:6]
    assert 1 == kinds.count(Yanked)


class HangingAtTheEnd(FakeTransport):
    """Hosts of which the survivor hangs when it is asked whether a failover has worked."""

    def fault(self, address: str, payload: Payload) -> Outcome | None:
        sent = [payload.execute for _, payload in self.sent]
        is_over = "x-colo-lost-heartbeat" in sent and sent.count("yank") == 1
        return Hangs() if is_over and payload.execute in ("query-status", "qom-list") else None


def test_a_primary_that_hangs_at_the_end_is_freed_once() -> None:
    """However many questions it has got by then."""

    async def work() -> tuple[list[Event], ColorunbookError | None]:
        before = await begin(FAILOVER, Edition.HMP)
        return await play(HangingAtTheEnd(qemus=before.qemus), "primary-failover")

    told, error = hurry(work())
    assert error is None
    yanked = [event.why for event in told if isinstance(event, Yanked)]
    assert ["its peer is dead", "query-status had no reply after 1 s"] == yanked


class HangingInBetween(FakeTransport):
    """Hosts of which the primary hangs when it is prepared for what comes next, until it is cut."""

    def fault(self, address: str, payload: Payload) -> Outcome | None:
        sent = [payload.execute for _, payload in self.sent]
        if "nbd-server-add" not in sent:
            return None
        if address == TWO:
            return Silence() if payload.execute == "query-version" else None
        asked = payload.execute.startswith("query-") and not payload.oob
        return Hangs() if asked and "yank" not in sent else None


def test_guards_that_hang_in_the_midst_are_freed_once_and_told_before_the_step() -> None:
    """All of them were asked at once; the account blames no step that came after."""

    async def work() -> list[Event]:
        return (await play(HangingInBetween(), "bring-up"))[0]

    told = hurry(work())
    (cut,) = [number for number, event in enumerate(told) if isinstance(event, Yanked)]
    before, after = told[cut - 1], told[cut + 1]
    assert isinstance(before, StepDone)
    assert isinstance(after, StepStarted)
    assert ("prepare-secondary", "start-replication") == (before.step.runbook, after.step.runbook)


def test_a_copy_that_does_not_end_is_cut_off_from_a_peer_that_is_silent() -> None:
    """QEMU answers everything meanwhile, and the job waits for the secondary's disk."""

    async def work(*silence: Fault) -> list[str]:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [
            Fault("stop", Says("no")),
            Fault("block-job-cancel", Answers({}), nth=None),
            *silence,
        ]
        told, _ = await play(hosts, "primary-resume", Manner(rollback=on_failure))
        return [event.why for event in told if isinstance(event, Yanked)]

    assert ["what was to end had not ended after 15 s"] == hurry(work(vanished(4)))
    assert [] == hurry(work())


def test_nothing_is_done_with_a_peer_that_does_not_answer() -> None:
    """A connection to its disk would hold QEMU, and nothing could cut it."""

    async def work() -> tuple[list[str], str]:
        hosts = await begin(Chapter("primary-resume", BEREFT), Edition.HMP)
        hosts.sent.clear()
        hosts.faults = [vanished(6)]
        _, error = await play(hosts, "primary-resume", Manner(rollback=on_failure))
        return hosts.mutations(), str(error)

    sent, text = hurry(work())
    assert "Step 7 of 16, 'Open replication0'" in text
    assert "does not answer" in text
    assert "human-monitor-command" not in sent
    assert "cont" == sent[-1]


class Slow:
    """A QEMU that takes its time."""

    version = NEWEST
    events: Sequence[JsonObject] = ()

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def execute(self, _payload: Payload, _within: float) -> Json:
        await asyncio.sleep(self.seconds)
        return "done"

    async def next_event(self, _after: int, _within: float) -> bool:
        return False

    async def lost(self) -> None:
        """It never is."""

    async def close(self) -> None:
        """There is nothing to close."""


class Cutting(Freer):
    """Tells of what it is to cut off, when it has done so."""

    def __init__(self, name: str, seconds: float = 0.0) -> None:
        plan = resolve(shelf.runbook(name), SITE, Dialect())
        super().__init__(plan, Session(FakeTransport(), SITE))
        self.seconds = seconds
        self.begun = asyncio.Event()
        self.cut: list[str] = []

    async def cut_off(self, why: str) -> None:
        self.begun.set()
        await asyncio.sleep(self.seconds)
        self.cut.append(why)


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is patient."""
    monkeypatch.setattr(freeing, "HANGS", 0.01)
    monkeypatch.setattr(freeing, "HANGS_BESIDE_A_PEER", 0.2)


@pytest.mark.usefixtures("_soon")
async def test_what_is_slow_beside_its_peer_is_left_alone() -> None:
    """A reply that comes late is one."""
    freer = Cutting("primary-resume")
    assert "done" == await freer.sent(Slow(0.03), Payload("cont"), 30)
    assert [] == freer.cut


@pytest.mark.usefixtures("_soon")
async def test_a_cut_that_has_begun_is_at_its_end_before_anything_else_is_done() -> None:
    """Though the reply has come meanwhile."""
    freer = Cutting("primary-failover", 0.1)
    assert "done" == await freer.sent(Slow(0.05), Payload("cont"), 30)
    assert 1 == len(freer.cut)


@pytest.mark.usefixtures("_soon")
async def test_who_gives_up_waits_for_no_cut() -> None:
    """As at a second Ctrl-C."""
    freer = Cutting("primary-failover", 60)
    sending = asyncio.create_task(freer.sent(Slow(60), Payload("cont"), 60))
    await freer.begun.wait()
    sending.cancel()
    _, running = await asyncio.wait((sending,), timeout=5)
    assert not running
    assert sending.cancelled()
