# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured, family by family."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from benchmarks import command, imports, rendering
from benchmarks.effort import Effort
from benchmarks.figures import Figures
from benchmarks.row import Row

Family = Callable[[Effort], Iterator[Row]]

FAMILIES: Final[Mapping[str, Family]] = {
    "import": imports.rows,
    "render": rendering.rows,
    "growth": rendering.growth,
    "command": command.rows,
}


def measured(
    figures: Figures, chosen: Sequence[str], effort: Effort, say: Callable[[str], None]
) -> Iterator[Figures]:
    """The figures, with one more row each time."""
    for name in chosen:
        say(f"{name} …")
        for row in FAMILIES[name](effort):
            figures = figures.with_rows([row])
            say(f"  {row.key}: {row.ratio:.2f}")
            yield figures
