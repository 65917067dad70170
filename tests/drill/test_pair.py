# SPDX-License-Identifier: GPL-2.0-or-later
"""Who of a pair is what, and when its guest stood still."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from colorunbook.drill import pair as pairs
from colorunbook.drill.pair import Pair
from colorunbook.engine.events import Event
from colorunbook.engine.manner import Manner, on_failure
from colorunbook.errors import StepFailed, Unavailable
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.payload import JsonObject
from tests.drill.theatre import ONE, TWO, Monitor, Session, Theatre, theatre_in


@pytest.fixture
def theatre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Theatre:
    """A stage."""
    return theatre_in(tmp_path, monkeypatch)


@pytest.fixture
def pair(theatre: Theatre) -> Pair:
    """A pair on it."""
    return Pair(theatre.lab, theatre.lab.site)


async def all_of(events: AsyncIterator[Event]) -> list[Event]:
    """Each of them, to the last."""
    return [event async for event in events]


async def fail_over(pair: Pair, survivor: Role) -> None:
    """Do a failover."""
    await all_of(pair.fail_over(pair.plan(f"{survivor.value}-failover"), Manner()))


def roles(pair: Pair) -> tuple[str, str]:
    """The addresses of primary and secondary."""
    return pair.site.primary.address, pair.site.secondary.address


async def test_who_takes_over_is_the_primary_from_then_on(pair: Pair) -> None:
    """Who only carries on was it before."""
    assert (ONE, TWO) == roles(pair)
    await fail_over(pair, Role.PRIMARY)
    assert (ONE, TWO) == roles(pair)
    await fail_over(pair, Role.SECONDARY)
    assert (TWO, ONE) == roles(pair)
    assert TWO == pair.primary.address


async def test_who_has_failed_to_take_over_is_not_the_primary(pair: Pair, theatre: Theatre) -> None:
    """What the engine says is passed on."""
    theatre.fails["secondary-failover"] = StepFailed("It has no guest.")
    with pytest.raises(StepFailed, match="It has no guest"):
        await fail_over(pair, Role.SECONDARY)
    assert (ONE, TWO) == roles(pair)


async def test_an_heir_has_a_resume_of_its_own_until_its_host_is_given_a_new_qemu(
    pair: Pair, theatre: Theatre
) -> None:
    """What once was a secondary has other filters, and keeps its name for its own disk."""

    async def resumed() -> str:
        theatre.acts.clear()
        await all_of(pair.resume())
        return theatre.acts[-1]

    assert f"primary-resume at {ONE}" == await resumed()
    await fail_over(pair, Role.SECONDARY)
    assert f"secondary-resume at {ONE}" == await resumed()
    await fail_over(pair, Role.PRIMARY)
    assert f"secondary-resume at {ONE}" == await resumed()
    await fail_over(pair, Role.SECONDARY)
    assert f"secondary-resume at {TWO}" == await resumed()
    assert {ONE} == pair.heirs


async def test_a_resume_that_fails_is_taken_back(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the next one finds a primary as it was; each runbook has its own session."""
    manners: list[tuple[str, Manner]] = []

    async def run(plan: Plan, _s: object, _j: object, manner: Manner) -> AsyncIterator[Event]:
        manners.append((plan.name, manner))
        if plan.name == "prepare-secondary":
            raise StepFailed("The secondary has gone.")
        return
        yield

    monkeypatch.setattr(pairs, "run", run)
    with pytest.raises(StepFailed, match="The secondary has gone"):
        await all_of(pair.resume())
    assert ["launch-secondary", "prepare-secondary"] == [name for name, _ in manners]
    assert {on_failure} == {manner.rollback for _, manner in manners}


async def test_one_session_is_open_between_faults(pair: Pair) -> None:
    """A failover finds it open: to open one then could hang. It is closed with the failover."""
    session = await pair.session()
    assert [ONE, TWO] == [address for address, _ in session.opened()]
    assert session is await pair.session()
    await fail_over(pair, Role.PRIMARY)
    assert () == session.opened()
    assert session is not await pair.session()
    await pair.close()
    await pair.close()


async def test_who_has_gone_meanwhile_is_not_in_the_session(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its death may be what the session is for."""
    open_monitor = Session.monitor

    async def monitor(session: Session, role: Role) -> Monitor:
        if role is Role.SECONDARY:
            raise Unavailable("Nobody answers there.")
        return await open_monitor(session, role)

    monkeypatch.setattr(Session, "monitor", monitor)
    assert [ONE] == [address for address, _ in (await pair.session()).opened()]
    await fail_over(pair, Role.PRIMARY)


def event(name: str, when: float) -> JsonObject:
    """As QEMU sends it, with the time of day."""
    micro = round(when * 1e6)
    return {"event": name, "timestamp": {"seconds": micro // 10**6, "microseconds": micro % 10**6}}


async def test_pauses_are_kept_when_a_session_is_closed(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the host whose guest stood still, in the time that clients have."""
    now = time.time()
    events = (
        event("STOP", now - 2.0),
        event("NIC_RX_FILTER_CHANGED", now - 1.95),
        event("RESUME", now - 1.9),
        event("STOP", now - 1.0),
    )
    await pair.session()
    monkeypatch.setattr(Monitor, "events", events)
    offset = time.time() - time.monotonic()
    await pair.close()
    assert [ONE, TWO] == [address for address, _ in pair.pauses]
    for _, pause in pair.pauses:
        assert (now - 2.0 - offset, now - 1.9 - offset) == pytest.approx(
            (pause.begin, pause.end), abs=0.01
        )


@pytest.mark.parametrize(
    "stamp", [None, 5, {}, {"seconds": 1}, {"seconds": 1.5, "microseconds": 2}]
)
async def test_an_event_without_a_time_has_come_just_now(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, stamp: JsonObject
) -> None:
    """Nobody knows better."""
    monkeypatch.setattr(Monitor, "events", tuple({"event": n, "timestamp": stamp} for n in PAUSE))
    begun = time.monotonic()
    await pair.session()
    await pair.close()
    assert 2 == len(pair.pauses)
    assert all(begun <= each.begin <= each.end <= time.monotonic() for _, each in pair.pauses)


PAUSE = ("STOP", "RESUME")


@pytest.mark.parametrize("in_colo", [True, False])
async def test_the_primary_is_asked_whether_it_has_a_secondary(
    pair: Pair, theatre: Theatre, in_colo: bool
) -> None:
    """In its own eyes, however that is."""
    theatre.in_colo = in_colo
    assert in_colo == await pair.is_in_colo()
