# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of what was measured."""

import re
from collections.abc import Callable, Iterable
from typing import Protocol

import pytest

from benchmarks.families import FAMILIES
from benchmarks.figures import Figures, read
from benchmarks.row import Row
from tests.benchmarks.rows import row
from tests.docs import extensions

ROOT = extensions.ROOT
PAGE = (ROOT / "docs/explanation/speed.rst").read_text()
KEPT = read(ROOT / "docs/measured/bench.json")


class Extension(Protocol):
    """What of the extension is used here."""

    lines: Callable[[Iterable[Row]], Iterable[str]]
    surroundings: Callable[[Figures], str]


@pytest.fixture(scope="module")
def extension() -> Extension:
    """The extension of the site."""
    loaded: Extension = extensions.extension("bench")
    return loaded


def test_a_row_has_its_ratio_and_whether_it_is_what_was_wanted(extension: Extension) -> None:
    """With the spread, and what it is measured against."""
    assert [
        "   * - ``import/cli``: what import/cli is, against the least",
        "     - 2 ms",
        "     - 1 ms",
        "     - 2.00 (1.50 to 2.50)",
        "     - ≤ 1.5",
        "     - no",
    ] == list(extension.lines([row()]))[-6:]


def test_it_is_told_where_it_was_measured(extension: Extension) -> None:
    """A ratio means the same anywhere, and yet the disk counts."""
    assert (
        "Measured on 2026-11-25 with QEMU 11.1.3, Python 3.11.2, on a machine with 2 processors, "
        "whose load was 0.5 when it began."
    ) == extension.surroundings(Figures("2026-11-25", "11.1.3", "3.11.2", 2, 0.5))


def test_the_page_shows_every_family_that_is_kept() -> None:
    """None is measured for nobody."""
    shown = {word for rest in re.findall(r"bench-table:: \S+ (.*)", PAGE) for word in rest.split()}
    assert KEPT.rows
    assert {each.family for each in KEPT.rows} <= shown


def test_every_family_can_be_asked_for() -> None:
    """The page names none that the command does not take."""
    assert set(re.findall(r"--rows (\w+)", PAGE)) <= set(FAMILIES)


def test_the_page_has_no_figure_of_its_own() -> None:
    """Times and ratios stand in the file alone; a version is none."""
    prose = re.sub(r"Python 3\.\d+|\S*bench\.json\S*", "", PAGE)
    assert [] == [word for word in prose.split() if word[0].isdigit()]
