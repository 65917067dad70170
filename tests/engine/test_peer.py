# SPDX-License-Identifier: GPL-2.0-or-later
"""Signs that a peer lives, and proofs that it does not."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from colorunbook.addresses import Door, UnixMonitor
from colorunbook.book.ports import Knock
from colorunbook.engine import peer
from colorunbook.engine.events import ProofGiven
from colorunbook.engine.fake import FakeTransport
from colorunbook.engine.peer import prove_dead
from colorunbook.engine.signs import signs_of_life
from colorunbook.errors import InputError, Refused
from colorunbook.hosts import Host, Role, Site

ONE, TWO = "10.0.0.1", "10.0.0.2"
SITE = Site(
    Host(ONE, "/a", UnixMonitor("/run/p")),
    Host(TWO, "/b", UnixMonitor("/run/s")),
    service=Door("10.0.0.80", 80),
)
BLIND = replace(SITE, primary=Host(ONE, "/a"), secondary=Host(TWO, "/b"), service=None)
NBD, MIGRATION = Door(TWO, 9999), Door(TWO, 9998)
COMPARE, MIRROR = Door(ONE, 9004), Door(ONE, 9003)
GUEST = Door("10.0.0.80", 80)


async def found(site: Site, survivor: Role, transport: FakeTransport) -> list[Knock | None]:
    """What came of each sign."""
    return [sign.knock for sign in await signs_of_life(site, survivor, transport)]


async def prove(
    transport: FakeTransport,
    *,
    site: Site = SITE,
    survivor: Role = Role.PRIMARY,
    fence: str | None = None,
    ask_person: Callable[[str], Awaitable[str | None]] | None = None,
) -> ProofGiven:
    """Have it proved for a failover."""
    return await prove_dead(
        site, survivor, transport, name="failover", fence=fence, ask_person=ask_person
    )


def types(text: str | None) -> Callable[[str], Awaitable[str | None]]:
    """A person who types this, whatever is asked."""

    async def ask(_question: str) -> str | None:
        return text

    return ask


async def test_a_dead_secondary_gives_no_sign() -> None:
    """The monitor, its disk, and last where it waits for a migration."""
    hosts = FakeTransport(whole=False)
    assert [Knock.REFUSED] * 3 == await found(SITE, Role.PRIMARY, hosts)
    assert [NBD, MIGRATION] == hosts.knocked


async def test_a_dead_primary_gives_no_sign() -> None:
    """Nor does its guest; the port that a knock hurts most is the last."""
    hosts = FakeTransport(whole=False)
    assert [Knock.REFUSED] * 4 == await found(SITE, Role.SECONDARY, hosts)
    assert [GUEST, COMPARE, MIRROR] == hosts.knocked


@pytest.mark.parametrize("survivor", Role)
async def test_one_that_answers_is_not_hurt(survivor: Role) -> None:
    """A QEMU that waits would take a knock for its migration."""
    hosts = FakeTransport(whole=False)
    hosts.put(SITE.host(survivor.other).address, ())
    await signs_of_life(SITE, survivor, hosts)
    assert not {MIGRATION, COMPARE, MIRROR}.intersection(hosts.knocked)


async def test_only_ports_of_the_peers_own_role_are_asked() -> None:
    """On one machine the survivor itself answers at the others."""
    hosts = FakeTransport(doors={Door(TWO, 9003): Knock.ANSWERS, Door(TWO, 9004): Knock.ANSWERS})
    assert Knock.ANSWERS not in await found(SITE, Role.PRIMARY, hosts)
    hosts = FakeTransport(doors={Door(ONE, 9998): Knock.ANSWERS, Door(ONE, 9999): Knock.ANSWERS})
    assert Knock.ANSWERS not in await found(SITE, Role.SECONDARY, hosts)


@pytest.mark.parametrize("survivor", Role)
async def test_on_one_machine_nobody_is_knocked_at(survivor: Role) -> None:
    """Its kernel tells who listens on the peer's host, whatever cable is cut."""
    silent = dict.fromkeys((NBD, MIGRATION, COMPARE, MIRROR), Knock.SILENT)
    hosts = FakeTransport(doors=silent)
    assert {Knock.REFUSED} == {*await found(replace(SITE, service=None), survivor, hosts)} - {None}
    assert [] == hosts.knocked
    tables = ("cat", "/proc/net/tcp", "/proc/net/tcp6")
    assert [(SITE.host(survivor.other).address, tables)] == hosts.ran


async def test_roles_that_have_flipped_are_followed() -> None:
    """The ports go with the roles, not with the addresses."""
    hosts = FakeTransport(whole=False)
    await signs_of_life(SITE.flipped(), Role.PRIMARY, hosts)
    await signs_of_life(SITE.flipped(), Role.SECONDARY, hosts)
    asked = [Door(ONE, 9999), Door(ONE, 9998), GUEST, Door(TWO, 9004), Door(TWO, 9003)]
    assert asked == hosts.knocked


async def test_what_was_not_asked_is_told() -> None:
    """With the reason."""
    told = [str(s) for s in await signs_of_life(BLIND, Role.SECONDARY, FakeTransport())]
    assert [
        "its monitor was not asked: it is not known where that is",
        "its guest was not asked: the site names no service of it",
        "its compare1 port 9004 refuses",
        "its mirror0 port 9003 refuses",
    ] == told


@pytest.mark.parametrize(
    ("survivor", "door"),
    [
        (Role.PRIMARY, NBD),
        (Role.PRIMARY, MIGRATION),
        (Role.SECONDARY, COMPARE),
        (Role.SECONDARY, MIRROR),
        (Role.SECONDARY, GUEST),
    ],
)
@pytest.mark.parametrize("given", ["nothing", "a person", "a fence"])
async def test_one_sign_is_enough_to_refuse(
    survivor: Role, door: Door, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever proof was given."""
    monkeypatch.setattr(peer, "FADE", 0.0)
    address = SITE.host(survivor.other).address
    ask = types(address) if given == "a person" else None
    fence = "true" if given == "a fence" else None
    hosts = FakeTransport(doors={door: Knock.ANSWERS})
    sent = "nothing was sent to a QEMU" if fence else "nothing was sent"
    with pytest.raises(
        Refused, match=rf"{sent}: the {survivor.other.value} {address} is alive.*: its "
    ):
        await prove(hosts, survivor=survivor, ask_person=ask, fence=fence)


async def test_a_monitor_that_is_served_refuses() -> None:
    """The sentence names what answered."""
    hosts = FakeTransport(doors={NBD: Knock.REFUSED})
    hosts.put(TWO, ())
    with pytest.raises(Refused, match=r"10\.0\.0\.2 is alive: its monitor unix:/run/s answers\."):
        await prove(hosts)


async def test_this_machine_knows_who_is_there() -> None:
    """Where the peer could only be on it, and everything was refused."""
    proof = await prove(FakeTransport())
    assert ("machine", Role.SECONDARY) == (proof.kind, proof.role)
    assert "its NBD port 9999 refuses" in proof.text


async def test_a_guest_that_is_silent_does_not_keep_this_machine_from_knowing() -> None:
    """Its address may be nobody's once it is dead."""
    hosts = FakeTransport(doors={GUEST: Knock.SILENT})
    assert "machine" == (await prove(hosts, survivor=Role.SECONDARY)).kind


@pytest.mark.parametrize(
    ("hosts", "site"),
    [
        (FakeTransport(whole=False), SITE),
        (FakeTransport(broken=("cat",)), SITE),
        (FakeTransport(), BLIND),
    ],
    ids=["another machine", "no table of the kernel", "no monitor known"],
)
async def test_no_sign_is_no_proof(hosts: FakeTransport, site: Site) -> None:
    """A host that cannot be reached may still run the guest."""
    with pytest.raises(Refused, match=r"nothing proves that the secondary 10\.0\.0\.2 is dead"):
        await prove(hosts, site=site)


async def test_ports_that_are_about_to_close_are_waited_for() -> None:
    """The kernel closes those of a process that was killed a moment after it is gone."""
    doors = {NBD: Knock.ANSWERS}
    hosts = FakeTransport(doors=doors)
    asyncio.get_running_loop().call_later(0.1, doors.clear)
    assert "machine" == (await prove(hosts)).kind


async def test_a_monitor_that_would_help_is_asked_for() -> None:
    """Where this machine would know, if it knew what to ask."""
    with pytest.raises(Refused, match="Name its monitor with --secondary-qmp, or cut it off"):
        await prove(FakeTransport(), site=BLIND)


async def test_a_person_types_the_address() -> None:
    """Of the peer, and no other."""
    hosts = FakeTransport(whole=False)
    proof = await prove(hosts, ask_person=types(f" {TWO}\n"))
    assert ProofGiven("person", Role.SECONDARY, f"typed {TWO}") == proof


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (ONE, r"'10\.0\.0\.1' is not the secondary's address"),
        ("yes", "'yes' is not"),
        ("", "'' is not"),
        (None, "--peer-is-dead asks a person, and there is no terminal"),
    ],
)
async def test_other_words_are_no_proof(typed: str | None, why: str) -> None:
    """Nor is nobody."""
    with pytest.raises(Refused, match=why):
        await prove(FakeTransport(whole=False), ask_person=types(typed))


async def test_a_fence_is_run_before_anything_is_asked(tmp_path: Path) -> None:
    """And is proof, where nothing answers afterwards."""
    proof = await prove(FakeTransport(whole=False), fence=f"touch {tmp_path}/fenced")
    assert ("fence", f"touch {tmp_path}/fenced") == (proof.kind, proof.text)
    assert (tmp_path / "fenced").exists()


async def test_a_fence_that_fails_is_not_made_up_for() -> None:
    """Not by a person, nor by silence; nothing else is asked."""
    hosts = FakeTransport()
    with pytest.raises(Refused, match="the fence command failed"):
        await prove(hosts, fence="false", ask_person=types(TWO))
    assert [] == hosts.knocked


async def test_a_fence_that_cannot_be_read_is_an_error_of_input() -> None:
    """Nothing was asked."""
    with pytest.raises(InputError, match="cannot be read"):
        await prove(FakeTransport(), fence="'open")


async def test_a_fence_may_need_a_moment() -> None:
    """Its command ends before the peer has lost its power."""
    doors = {NBD: Knock.ANSWERS}
    asyncio.get_running_loop().call_later(0.3, doors.pop, NBD)
    assert "fence" == (await prove(FakeTransport(whole=False, doors=doors), fence="true")).kind
