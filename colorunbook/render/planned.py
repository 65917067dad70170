# SPDX-License-Identifier: GPL-2.0-or-later
"""Plans that were made already: a page asks for the same ones again and again.

A plan depends on nothing but what it is made of, and is never changed. So one that was made is as
good as another; a few pages' worth of them are kept.
"""

from functools import lru_cache
from typing import Final

from colorunbook.book.runbook import Runbook
from colorunbook.hosts import Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect

KEPT: Final = 64
"""Plans: those of both pages, for two sites."""


@lru_cache(maxsize=KEPT)
def planned(runbook: Runbook, site: Site, dialect: Dialect) -> Plan:
    """The plan of a runbook, as :func:`colorunbook.plan.resolve` makes it."""
    return resolve(runbook, site, dialect)
