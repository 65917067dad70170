# SPDX-License-Identifier: GPL-2.0-or-later
"""Waits: what ends them well, what ends them early, and that all of them end."""

import asyncio
from collections.abc import Sequence

import pytest

from colorunbook.book.conditions import (
    Checkpoints,
    Condition,
    EventSeen,
    ObjectIs,
    guest_is,
    migration_is,
)
from colorunbook.engine.waits import Nearer, Seen, ask, count_checkpoints, wait
from colorunbook.errors import ColorunbookError, StepFailed, TimedOut
from colorunbook.qemu.dialect import NEWEST, Version
from colorunbook.qemu.payload import Json, JsonObject, Payload
from tests.hurry import hurry, now

READY = EventSeen("BLOCK_JOB_READY", (("device", "resync"),))


class Scripted:
    """A monitor that sends one event after another, and gives each query its replies in turn."""

    def __init__(
        self,
        events: Sequence[JsonObject] = (),
        replies: Sequence[Json | ColorunbookError] = ({},),
        *,
        slow: float = 0,
        pause: float = 0.01,
        endless: JsonObject | None = None,
    ) -> None:
        self.events: list[JsonObject] = []
        self.asked: list[Payload] = []
        self._coming = list(events)
        self._replies = list(replies)
        self._slow = slow
        self._pause = pause
        self._endless = endless

    @property
    def version(self) -> Version:
        return NEWEST

    async def execute(self, payload: Payload, within: float) -> Json:
        self.asked.append(payload)
        await asyncio.sleep(min(self._slow, within))
        if self._slow > within:
            raise TimedOut("No reply.")
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, ColorunbookError):
            raise reply
        return reply

    async def next_event(self, after: int, within: float) -> bool:
        if len(self.events) <= after:
            await asyncio.sleep(min(within, self._pause))
            if self._coming:
                self.events.append(self._coming.pop(0))
            elif self._endless is not None:
                assert len(self.events) < 5000, "the wait has no bound"
                self.events.append(self._endless)
        return len(self.events) > after

    async def lost(self) -> None:
        """It never is."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing to close."""


def waited(
    monitor: Scripted, condition: Condition, within: float = 10, since: int = 0
) -> tuple[list[Nearer | Seen], float]:
    """What a wait tells, and how long it took by the clock of its loop."""

    async def work() -> tuple[list[Nearer | Seen], float]:
        start = now()
        told = [news async for news in wait(monitor, condition, within, since)]
        return told, now() - start

    return hurry(work())


def gave_up(monitor: Scripted, condition: Condition, within: float = 10) -> float:
    """How long it took until a wait gave up."""

    async def work() -> float:
        start = now()
        with pytest.raises(TimedOut):
            async for _ in wait(monitor, condition, within, 0):
                pass
        return now() - start

    return hurry(work())


def job(name: str, **data: Json) -> JsonObject:
    """An event of the copy."""
    return {"event": name, "data": {"device": "resync", **data}}


def named(*names: str) -> list[JsonObject]:
    """Events without data."""
    return [{"event": name} for name in names]


def test_a_state_that_holds_is_seen_at_once() -> None:
    """One question, no wait."""
    monitor = Scripted(replies=[{"status": "running"}])
    told, seconds = waited(monitor, guest_is("running"))
    assert [Seen("running")] == told
    assert 0.05 > seconds
    assert [Payload("query-status")] == monitor.asked


def test_a_state_is_asked_for_until_it_holds() -> None:
    """Whatever it was before."""
    monitor = Scripted(replies=[{"status": "paused"}, {}, {"status": "running"}])
    assert [Seen("running")] == waited(monitor, guest_is("running"))[0]


def test_a_wait_for_a_state_ends_in_time() -> None:
    """The error tells what was seen instead."""
    monitor = Scripted(replies=[{"status": "paused"}])
    with pytest.raises(TimedOut, match=r"within 10 s; seen: paused"):
        waited(monitor, guest_is("running"))
    assert 10 <= gave_up(monitor, guest_is("running")) < 11


@pytest.mark.parametrize(
    "condition",
    [guest_is("running"), ObjectIs("x", (("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"))), READY],
)
def test_slow_replies_do_not_stretch_a_wait(condition: Condition) -> None:
    """Each reply takes 29 s, a moment less than it may; the wait has 40 s."""
    seconds = gave_up(Scripted(replies=[{"status": "paused"}], slow=29), condition, 40)
    assert 29 <= seconds < 41


def test_an_unceasing_stream_of_other_events_does_not_stretch_a_wait() -> None:
    """They come faster than the wait looks up."""
    monitor = Scripted(endless={"event": "RTC_CHANGE"})
    assert 10 <= gave_up(monitor, READY) < 11


@pytest.mark.parametrize("status", ["failed", "cancelled", "completed"])
def test_a_migration_that_has_ended_will_not_become_colo(status: str) -> None:
    """No waiting leads out of it; QEMU's reason is told."""
    monitor = Scripted(replies=[{"status": "active"}, {"status": status, "error-desc": "refused"}])
    with pytest.raises(StepFailed, match=f"query-migrate says {status}: refused"):
        waited(monitor, migration_is("colo"))


def test_an_error_reply_is_an_answer() -> None:
    """What was asked for is not there."""
    monitor = Scripted(replies=[StepFailed("Device not found")])
    probe = ObjectIs("comp0", (("a", "b"), ("c", "d")))
    assert (False, "Device not found") == hurry(ask(monitor, probe))
    assert 1 == len(monitor.asked)


def test_an_event_is_seen_when_it_comes() -> None:
    """Other events before it are passed over."""
    monitor = Scripted([*named("RESUME"), job("BLOCK_JOB_READY")])
    assert Seen("BLOCK_JOB_READY") == waited(monitor, READY)[0][-1]


def test_an_event_that_has_come_already_counts() -> None:
    """It may be faster than the reply."""
    monitor = Scripted()
    monitor.events.append(job("BLOCK_JOB_READY"))
    assert [Seen("BLOCK_JOB_READY")] == waited(monitor, READY)[0]


def test_an_event_of_before_does_not_count() -> None:
    """It belongs to another job."""
    monitor = Scripted()
    monitor.events.append(job("BLOCK_JOB_READY"))
    with pytest.raises(TimedOut):
        waited(monitor, READY, 1, since=1)


def test_a_copy_tells_how_far_it_is() -> None:
    """In bytes, while there is no news."""
    jobs: Json = [{"device": "resync", "offset": 5, "len": 10}]
    monitor = Scripted([], [jobs], pause=1)
    with pytest.raises(TimedOut, match="resync"):
        waited(monitor, READY, 1)
    assert Nearer(5, 10) == hurry(_first(monitor))


def test_a_copy_that_stands_still_is_not_waited_for() -> None:
    """A day would be long enough for any that comes on."""
    jobs: Json = [{"device": "resync", "offset": 5, "len": 10}]
    assert 60 <= gave_up(Scripted([], [jobs], pause=1), READY, 86400) < 70


def test_a_copy_that_comes_on_is_waited_for() -> None:
    """However slowly."""
    jobs: list[Json] = [
        [{"device": "resync", "offset": 5 + n // 50, "len": 99}] for n in range(1500)
    ]
    monitor = Scripted([], jobs, pause=1)
    assert 300 <= gave_up(monitor, READY, 86400) < 400


def test_a_copy_that_is_gone_is_not_waited_for() -> None:
    """Whatever has become of it."""
    monitor = Scripted([], [[]])
    with pytest.raises(StepFailed, match="no job resync any more"):
        waited(monitor, READY, 86400)


def test_a_migration_that_stands_still_is_not_waited_for() -> None:
    """Its bound is meant for one that sends memory."""
    reply: Json = {"status": "active", "ram": {"transferred": 7}}
    assert 60 <= gave_up(Scripted(replies=[reply]), migration_is("colo"), 300) < 70


def migrating(left: Sequence[int]) -> list[Json]:
    """What is asked of a migration, twice at a look, while so many bytes are left."""
    looks: list[Json] = [
        {"status": "active", "ram": {"transferred": n, "remaining": b}} for n, b in enumerate(left)
    ]
    return [look for look in looks for _ in range(2)]


@pytest.mark.parametrize("within", [5, 300])
def test_a_migration_that_comes_nearer_is_waited_for(within: int) -> None:
    """The memory of a large guest takes its time, whatever the bound."""
    sent: list[Json] = [*migrating(range(10_000, 0, -1)), {"status": "colo"}]
    told, seconds = waited(Scripted(replies=sent, pause=1), migration_is("colo"), within)
    assert [Seen("colo")] == told
    assert 1500 < seconds


def test_a_migration_that_sends_and_comes_no_nearer_is_not_waited_for() -> None:
    """The guest writes as fast as it is sent."""
    left = [1000 - n if n < 500 else 501 + n % 7 for n in range(20_000)]
    monitor = Scripted(replies=migrating(left), pause=1)
    assert 360 <= gave_up(monitor, migration_is("colo"), 300) < 380
    with pytest.raises(TimedOut, match="For 300 s it has come no nearer; seen: active"):
        waited(Scripted(replies=migrating(left), pause=1), migration_is("colo"), 300)


def test_a_migration_that_tells_nothing_has_its_bound() -> None:
    """Nothing is left to be sent before it is set up."""
    ram: JsonObject = {"transferred": 0, "remaining": 0}
    replies: list[Json] = [{"status": "setup"}, {"status": "setup", "ram": ram}]
    for reply in replies:
        monitor = Scripted(replies=[reply])
        assert 30 <= gave_up(monitor, migration_is("colo"), 30) < 31


def test_a_copy_that_comes_no_nearer_is_not_waited_for() -> None:
    """The guest writes as fast as it is copied."""
    jobs: list[Json] = [[{"device": "resync", "offset": n, "len": n + 99}] for n in range(2000)]
    assert 300 <= gave_up(Scripted([], jobs, pause=1), READY, 300) < 310


def test_a_state_has_its_bound_whatever_else_changes() -> None:
    """Nothing tells how far it has come."""
    replies: list[Json] = [{"status": f"s{n}", "ram": {"remaining": 9999 - n}} for n in range(999)]
    assert 10 <= gave_up(Scripted(replies=replies), guest_is("running")) < 11


async def _first(monitor: Scripted) -> Nearer | Seen | None:
    async for news in wait(monitor, READY, 5, 0):
        return news
    return None


@pytest.mark.parametrize("name", ["BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED"])
def test_a_copy_that_has_ended_will_not_become_ready(name: str) -> None:
    """Whether it failed or somebody cancelled it."""
    with pytest.raises(StepFailed, match="The job resync ended: No space"):
        waited(Scripted([job(name, error="No space")]), READY, 60)


def test_the_end_of_another_copy_is_passed_over() -> None:
    """Another device's."""
    other: JsonObject = {"event": "BLOCK_JOB_COMPLETED", "data": {"device": "other"}}
    monitor = Scripted([other, job("BLOCK_JOB_READY")])
    assert Seen("BLOCK_JOB_READY") == waited(monitor, READY)[0][-1]


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ((), 0),
        (("STOP",), 0),
        (("RESUME",), 0),
        (("RESUME", "STOP"), 0),
        (("STOP", "RESUME"), 1),
        (("STOP", "STOP", "RESUME", "RESUME"), 1),
        (("STOP", "OTHER", "RESUME", "STOP", "RESUME"), 2),
    ],
)
def test_a_checkpoint_is_a_stop_and_then_a_resume(names: tuple[str, ...], count: int) -> None:
    """Nothing else is one."""
    assert count == count_checkpoints(named(*names), 0)


def test_checkpoints_are_counted_as_they_come() -> None:
    """With how many there are so far."""
    told, _ = waited(Scripted(named(*["STOP", "RESUME"] * 3)), Checkpoints(2))
    assert Seen("2 checkpoints") == told[-1]
    assert Nearer(1, 2) in told


def test_a_stop_without_a_resume_is_a_deadlock_in_the_end() -> None:
    """As under TCG before 11.1: the error tells how far it came."""
    with pytest.raises(TimedOut, match="seen: 1 of 2 checkpoints"):
        waited(Scripted(named("STOP", "RESUME", "STOP")), Checkpoints(2))


@pytest.mark.parametrize("status", ["concluded", "null"])
def test_a_copy_that_fails_at_its_end_is_not_taken_for_one_that_has_ended(status: str) -> None:
    """QEMU tells the same of its state, and the disks are not equal."""
    ended = EventSeen("JOB_STATUS_CHANGE", (("id", "resync"), ("status", status)))
    data: JsonObject = {"device": "resync", "type": "mirror", "error": "No space left on device"}
    events: list[JsonObject] = [
        {"event": "BLOCK_JOB_COMPLETED", "data": data},
        {"event": "JOB_STATUS_CHANGE", "data": {"id": "resync", "status": status}},
    ]
    with pytest.raises(StepFailed, match=r"No space left on device\. The disks are not equal\."):
        waited(Scripted(events, [[]]), ended)
