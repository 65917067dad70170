# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of the knobs: its figures are those of the file, and no knob is left out."""

import re
from pathlib import Path

from colorunbook.drill.study.grid import AXES
from colorunbook.drill.study.sights import sights
from colorunbook.drill.study.study import read

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/knobs.rst"


def test_the_page_has_no_figure_of_its_own() -> None:
    """What was measured stands in the file alone; a command may have numbers."""
    prose = [line for line in PAGE.read_text().splitlines() if not line.startswith("   $ ")]
    names = re.compile(r"SPDX-License-Identifier: .*|``[^`]*``")
    assert [] == [line for line in prose if re.search(r"\d", names.sub("", line))]


def test_every_knob_of_the_study_is_explained() -> None:
    """The card by the property that goes with it."""
    page = PAGE.read_text()
    titles = re.findall(r"^``(\S+)``\n-+$", page, re.MULTILINE)
    knobs = [axis.knob for axis in AXES]
    assert [*knobs[:-1], "vnet_hdr_support"] == titles


def test_the_study_that_is_kept_is_whole() -> None:
    """Each position of each knob was tried."""
    study = read(ROOT / "docs/measured/knobs.json")
    tried = {axis.knob: [sight.point for sight in found] for axis, found in sights(study)}
    assert {axis.knob: list(axis.points) for axis in AXES} == tried
