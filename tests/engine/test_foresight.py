# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of a run beforehand, on hosts that are made up."""

from collections.abc import Sequence

import pytest

from colorunbook import shelf
from colorunbook.addresses import Door
from colorunbook.book.ports import Knock
from colorunbook.engine.fake import FakeTransport, Fault, Silence
from colorunbook.engine.foresight import Foresight, Peer, foresee
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.engine.signs import Sign, signs_of_life
from colorunbook.engine.standing import AT_ONCE, State
from colorunbook.errors import Refused
from colorunbook.hosts import Role
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import Payload
from tests.engine.chapters import BEREFT, CHAPTERS, ONE, PAIR, SITE, TAKEN, TWO, Chapter, begin
from tests.hurry import hurry, now

NBD = Door(TWO, SITE.ports.nbd)


async def look(
    hosts: FakeTransport, name: str, manner: Manner | None = None
) -> tuple[Foresight, Plan]:
    """See what a runbook would come to; nothing but questions is sent."""
    hosts.sent.clear()
    hosts.knocked.clear()
    async with Session(hosts, SITE) as session:
        plan = await session.resolve(shelf.runbook(name))
        seen = await foresee(plan, session, manner or Manner())
    assert [] == hosts.mutations()
    return seen, plan


def foreseen(
    story: Sequence[str], name: str, manner: Manner | None = None, *, whole: bool = True
) -> tuple[Foresight, FakeTransport]:
    """The same at the end of a story."""

    async def work() -> tuple[Foresight, FakeTransport]:
        hosts = await begin(Chapter(name, tuple(story)), Edition.HMP)
        hosts.whole = whole
        return (await look(hosts, name, manner))[0], hosts

    return hurry(work())


def peer(seen: Foresight) -> Peer:
    """Who has to be dead, where somebody has."""
    assert seen.peer is not None
    return seen.peer


async def somebody(_question: str) -> str | None:
    """A person who must not be asked beforehand."""
    pytest.fail("a dry run has asked a person")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_a_run_that_would_begin_is_not_refused(chapter: Chapter) -> None:
    """Each chapter, told beforehand."""
    seen, _ = foreseen(chapter.story, chapter.name)
    assert () == seen.refusals


@pytest.mark.parametrize(
    ("survivor", "left"), [(Role.PRIMARY, {9998}), (Role.SECONDARY, {9003, 9004})]
)
async def test_what_a_peer_is_asked_does_no_harm(survivor: Role, left: set[int]) -> None:
    """The ports at which a connection would stay, or be taken for the migration, are left out."""
    hosts = FakeTransport(whole=False)
    signs = await signs_of_life(SITE, survivor, hosts, harmless=True)
    assert not left & {door.port for door in hosts.knocked}
    assert len(left) == len([sign for sign in signs if "only the run asks it" in sign.why])


def test_on_one_machine_a_dry_run_knows_as_much_as_the_run() -> None:
    """Nobody is knocked at, and the proof is told."""
    for story, name in ((BEREFT[:5], "primary-failover"), (TAKEN[:5], "secondary-failover")):
        seen, hosts = foreseen(story, name)
        assert [] == hosts.knocked
        assert "machine" == peer(seen).proof.kind


def test_a_peer_that_lives_would_refuse_it() -> None:
    """Whatever a person has said of it."""
    for manner in (Manner(), Manner(ask_person=somebody)):
        seen, _ = foreseen(PAIR, "primary-failover", manner)
        (reason,) = seen.refusals
        assert f"the secondary {TWO} is alive: its monitor" in reason.text
        assert "cut it off, with --fence" in reason.advice


def test_a_fence_would_be_run_first() -> None:
    """So that a peer which lives now is no reason; the command itself is not run."""
    fence = "touch /nonexistent/fenced"
    seen, _ = foreseen(PAIR, "primary-failover", Manner(fence=fence))
    assert () == seen.refusals
    assert ("fence", True) == (peer(seen).proof.kind, fence in peer(seen).proof.text)


def test_without_a_proof_it_would_be_refused() -> None:
    """Hosts of their own: this machine cannot tell."""
    seen, _ = foreseen(BEREFT[:5], "primary-failover", whole=False)
    (reason,) = seen.refusals
    assert f"nothing proves that the secondary {TWO} is dead" in reason.text
    assert "--peer-is-dead" in reason.advice


def test_the_word_of_a_person_would_do() -> None:
    """It is asked for by the run alone."""
    manner = Manner(ask_person=somebody)
    seen, _ = foreseen(BEREFT[:5], "primary-failover", manner, whole=False)
    assert () == seen.refusals
    assert "person" == peer(seen).proof.kind


def test_what_is_cut_first_is_foreseen() -> None:
    """Of a primary that buries its secondary; where all is done already nobody has to be dead."""
    assert foreseen(BEREFT[:5], "primary-failover")[0].frees
    assert not foreseen(TAKEN[:5], "secondary-failover")[0].frees
    assert not foreseen(PAIR[:3], "start-replication")[0].frees
    done, _ = foreseen(BEREFT[:6], "primary-failover")
    assert (None, False, ()) == (done.peer, done.frees, done.refusals)
    assert {State.DONE} == {standing.state for standing in done.standings if standing.seen}


def test_a_guard_that_does_not_hold_would_refuse_it() -> None:
    """It is told what was seen; unless a person lets it be."""

    async def work(manner: Manner) -> tuple[Foresight, Plan]:
        hosts = await begin(CHAPTERS[3], Edition.HMP)
        hosts.doors = {NBD: Knock.REFUSED}
        return await look(hosts, "start-replication", manner)

    seen, plan = hurry(work(Manner()))
    (reason,) = seen.refusals
    assert "answers the primary host; seen: it refuses" in reason.text
    assert "--despite reach" in reason.advice
    with pytest.raises(Refused, match="start-replication would be refused: it begins only when"):
        seen.must_pass(plan)
    assert () == hurry(work(Manner(despite=frozenset({"reach"}))))[0].refusals


def test_another_qemu_in_the_place_would_refuse_it() -> None:
    """What serves the monitor may carry the guest."""

    async def work() -> Foresight:
        hosts = FakeTransport()
        hosts.put(ONE, ("qemu", "another"))
        return (await look(hosts, "launch-primary"))[0]

    (reason,) = hurry(work()).refusals
    assert f"on the primary {ONE} another QEMU serves" in reason.text


@pytest.mark.parametrize("command", ["query-colo-status", "query-named-block-nodes", "qom-list"])
def test_a_primary_that_hangs_does_not_hold_it_up(command: str) -> None:
    """One time-out, and what was not on its way by then cannot be told."""

    async def work() -> tuple[Foresight, float, list[str]]:
        hosts = await begin(Chapter("primary-failover", BEREFT[:5]), Edition.HMP)
        hosts.faults = [Fault(command, Silence(), nth=None)]
        start = now()
        seen = (await look(hosts, "primary-failover"))[0]
        return seen, now() - start, [payload.execute for _, payload in hosts.sent]

    seen, took, sent = hurry(work())
    assert took < 60
    assert 1 == sent.count(command)
    assert len(sent[sent.index(command) :]) <= AT_ONCE
    unknown = [s.seen for s in seen.standings if s.state is State.UNKNOWN]
    assert unknown
    assert all(f"no reply to {Payload(command).text[:-1]}" in text for text in unknown)
    assert any("It was not asked " in text for text in unknown)
    assert "machine" == peer(seen).proof.kind


def test_a_guard_that_nobody_can_tell_would_refuse_it() -> None:
    """As the run would."""

    async def work() -> Foresight:
        hosts = await begin(Chapter("primary-failover", BEREFT[:5]), Edition.HMP)
        hosts.faults = [Fault("query-colo-status", Silence(), nth=None)]
        return (await look(hosts, "primary-failover"))[0]

    seen = hurry(work())
    assert None in {verdict.holds for verdict in seen.verdicts}
    assert "and nobody can tell" in seen.refusals[0].text
    assert "Within 30 s there was no reply" in seen.refusals[0].text


def test_what_was_asked_is_told() -> None:
    """Every sign by its name, and what came of it."""
    seen, _ = foreseen(BEREFT[:5], "primary-failover")
    signs: tuple[Sign, ...] = peer(seen).signs
    assert [Knock.REFUSED] * 3 == [sign.knock for sign in signs]
