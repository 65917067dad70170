# SPDX-License-Identifier: GPL-2.0-or-later
"""Plans: what is printed is what is done, for any site."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.book.actions import Await, Launch, Qmp, Shell
from colorunbook.book.runbook import Runbook
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import Plan, describe, needs_monitor, resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import Payload
from colorunbook.qemu.shell import Variable, read
from tests.strategies import sites

SITE = Site(Host("10.1.1.1", "/one"), Host("10.2.2.2", "/two"))
runbooks = st.sampled_from(list(shelf.runbooks().values()))


def plan(name: str, site: Site = SITE, version: str = "11.1") -> Plan:
    """A shipped runbook, resolved."""
    return resolve(shelf.runbook(name), site, Dialect.of(version))


def text(made: Plan) -> str:
    """Everything that a plan says."""
    return json.dumps(made.as_json(), ensure_ascii=False)


@given(runbooks, sites())
@settings(max_examples=60)
def test_every_command_reads_back(book: Runbook, site: Site) -> None:
    """Its text is what is done, for any site."""
    for step in resolve(book, site, Dialect()).steps:
        told = describe(step)
        match step.action:
            case Shell(words) | Launch(words):
                parts = [part for word in words for part in word.parts]
                known = {p.name: p.value for p in parts if isinstance(p, Variable)}
                assert words == read(str(told["text"]), known)
                assert [word.text for word in words] == told["argv"]
            case Qmp(payload):
                assert payload == Payload.read(str(told["text"]))
            case _:
                assert told["text"]


@given(runbooks, st.sampled_from(["7.2", "10.0.13", "11.1"]))
def test_swapped_hosts_leave_no_address_behind(book: Runbook, version: str) -> None:
    """Law 3: what was said of one host is said of the other, and nothing else changes."""
    one = text(resolve(book, SITE, Dialect.of(version)))
    two = text(resolve(book, SITE.flipped(), Dialect.of(version)))
    swap = {"10.1.1.1": "10.2.2.2", "10.2.2.2": "10.1.1.1", "/one": "/two", "/two": "/one"}
    swapped = re.sub("|".join(map(re.escape, swap)), lambda found: swap[found[0]], one)
    assert swapped == two


def test_a_step_on_one_host_names_the_other_only_to_reach_it() -> None:
    """The secondary's command line names the primary; the primary never its own address."""
    (launched,) = [s for s in plan("launch-primary").steps if isinstance(s.action, Launch)]
    assert "10.2.2.2" not in str(describe(launched))
    assert "10.1.1.1" not in str(describe(launched))
    for name in ("start-replication", "primary-resume"):
        steps = str([describe(step) for step in plan(name).steps])
        assert "10.2.2.2" in steps
        assert "10.1.1.1" not in steps


def test_a_flipped_runbook_acts_on_the_host_that_was_the_secondary() -> None:
    """Its commands lead to the host that was the primary."""
    made = plan("secondary-resume")
    assert {"10.2.2.2"} == {made.site.host(step.role).address for step in made.steps}
    assert "10.1.1.1" in str([describe(step) for step in made.steps])
    assert SITE.flipped() == made.site


@given(sites(), runbooks)
def test_equal_plans_have_one_digest(site: Site, book: Runbook) -> None:
    """It is made of values, not of objects."""
    one, two = (resolve(book, replace(site), Dialect.of("11.1")) for _ in range(2))
    assert one.digest == two.digest
    assert re.fullmatch("[0-9a-f]{64}", one.digest)


@pytest.mark.parametrize(
    "other",
    [
        plan("bring-up", SITE.flipped()),
        plan("bring-up", replace(SITE, memory=1)),
        plan("bring-up", replace(SITE, primary=Host("10.1.1.1", "/one,"))),
        plan("bring-up", replace(SITE, extra=("-S",))),
        plan("bring-up", version="10.0.13"),
        plan("launch-primary"),
        plan("launch-secondary"),
    ],
)
def test_different_plans_have_different_digests(other: Plan) -> None:
    """Whatever it is that differs."""
    assert plan("bring-up").digest != other.digest


def test_waits_are_no_commands() -> None:
    """They are not typed."""
    made = plan("start-replication")
    waits = [step for step in made.steps if isinstance(step.action, Await)]
    assert len(waits) == len(made.steps) - len(made.commands)
    assert waits


def test_a_plan_knows_whom_it_has_to_ask() -> None:
    """A failover needs the survivor alone."""
    assert (Role.PRIMARY,) == plan("primary-failover").roles
    assert (Role.SECONDARY,) == plan("secondary-failover").roles
    assert (Role.PRIMARY, Role.SECONDARY) == plan("bring-up").roles
    assert () == plan("launch-primary").roles


def test_what_starts_a_qemu_needs_no_monitor() -> None:
    """Only what is sent to one that runs."""
    kinds = {type(step.action).__name__: needs_monitor(step) for step in plan("bring-up").steps}
    wanted = {
        "Assign": False,
        "Shell": False,
        "Launch": False,
        "Qmp": True,
        "Hmp": True,
        "Await": True,
    }
    assert wanted == kinds
