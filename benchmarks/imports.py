# SPDX-License-Identifier: GPL-2.0-or-later
"""What the start of the program costs: a failover begins with it."""

from collections.abc import Iterator

from benchmarks.child import python
from benchmarks.effort import Effort
from benchmarks.row import Row
from benchmarks.taking import Measure, in_turn

LIBRARY = "import colorunbook; [getattr(colorunbook, name) for name in colorunbook.__all__]"

RUN = "import colorunbook.cli, colorunbook.cli.run"
_CLOCKED = """\
from time import perf_counter
start = perf_counter()
{}
print(perf_counter() - start)
"""

_OF_DATACLASSES = """
import dataclasses, functools
from time import perf_counter
spent, original = 0.0, dataclasses.dataclass
def dataclass(kind=None, /, **options):
    global spent
    if kind is None:
        return functools.partial(dataclass, **options)
    start = perf_counter()
    made = original(kind, **options)
    spent += perf_counter() - start
    return made
dataclasses.dataclass = dataclass
{}
print(spent)
"""


def rows(effort: Effort) -> Iterator[Row]:
    """The imports, each in a Python of its own, measured by itself."""
    chosen = (
        ("library", "import colorunbook", "import qemu.qmp", 1.0),
        ("cli", "import colorunbook.cli", "import typer, qemu.qmp", 1.3),
        ("cli-run", RUN, "import typer, qemu.qmp", None),
        ("all-names", LIBRARY, "import qemu.qmp", None),
    )
    for name, ours, floor, wanted in chosen:
        taken = in_turn(effort.rounds(30), _import(ours), _import(floor))
        yield Row(f"import/{name}", _told(ours), _told(floor), wanted, *taken)
    made = in_turn(effort.rounds(30), _import(RUN, _OF_DATACLASSES), _import(RUN))
    yield Row("import/dataclasses", "making the dataclasses for it", f"``{RUN}``", None, *made)


def _told(statement: str) -> str:
    return "every public name of colorunbook" if statement is LIBRARY else statement


def _import(statement: str, clocked: str = _CLOCKED) -> Measure:
    """The seconds that a Python which has started takes for it, or for a part of it."""

    def measure() -> float:
        return float(python("-c", clocked.format(statement)))

    return measure
