# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of what was measured."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.figures import Figures, read
from benchmarks.row import Unit
from colorunbook.errors import InputError
from tests.benchmarks.rows import row

FIGURES = Figures("2026-11-25", "11.1.3", "3.11.2", 2, 0.5).with_rows(
    [row(), row("many/memory", wanted=None, unit=Unit.BYTES, size=100)]
)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """The file holds every measurement, so that the spread can be seen later."""
    file = tmp_path / "bench.json"
    file.write_text(FIGURES.text)
    assert FIGURES == read(file)


def test_a_row_that_is_measured_again_takes_the_place_of_the_old_one() -> None:
    """Its place among the others stays."""
    again = FIGURES.with_rows([row(ours=(0.004,), floor=(0.001,))])
    assert [4, 2] == [each.ratio for each in again.rows]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        FIGURES.text.replace('"2026-11-25"', '"2026-11-25').replace("qemu", "q"),
        FIGURES.text.replace('"unit": "B"', '"unit": "miles"'),
        FIGURES.text.replace('"floor": [0.001, 0.001, 0.001]', '"floor": [0.001]'),
        FIGURES.text.replace('"floor": [0.001, 0.001, 0.001]', '"floor": []'),
        FIGURES.text.replace("0.003", "true"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """It is told which file, and how to make it anew."""
    file = tmp_path / "bench.json"
    file.write_text(text)
    with pytest.raises(InputError, match=r"bench\.json holds no figures") as refused:
        read(file)
    assert "Make it anew: ./run bench" == refused.value.advice


def test_this_machine_is_told_of() -> None:
    """A ratio means the same anywhere, and yet it is told where it was measured."""
    here = Figures.here()
    assert (here, True) == (replace(here, rows=()), here.processors > 0)
