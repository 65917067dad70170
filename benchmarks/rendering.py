# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rendering costs: of the document, and of ever more runbooks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

from benchmarks.effort import Effort
from benchmarks.ready import filled
from benchmarks.row import Row
from benchmarks.shelves import PAGE, shelf_of
from benchmarks.taking import Measure, clocked, in_turn
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.filling import fill
from colorunbook.render.rst import pages

FEW = 10
SIZES = (1, 100, 1000)


def rows(effort: Effort) -> Iterator[Row]:
    """The whole document, again and again, and for hosts that it was never rendered for."""
    site, dialect = Site(), Dialect()
    floor = clocked(filled(pages(site, dialect), site, dialect), times=2)
    chosen: tuple[tuple[str, str, float | None, Callable[[], object]], ...] = (
        ("document", "the whole document, warm", 3.0, lambda: pages(site, dialect)),
        ("new-site", "the same for other hosts", None, lambda: pages(next(_OTHERS), dialect)),
    )
    against = "Jinja2, filling the same templates, all values there already"
    for name, what, wanted, render in chosen:
        taken = in_turn(effort.rounds(40), clocked(render, times=2), floor)
        yield Row(f"render/{name}", what, against, wanted, *taken)


def growth(effort: Effort) -> Iterator[Row]:
    """Ever more runbooks; each time for hosts that they were never rendered for."""
    least = _per_runbook(FEW)
    for size in SIZES:
        taken = in_turn(effort.rounds(10), _per_runbook(size), least)
        what = f"render {size} generated runbook{'s' if size > 1 else ''}, each of them"
        against = f"each of {FEW}"
        wanted = 1.2 if size > FEW else None
        yield Row(f"growth/runbooks-{size}", what, against, wanted, *taken, size=size)


def _others() -> Iterator[Site]:
    """Sites that differ, one after the other."""
    yield from (replace(Site(), memory=64 + number) for number in count())


_OTHERS = _others()


def _per_runbook(size: int) -> Measure:
    def measure() -> float:
        with shelf_of(size):
            fill(PAGE, next(_OTHERS), Dialect())  # the shelf is read, the template compiled
            render = clocked(lambda: fill(PAGE, next(_OTHERS), Dialect()))
            return render() / size

    return measure
