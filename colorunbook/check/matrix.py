# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents against QEMUs: every cell tried, and each verdict held to what was declared.

What is known not to work is declared, with its reason, in :mod:`colorunbook.qemu.dialect`. A
matrix is as it should be when every cell is as declared: what worked and is broken now is news,
and so is what was declared broken and works again.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from colorunbook.check.cells import Cell, Subject
from colorunbook.check.trial import attempt
from colorunbook.lab import own
from colorunbook.lab.making import Tell
from colorunbook.lab.provision import Release, provision, provisioned
from colorunbook.lab.tree import Tree
from colorunbook.qemu.dialect import Version
from colorunbook.records import Record, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """One cell, tried and judged.

    :param declared: what is known not to work, as a clause; empty: it is known to work.
    :param surprise: how what was seen differs from that, as a sentence; empty: it does not.
    """

    cell: Cell
    record: Record
    declared: str
    surprise: str


def judge(cell: Cell, record: Record) -> Outcome:
    """Hold what was seen to what was declared."""
    trouble = cell.dialect.trouble_on(cell.subject.version, cell.accel)
    failure = record.failure
    surprise = ""
    match record.verdict:
        case Verdict.NOT_TRIED:
            pass
        case Verdict.WORKS | Verdict.REMARKS if trouble is not None:
            surprise = f"It was declared broken and works: {trouble.what}. Take that row out."
        case Verdict.WORKS | Verdict.REMARKS:
            pass
        case Verdict.BROKEN if trouble is None:
            surprise = "It is known to work, and it is broken."
        case Verdict.BROKEN if failure is not None and trouble.shows not in failure.symptom:
            surprise = f"It is broken in another way than was declared: {trouble.what}."
        case Verdict.BROKEN:
            pass
    return Outcome(cell, record, trouble.what if trouble else "", surprise)


def reconsider(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """See what the outcomes say of one another, when all are there.

    What could not be tried may be the machine's fault, or that of a QEMU that does not come up.
    It is the QEMU's where another one ran a guest with the same accelerator.
    """
    able = {o.cell.accel for o in outcomes if o.record.verdict is not Verdict.NOT_TRIED}
    return [
        replace(outcome, surprise="It could not be tried, and other QEMUs could.")
        if outcome.record.verdict is Verdict.NOT_TRIED and outcome.cell.accel in able
        else outcome
        for outcome in outcomes
    ]


async def run(cells: Iterable[Cell], jobs: int = 1) -> AsyncGenerator[Outcome, None]:
    """Try every cell; outcomes come as they are ready.

    :param jobs: how many are tried at once.
    """
    free = asyncio.Semaphore(jobs)

    async def one(cell: Cell) -> Outcome:
        async with free:
            return judge(cell, await attempt(cell))

    tasks = [asyncio.create_task(one(cell)) for cell in dict.fromkeys(cells)]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def subjects(
    releases: Sequence[Release], binaries: Sequence[Path], tell: Tell
) -> tuple[Subject, ...]:
    """The QEMUs to try, fetched where they are not here yet.

    :param tell: told what is fetched, a sentence each.
    :raises InputError: one of the binaries is no QEMU's.
    :raises Unavailable: a release cannot be fetched.
    """
    trees: list[tuple[Release | Path, str, Tree]]
    trees = [(each, f"Debian {each.preferred}", _had(each, tell)) for each in releases]
    trees += [(path.absolute(), "a binary of one's own", own.tree_of(path)) for path in binaries]
    found = (Subject(each, Version.parse(t.version), origin) for each, origin, t in trees)
    return tuple(dict.fromkeys(found))


def _had(wanted: Release, tell: Tell) -> Tree:
    """The tree of a release; what takes a while is told."""
    tree = provisioned(wanted)
    if tree is None:
        tell(f"Fetching QEMU {wanted.version} from Debian {wanted.preferred}.")
    return tree or provision(wanted=wanted)
