# SPDX-License-Identifier: GPL-2.0-or-later
"""What was made already: a page asks for the same plans, and the same of them, again and again.

A plan depends on nothing but what it is made of, and is never changed. So one that was made is as
good as another, and so is what was said of it; a few pages' worth of them are kept.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

from colorunbook.book.runbook import Runbook
from colorunbook.hosts import Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect

T = TypeVar("T")

_KEPT: Final = 64
"""Plans: those of both pages, for two sites."""


@lru_cache(maxsize=_KEPT)
def planned(runbook: Runbook, site: Site, dialect: Dialect) -> Plan:
    """The plan of a runbook, as :func:`colorunbook.plan.resolve` makes it."""
    return resolve(runbook, site, dialect)


def once_a_plan(function: Callable[[Plan], T]) -> Callable[[Plan], T]:
    """The same function, which is called once for each of the plans that are kept.

    A plan is known by being the same object: it holds payloads, which have no hash. So it is held
    as long as what was said of it, and no other one can take its place meanwhile.
    """
    told: dict[int, tuple[Plan, T]] = {}

    @wraps(function)
    def recall(plan: Plan) -> T:
        kept = told.get(id(plan))
        if kept is None:
            if len(told) >= _KEPT:
                del told[next(iter(told))]
            kept = told[id(plan)] = (plan, function(plan))
        return kept[1]

    return recall
