# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped runbooks: what they promise, and that they keep to the words."""

from itertools import pairwise

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Await, Hmp, Qmp
from colorunbook.book.colo import PARENT, Colo
from colorunbook.book.conditions import Checkpoints, EventSeen, NodeThere
from colorunbook.book.runbook import Runbook
from colorunbook.hosts import Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.qemu.payload import is_object

BOOKS = list(shelf.runbooks().values())
SITE = Site()
EDITIONS = [Dialect(edition=edition) for edition in Edition]


def plan(name: str, version: str = "11.1") -> Plan:
    """A runbook for the document's own pair."""
    return resolve(shelf.runbook(name), SITE, Dialect.of(version))


def sent(name: str) -> list[str]:
    """The QMP commands of a runbook."""
    return [s.action.payload.execute for s in plan(name).steps if isinstance(s.action, Qmp | Hmp)]


@pytest.mark.parametrize("dialect", EDITIONS, ids=lambda d: d.edition.value)
@pytest.mark.parametrize("book", BOOKS, ids=repr)
def test_every_step_has_a_title_and_a_reason(book: Runbook, dialect: Dialect) -> None:
    """A sentence that says why, in each edition."""
    for step in book.steps(Colo(SITE, dialect)):
        assert step.title
        assert step.why.endswith("."), step.title


@pytest.mark.parametrize("book", BOOKS, ids=repr)
def test_every_runbook_says_what_it_is(book: Runbook) -> None:
    """One sentence, one title."""
    assert book.summary.endswith(".")
    assert "\n" not in book.summary
    assert book.title


@pytest.mark.parametrize("book", [b for b in BOOKS if b.name != "launch-primary"], ids=repr)
def test_every_runbook_asks_whether_it_has_worked(book: Runbook) -> None:
    """But the primary's start: it does not answer before its secondary has connected."""
    assert book.ends(Colo(SITE, Dialect()))


@pytest.mark.parametrize("book", BOOKS, ids=repr)
def test_no_guard_waits(book: Runbook) -> None:
    """It is asked once."""
    for expect in book.starts(Colo(SITE, Dialect())):
        assert not isinstance(expect.condition, EventSeen | Checkpoints)


@pytest.mark.parametrize("dialect", EDITIONS, ids=lambda d: d.edition.value)
@pytest.mark.parametrize(
    "name", ["migrate", "x-colo-lost-heartbeat", "drive-mirror", "blockdev-mirror"]
)
def test_what_is_not_done_when_it_replies_is_waited_for(name: str, dialect: Dialect) -> None:
    """Directly after it."""
    for book in BOOKS:
        steps = book.steps(Colo(SITE, dialect))
        for step, follower in pairwise(steps):
            if isinstance(step.action, Qmp) and step.action.payload.execute == name:
                assert isinstance(follower.action, Await), book.name


def test_the_blockdev_edition_has_no_human_monitor() -> None:
    """Nor a step less: what it needs more are QMP commands and waits."""
    for book in BOOKS:
        hmp, blockdev = (book.steps(Colo(SITE, dialect)) for dialect in EDITIONS)
        assert not [step for step in blockdev if isinstance(step.action, Hmp)]
        titles = [step.title for step in blockdev]
        assert [t for t in titles if t in {s.title for s in hmp}] == [step.title for step in hmp]


def test_the_blockdev_edition_has_the_same_guards_and_one_more() -> None:
    """Its secondary has to be started for it: the export is of a node."""
    for book in BOOKS:
        hmp, blockdev = (book.starts(Colo(SITE, dialect)) for dialect in EDITIONS)
        more = [expect for expect in blockdev if expect not in hmp]
        wanted = [NodeThere(PARENT)] if book.name == "prepare-secondary" else []
        assert wanted == [expect.condition for expect in more]
        assert book.ends(Colo(SITE, EDITIONS[0])) == book.ends(Colo(SITE, EDITIONS[1]))


def test_the_end_of_a_copy_is_seen_before_its_disk_is_used() -> None:
    """block-job-cancel replies before the job is gone."""
    titles = [step.title for step in plan("primary-resume").steps]
    assert titles.index("End the copy") < titles.index("See the copy end")
    assert titles.index("See the copy end") < titles.index("Open replication0")


@pytest.mark.parametrize("name", ["primary-failover", "secondary-failover"])
def test_a_failover_asks_and_touches_the_survivor_alone(name: str) -> None:
    """The dead cannot answer."""
    assert 1 == len(plan(name).roles)
    assert 1 == len({step.role for step in plan(name).steps})


def test_a_primary_lets_go_of_the_dead_disk_first() -> None:
    """Nothing else may wait for it."""
    first, second, *_ = sent("primary-failover")
    assert ("x-blockdev-change", "human-monitor-command") == (first, second)
    assert "x-colo-lost-heartbeat" == sent("primary-failover")[-1]


def test_a_secondary_takes_over_before_it_tidies_up() -> None:
    """The guest comes first."""
    assert ["nbd-server-stop", "x-colo-lost-heartbeat"] == sent("secondary-failover")[:2]


def test_what_a_failover_ends_a_resume_makes() -> None:
    """The same objects, in the other direction."""

    def ids(name: str, command: str) -> set[str]:
        payloads = [s.action.payload for s in plan(name).steps if isinstance(s.action, Qmp)]
        return {str(p.arguments["id"]) for p in payloads if p.execute == command}

    assert ids("primary-failover", "object-del") == ids("primary-resume", "object-add")


def test_a_resume_after_a_takeover_puts_filters_in_front_of_the_rewriter() -> None:
    """And only filters have a place."""
    placed = {}
    for step in plan("secondary-resume").steps:
        if isinstance(step.action, Qmp) and step.action.payload.execute == "object-add":
            arguments = step.action.payload.arguments
            placed[arguments["id"]] = arguments.get("position")
    front = "id=rew0"
    wanted = {"m0": front, "redire0": front, "redire1": front, "iothread1": None, "comp0": None}
    assert wanted == placed


def test_bring_up_is_its_four_parts() -> None:
    """In order; nothing is written twice."""
    parts = ("launch-primary", "launch-secondary", "prepare-secondary", "start-replication")
    assert [step for name in parts for step in plan(name).steps] == list(plan("bring-up").steps)


def test_to_protect_is_to_prepare_both_and_to_resume() -> None:
    """In order; the delay is set before COLO begins, as QEMU's own keeps clients waiting."""
    parts = ("prepare-primary", "launch-secondary", "prepare-secondary", "set-checkpoint-delay")
    steps = [step for name in (*parts, "primary-resume") for step in plan(name).steps]
    assert steps == list(plan("protect").steps)


def test_the_sockets_of_a_primary_are_taken_back_but_after_a_failover() -> None:
    """A failover has no way back."""

    def undone(name: str) -> dict[str, int]:
        added = [s for s in plan(name).steps if s.title in sockets]
        return {step.title: len(step.undo) for step in added}

    colo = Colo(SITE, Dialect())
    sockets = [f"Add {chardev.id}" for chardev in colo.primary_chardevs]
    assert dict.fromkeys(sockets, 1) == undone("prepare-primary")
    assert dict.fromkeys(sockets, 0) == undone("secondary-failover")


@pytest.mark.parametrize(("version", "count"), [("10.0.13", 1), ("11.1", 2)])
def test_both_sides_switch_the_same_capabilities_on(version: str, count: int) -> None:
    """As many as their QEMU wants."""
    states = [
        step.action.payload.arguments["capabilities"]
        for step in plan("bring-up", version).steps
        if isinstance(step.action, Qmp)
        and step.action.payload.execute == "migrate-set-capabilities"
    ]
    one, two = states
    assert one == two
    assert isinstance(one, list)
    assert count == len([state for state in one if is_object(state) and state["state"] is True])


def test_roles_are_those_before_the_run_but_for_the_heirs_resume() -> None:
    """It alone speaks of the roles after a takeover."""
    assert ["secondary-resume"] == [book.name for book in BOOKS if book.flipped]
    assert SITE.flipped() == plan("secondary-resume").site
    assert Role.PRIMARY is shelf.runbook("secondary-resume").on
