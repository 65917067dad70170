# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing has become much slower: ratios to floors, measured a few times, with room for noise.

A clock tells nothing here, since what is compared is measured in turn on the same machine.
"""

import pytest

from benchmarks.effort import Effort
from benchmarks.families import FAMILIES

pytestmark = pytest.mark.live

ROOM = 1.5
"""How many times what is wanted may be measured on a machine that does other things too."""


@pytest.mark.parametrize("family", ["import", "command"])
def test_no_ratio_is_far_above_what_is_wanted(family: str) -> None:
    """The start of the program, and one command through the engine."""
    rows = [row for row in FAMILIES[family](Effort(quick=True)) if row.wanted is not None]
    assert rows
    assert {} == {
        row.key: f"{row.ratio:.2f} times {row.against}; at the most {row.wanted} is wanted"
        for row in rows
        if row.wanted is not None and row.ratio > ROOM * row.wanted
    }
