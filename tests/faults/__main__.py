# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m tests.faults``: a fault at every step of every runbook, on live QEMU."""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, as_completed

from colorunbook.errors import ColorunbookError
from colorunbook.lab.provision import release
from colorunbook.qemu.dialect import Edition
from tests.faults.chapters import CHAPTERS
from tests.faults.points import Choice, Kind, Moment, Point
from tests.faults.stage import ground
from tests.faults.table import table
from tests.faults.trials import Outcome
from tests.faults.workers import Workers

JOBS = 2 * (os.cpu_count() or 1)
"""Most of a point is waiting, so that a core can do with more than one lab."""


def main(words: Sequence[str] | None = None) -> int:
    """Try the points that are asked for; 0 when all were survived."""
    asked = _parser().parse_args(words)
    points = _choice(asked).points()
    if asked.list:
        print(*points, sep="\n")
        return 0
    if not points:
        print("No point is of that kind.", file=sys.stderr)
        return 2
    try:
        outcomes = _try(points, int(asked.jobs), asked.qemu)
    except ColorunbookError as error:
        print(f"{error} {error.advice}", file=sys.stderr)
        return error.exit_code
    lost = [outcome for outcome in outcomes if outcome.evidence]
    print(table(outcomes))
    for outcome in lost:
        print(f"\nNot survived: {outcome.point}\n{_indented(outcome.evidence)}")
    print(f"\n{len(outcomes) - len(lost)} of {len(outcomes)} points survived")
    return 1 if lost else 0


def _try(points: Sequence[Point], jobs: int, qemu: str | None) -> list[Outcome]:
    start = time.monotonic()
    found = ground(f"faults-{os.getpid()}", None if qemu is None else release(qemu))
    print(f"QEMU {found.tree.version}, {found.accel.value.upper()}, {jobs} labs", flush=True)
    with Workers(min(jobs, len(points)), found) as workers:
        pictures = dict(zip(points, workers.pictures(points), strict=True))
        print(f"{time.monotonic() - start:4.0f} s  what is undisturbed is known", flush=True)
        trials = [workers.attempt(point, pictures[point]) for point in _mixed(points)]
        return list(_told(trials, start))


def _mixed(points: Sequence[Point]) -> list[Point]:
    """In an order in which those that work and those that wait stand side by side."""
    mixed = [*points]
    random.Random(0).shuffle(mixed)
    return mixed


def _told(trials: Sequence["Future[Outcome]"], start: float) -> Iterable[Outcome]:
    for count, trial in enumerate(as_completed(trials), 1):
        outcome = trial.result()
        verdict = "LOST" if outcome.evidence else "ok"
        print(
            f"{time.monotonic() - start:4.0f} s  {count:4}/{len(trials)}  {verdict:4}  "
            f"{outcome.point}, {outcome.seconds:.1f} s",
            flush=True,
        )
        if outcome.evidence:
            print(_indented(outcome.evidence), flush=True)
        yield outcome


def _choice(asked: argparse.Namespace) -> Choice:
    return Choice(
        tuple(asked.only),
        tuple(map(Edition, asked.edition)),
        tuple(map(Kind, asked.kind)),
        tuple(asked.step),
        tuple(map(Moment, asked.moment)),
        int(asked.sample),
        int(asked.seed),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("tests.faults", description=__doc__)
    several: list[tuple[str, Iterable[str]]] = [
        ("--only", CHAPTERS),
        ("--edition", [edition.value for edition in Edition]),
        ("--kind", [kind.value for kind in Kind]),
        ("--moment", [moment.value for moment in Moment]),
    ]
    for option, values in several:
        parser.add_argument(option, action="append", default=[], choices=[*values])
    parser.add_argument("--step", action="append", default=[], type=int)
    parser.add_argument("--sample", type=int, default=0, help="try so many, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=JOBS, help="labs side by side")
    parser.add_argument("--qemu", help="the version of QEMU; without it, what labs take")
    parser.add_argument("--list", action="store_true", help="list the points and try none")
    return parser


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


if __name__ == "__main__":
    sys.exit(main())
