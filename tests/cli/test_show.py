# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook list`` and ``colorunbook show``."""

import json

from colorunbook import shelf
from colorunbook.cli.show import show_plan
from colorunbook.hosts import Host, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.vetting import vet
from tests.cli.conftest import Colorunbook


def test_every_runbook_is_listed(colorunbook: Colorunbook) -> None:
    """In the order of the document."""
    ended = colorunbook("list")
    assert list(shelf.ORDER) == [row.split()[0] for row in ended.out.splitlines()]


def test_the_list_is_data_too(colorunbook: Colorunbook) -> None:
    """With the role that a runbook is done on."""
    found = json.loads(colorunbook("list", "--json").out)
    assert list(shelf.ORDER) == [book["name"] for book in found]
    assert {"primary", "secondary"} == {book["on"] for book in found}


def test_a_plan_is_shown_whole() -> None:
    """Guards, each step with its reason and its command, the postcondition."""
    plan = resolve(shelf.runbook("start-replication"), Site(), Dialect())
    text = show_plan(plan)
    assert plan.digest in text
    for step in plan.steps:
        assert step.title in text
        assert step.why in text
    for payload in ("drive_add -n buddy", '"uri": "tcp:127.0.0.2:9998"'):
        assert payload in text
    assert "It begins only when" in text
    assert "It has worked when" in text
    assert "``" not in text


def test_a_plan_is_data_too(colorunbook: Colorunbook) -> None:
    """The digest that is shown is the plan's."""
    words = ("show", "primary-failover", "--primary", "10.0.0.1", "--qemu", "10.0.13")
    told = json.loads(colorunbook(*words, "--json").out)
    site = Site(Host("10.0.0.1", Site().primary.images))
    plan = resolve(shelf.runbook("primary-failover"), site, Dialect.of("10.0.13"))
    vetting = vet(plan).as_json()
    assert {"digest": plan.digest, **plan.as_json(), "vetting": vetting} == told
    assert plan.digest in colorunbook(*words).out
