# SPDX-License-Identifier: GPL-2.0-or-later
"""The open monitors of one run."""

import asyncio
from dataclasses import replace

import pytest

from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.engine.fake import FakeMonitor, FakeTransport
from colorunbook.engine.session import Session, in_step
from colorunbook.errors import Refused, StepFailed, TimedOut, Unavailable
from colorunbook.hosts import Host, Role, Site
from colorunbook.qemu.dialect import Dialect, Edition, Version
from tests.hurry import hurry, now

SITE = Site()


@pytest.fixture
def hosts() -> FakeTransport:
    """Two QEMUs."""
    made = FakeTransport(version=Version(10, 0, 13))
    made.put(SITE.primary.address, ("qemu",))
    made.put(SITE.secondary.address, ("qemu", "-incoming", "tcp:0.0.0.0:1"))
    return made


def test_a_monitor_is_opened_once(hosts: FakeTransport) -> None:
    """And is one of the host, whatever its role is called now."""

    async def work() -> None:
        async with Session(hosts, SITE) as session:
            first = await session.monitor(Role.PRIMARY)
            assert first is await session.monitor(Role.PRIMARY)
            assert first is await session.monitor(Role.SECONDARY, SITE.flipped())
            assert ((SITE.primary.address, first),) == session.opened()

    hurry(work())


class Slow(FakeTransport):
    """Two QEMUs that take a second to greet."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        for host in (SITE.primary, SITE.secondary):
            self.put(host.address, ("qemu",))

    async def connect(self, host: Host, within: float) -> FakeMonitor:
        self.opened.append(str(host.monitor))
        await asyncio.sleep(1)
        return await super().connect(host, within)


def test_a_monitor_that_is_wanted_by_several_is_opened_once() -> None:
    """It would greet nobody else; the spare one neither."""
    spare = UnixMonitor("/run/spare")
    site = replace(SITE, primary=replace(SITE.primary, spare=spare))

    async def work() -> tuple[list[str], int, int]:
        hosts = Slow()
        async with Session(hosts, site) as session:
            first = await asyncio.gather(*(session.monitor(Role.PRIMARY) for _ in range(3)))
            spares = await asyncio.gather(*(session.spare(Role.PRIMARY) for _ in range(3)))
        return hosts.opened, len({*first}), len({*spares})

    assert ([str(site.primary.monitor), str(spare)], 1, 1) == hurry(work())


def test_both_hosts_are_met_at_the_same_time() -> None:
    """Each may take a while."""

    async def work() -> tuple[int, int]:
        hosts = Slow()
        start = now()
        async with Session(hosts, SITE) as session:
            await session.resolve(shelf.runbook("start-replication"))
        return len(hosts.opened), round(now() - start)

    assert (2, 1) == hurry(work())


def test_every_monitor_is_closed_at_the_end(hosts: FakeTransport) -> None:
    """Whatever happened."""

    async def work() -> list[bool]:
        with pytest.raises(StepFailed):
            async with Session(hosts, SITE) as session:
                opened = [await session.monitor(role) for role in Role]
                raise StepFailed("It went wrong.")
        assert () == session.opened()
        return [monitor.is_closed for monitor in opened if isinstance(monitor, FakeMonitor)]

    assert [True, True] == hurry(work())


def test_who_cannot_be_reached_is_named(hosts: FakeTransport) -> None:
    """By role and address, with the kind of the error and its advice kept."""

    class Busy(FakeTransport):
        async def connect(self, host: Host, within: float) -> FakeMonitor:
            raise TimedOut(f"{host.address} is busy for {within:g} s.", "End the other.")

    async def work(transport: FakeTransport) -> None:
        async with Session(transport, SITE) as session:
            await session.monitor(Role.SECONDARY)

    with pytest.raises(
        TimedOut, match=r"The secondary 127\.0\.0\.2 cannot be reached.* End the oth"
    ):
        hurry(work(Busy()))
    hosts.kill(SITE.secondary.address)
    with pytest.raises(Unavailable, match=r"The secondary 127\.0\.0\.2 cannot be reached"):
        hurry(work(hosts))


def test_a_plan_is_spelled_for_the_qemu_that_is_there(hosts: FakeTransport) -> None:
    """Not for the newest."""

    async def work(name: str) -> str:
        async with Session(hosts, SITE) as session:
            return str((await session.resolve(shelf.runbook(name))).dialect.version)

    assert "10.0.13" == hurry(work("prepare-secondary"))
    assert [] == hosts.ran
    assert "10.0.13" == hurry(work("launch-primary"))
    assert [(SITE.primary.address, ("--version",))] == hosts.ran


@pytest.mark.parametrize("edition", Edition)
def test_a_plan_is_spelled_in_the_edition_of_its_session(
    hosts: FakeTransport, edition: Edition
) -> None:
    """QEMU says its version; which edition is wanted is for whoever opens the session to say."""

    async def work() -> Dialect:
        async with Session(hosts, SITE, edition) as session:
            return (await session.resolve(shelf.runbook("primary-failover"))).dialect

    assert Dialect(Version(10, 0, 13), edition) == hurry(work())


def test_only_monitors_that_a_plan_needs_are_opened(hosts: FakeTransport) -> None:
    """The dead peer of a failover is not asked."""
    hosts.kill(SITE.secondary.address)

    async def work() -> tuple[str, ...]:
        async with Session(hosts, SITE) as session:
            await session.resolve(shelf.runbook("primary-failover"))
            return tuple(address for address, _ in session.opened())

    assert (SITE.primary.address,) == hurry(work())


def test_an_error_tells_its_step() -> None:
    """And stays the error that it was."""
    error = in_step(TimedOut("No reply.", "Look."), "Step 2 of 3")
    assert TimedOut is type(error)
    assert "Step 2 of 3: No reply. Look." == str(error)


def test_two_versions_are_refused(hosts: FakeTransport) -> None:
    """The guest's whole state passes between the two, so both hosts run the same QEMU."""
    newer = FakeTransport(version=Version(11, 1, 3))
    newer.put(SITE.secondary.address, ("qemu", "-incoming", "tcp:0.0.0.0:1"))

    class Mixed(FakeTransport):
        async def connect(self, host: Host, within: float) -> FakeMonitor:
            one = newer if host == SITE.secondary else hosts
            return await one.connect(host, within)

    async def work() -> None:
        async with Session(Mixed(), SITE) as session:
            await session.resolve(shelf.runbook("start-replication"))

    with pytest.raises(
        Refused, match=r"the primary QEMU 10\.0\.13 and the secondary QEMU 11\.1\.3"
    ):
        hurry(work())


def test_a_qemu_that_is_started_anew_is_spoken_to_anew(hosts: FakeTransport) -> None:
    """What was open before is closed."""

    async def work() -> None:
        async with Session(hosts, SITE) as session:
            first = await session.monitor(Role.SECONDARY)
            await session.forget(Role.SECONDARY, SITE)
            assert isinstance(first, FakeMonitor)
            assert first.is_closed
            assert first is not await session.monitor(Role.SECONDARY)

    hurry(work())
