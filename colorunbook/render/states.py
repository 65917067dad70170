# SPDX-License-Identifier: GPL-2.0-or-later
"""The states that one QEMU goes through, and the runbooks that lead from one to the next.

What a runbook's guards and postcondition say of a QEMU names the state before and the state after:
an arrow is drawn for each runbook on the shelf that leads from one state to another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from colorunbook.book.colo import PARENT
from colorunbook.book.conditions import Condition, Exported, HostCondition, colo_mode_is, guest_is
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Runbook
from colorunbook.hosts import Role, Site
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.planned import planned

Facts = frozenset[Condition]


@dataclass(frozen=True, slots=True)
class State:
    """What is known of one QEMU.

    :param facts: what has to be seen of a QEMU in this state.
    :param shown: the same in a few words.
    """

    name: str
    shown: str
    facts: Facts = frozenset()


ABSENT = State("no QEMU", "")
STARTED = State("started", "mode=none", frozenset({colo_mode_is("none")}))
WAITING = State("waiting", "status=inmigrate", frozenset({guest_is("inmigrate")}))
PREPARED = State("prepared", f"{PARENT} exported", WAITING.facts | {Exported(PARENT)})
PRIMARY = State("COLO primary", "mode=primary", frozenset({colo_mode_is("primary")}))
SECONDARY = State("COLO secondary", "mode=secondary", frozenset({colo_mode_is("secondary")}))
ALONE = State("alone", "mode=none, status=running", STARTED.facts | {guest_is("running")})

_MOST_TELLING_FIRST = (PRIMARY, SECONDARY, ALONE, PREPARED, STARTED, WAITING)


@dataclass(frozen=True, slots=True)
class Edge:
    """A runbook leads a QEMU from one state to another.

    :param title: the runbook's title.
    """

    start: State
    end: State
    title: str


def edges(runbooks: Mapping[str, Runbook], site: Site, dialect: Dialect) -> tuple[Edge, ...]:
    """Every change of state, in the order of the shelf."""
    plans = {name: planned(book, site, dialect) for name, book in runbooks.items()}
    found = [edge for plan in plans.values() for edge in _own(plan)]
    for book in runbooks.values():
        parts = [plans[part.name] for part in book.parts if part.name in plans]
        found += _of_silent(parts)
    return tuple(dict.fromkeys(found))


def _own(plan: Plan) -> Iterable[Edge]:
    """What a runbook with guards or a postcondition says itself."""
    if len({step.runbook for step in plan.steps}) > 1:
        return
    for role in Role:
        before, after = _facts(plan.starts, role), _facts(plan.ends, role)
        start, end = state(before), state(after) or state(before | after)
        if end is not None and end != start and (start is not None or not _of_qemu(plan.starts)):
            yield Edge(start or ABSENT, end, plan.title)


def _of_silent(parts: Iterable[Plan]) -> Iterable[Edge]:
    """A part that promises nothing leads to what the parts after it start from."""
    parts = tuple(parts)
    for number, plan in enumerate(parts):
        role = plan.steps[0].role
        if _of_qemu(plan.starts) or plan.ends:
            continue
        nexts = (state(_facts(later.starts, role)) for later in parts[number + 1 :])
        end = next((found for found in nexts if found is not None), None)
        if end is not None:
            yield Edge(ABSENT, end, plan.title)


def state(facts: Facts) -> State | None:
    """The state that is known by these facts; ``None`` when they name none."""
    return next((found for found in _MOST_TELLING_FIRST if found.facts <= facts), None)


def _facts(expectations: Iterable[Expect], role: Role) -> Facts:
    return frozenset(e.condition for e in _of_qemu(expectations) if e.role is role)


def _of_qemu(expectations: Iterable[Expect]) -> list[Expect]:
    """Those that tell the state of a QEMU; what a host has room for is no state."""
    return [e for e in expectations if not isinstance(e.condition, HostCondition)]
