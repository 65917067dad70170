# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured, family by family."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from benchmarks import checking, command, crowds, imports, pairs, rendering
from benchmarks.effort import Effort
from benchmarks.row import Row

Family = Callable[[Effort], Iterator[Row]]

FAMILIES: Final[Mapping[str, Family]] = {
    "import": imports.rows,
    "render": rendering.rows,
    "growth": rendering.growth,
    "command": command.rows,
    "crowd": crowds.rows,
    "pair": pairs.rows,
    "process": pairs.processes,
    "check": checking.rows,
}


WITHOUT_QEMU: Final = frozenset(("import", "render", "growth"))


def measured(chosen: Sequence[str], effort: Effort, say: Callable[[str], None]) -> Iterator[Row]:
    """The rows of some families, as soon as each is known."""
    for name in chosen:
        say(f"{name} …")
        for row in FAMILIES[name](effort):
            say(f"  {row.key}: {row.ratio:.2f}")
            yield row
