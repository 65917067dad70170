# SPDX-License-Identifier: GPL-2.0-or-later
"""Who does a runbook."""

import pytest

from benchmarks.players import orders
from benchmarks.script import acts
from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.book.actions import Hmp, Qmp
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import NEGOTIATION, Json, as_objects

SITE = Site(
    Host("127.0.0.1", "/images", UnixMonitor("/run/p")),
    Host("127.0.0.2", "/images", UnixMonitor("/run/s")),
)


def plan_of(name: str) -> Plan:
    """A plan for hosts that nobody reaches."""
    return resolve(shelf.runbook(name), SITE, Dialect())


@pytest.mark.parametrize(
    ("socket", "name"), [("/run/p", "primary-failover"), ("/run/s", "secondary-failover")]
)
def test_the_least_program_is_told_every_payload_in_order(socket: str, name: str) -> None:
    """They come from the plan: there is no second list of them."""
    plan = plan_of(name)
    payloads: list[Json] = []
    for step in plan.steps:
        match step.action:
            case Qmp(payload) if payload.execute != NEGOTIATION:
                payloads.append(payload.as_json())
            case Hmp() as line:
                payloads.append(line.payload.as_json())
            case _:
                pass
    told = orders(plan)
    steps = as_objects(told["steps"])
    assert socket == told["socket"]
    assert payloads == [step for step in steps if "execute" in step]
    assert 1 == len([step for step in steps if "wait" in step])


def test_what_hangs_is_freed_first_where_a_peer_is_dead() -> None:
    """By the script as by the engine; nothing is cut where both live."""
    buried, resumed = plan_of("primary-failover"), plan_of("primary-resume")
    assert (*buried.freeing, *buried.steps) == acts(buried)
    assert resumed.freeing
    assert resumed.steps == acts(resumed)


def test_the_least_program_starts_no_qemu() -> None:
    """What it cannot do is not left out in silence."""
    with pytest.raises(TypeError, match="the least program cannot do"):
        orders(plan_of("launch-secondary"))
    assert Role.SECONDARY in plan_of("launch-secondary").roles
