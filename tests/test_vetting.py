# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole plans, held against a schema."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Action, Await, Hmp, Launch, Qmp, Shell
from colorunbook.book.conditions import EventSeen, StatusIs
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.errors import InputError
from colorunbook.hosts import Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import SCHEMAS, Dialect, Edition, Version
from colorunbook.qemu.payload import Payload
from colorunbook.qemu.shell import words
from colorunbook.vetting import summary, vet


def plan(*actions: Action, version: str = "11.1") -> Plan:
    """A plan of these actions."""
    made = resolve(shelf.runbook("set-checkpoint-delay"), Site(), Dialect.of(version))
    return replace(made, steps=tuple(Step("Try", action) for action in actions))


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("version", SCHEMAS, ids=str)
def test_every_shipped_plan_fits(version: Version, edition: Edition) -> None:
    """On every QEMU that there is a schema of, command lines and questions among them."""
    for book in shelf.runbooks().values():
        vetting = vet(resolve(book, Site(), Dialect(version, edition)))
        assert () == vetting.problems, str(vetting.problems[0])
        assert vetting.checked > 0
        vetting.must_fit()


def wrongs() -> Iterator[tuple[Action, str]]:
    """An action of each kind with something wrong, and the nearest name to it."""
    yield Launch(words("qemu-system-x86_64", "-enable-kmv")), "-enable-kvm"
    yield Qmp(Payload("migrat", {"uri": "x"})), "migrate"
    yield Hmp("drive_ad x"), "drive_add"
    yield Await(StatusIs("query-statu", "status", "running"), 1), "query-status"
    yield Await(EventSeen("BLOCK_JOB_REDY", ()), 1), "BLOCK_JOB_READY"


@pytest.mark.parametrize(("action", "near"), list(wrongs()))
def test_each_kind_of_action_is_judged(action: Action, near: str) -> None:
    """The step, its title and the nearest name are told."""
    vetting = vet(plan(Qmp(Payload("stop")), action))
    with pytest.raises(InputError, match=rf"step 2 \(Try\).*11\.1\.3.*nearest name is '{near}'"):
        vetting.must_fit()


@pytest.mark.parametrize(("member", "where"), [("starts", "a guard"), ("ends", "the postcond")])
def test_guards_and_postconditions_are_judged(member: str, where: str) -> None:
    """A question that QEMU does not know is never answered."""
    asked = (Expect(Role.PRIMARY, StatusIs("query-statu", "status", "running")),)
    made = plan()
    made = replace(made, starts=asked) if member == "starts" else replace(made, ends=asked)
    with pytest.raises(InputError, match=where):
        vet(made).must_fit()


def test_what_cannot_be_checked_is_told() -> None:
    """By what it is."""
    made = plan(Shell(words("qemu-img", "info")), Hmp("drive_del x"))
    assert ("qemu-img", "drive_del x") == vet(made).unchecked
    assert summary([vet(made)]).endswith("not checked: qemu-img, drive_del x.")


def test_a_schema_of_another_version_refuses_nothing() -> None:
    """It can be wrong; what would not fit it is told all the same."""
    vetting = vet(plan(Qmp(Payload("migrat")), version="9.2"))
    vetting.must_fit()
    assert "none is known of QEMU 9.2.0, and 1 would not fit this one" in summary([vetting])


def test_warnings_are_found_by_step() -> None:
    """Each once."""
    vetting = vet(plan(Qmp(Payload("stop")), Qmp(Payload("x-colo-lost-heartbeat"))))
    assert () == vetting.features(1)
    assert ["unstable: the command x-colo-lost-heartbeat"] == [
        str(feature) for feature in vetting.features(2)
    ]
