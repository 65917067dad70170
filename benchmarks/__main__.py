# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast things are, against the least that would do the same: ``python -m benchmarks``.

Each figure is a ratio of two things that were measured in turn, on the same machine and the same
QEMU. What has been measured is written to the file at once, so that it can be broken off.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.families import FAMILIES, WITHOUT_QEMU, measured
from benchmarks.figures import Figures, read
from benchmarks.machines import tree
from benchmarks.row import Row
from benchmarks.words import table
from colorunbook.errors import ColorunbookError, InputError


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and write the figures to a file or show them."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--out", type=Path, help="the file for the figures")
    parser.add_argument(
        "--rows",
        action="append",
        default=[],
        metavar="FAMILY",
        help=f"only these, which take the place of those in the file: {', '.join(FAMILIES)}",
    )
    parser.add_argument("--quick", action="store_true", help="measure each only a few times")
    asked = parser.parse_args(words)
    try:
        bench(asked.out, tuple(map(str, asked.rows)), Effort(quick=bool(asked.quick)))
    except ColorunbookError as error:
        say(f"{error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("It was broken off.")
        return 10
    return 0


def bench(out: Path | None, chosen: Sequence[str], effort: Effort) -> None:
    """Measure families of rows, one after the other.

    :raises InputError: there is no such family, or the file cannot be read.
    :raises ColorunbookError: what is measured does not work.
    """
    unknown = sorted(set(chosen) - set(FAMILIES))
    if unknown:
        raise InputError(f"{unknown[0]!r} is no family.", f"There is: {', '.join(FAMILIES)}.")
    if out is not None and not out.parent.is_dir():
        raise InputError(f"There is no folder {out.parent} for {out.name}.", "Make it first.")
    needs_qemu = not WITHOUT_QEMU.issuperset(chosen or FAMILIES)
    figures = Figures.here(tree().version if needs_qemu else "")
    if chosen and out is not None and out.exists():
        figures = figures.with_rows(read(out).rows)
    new: dict[str, Row] = {}
    for row in measured(chosen or tuple(FAMILIES), effort, say):
        new[row.key] = row
        figures = figures.with_rows([row])
        if out is not None:
            out.write_text(figures.text, encoding="utf-8")
    print(table(new.values()))


def say(text: str) -> None:
    """Tell what goes on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
