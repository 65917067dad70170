# SPDX-License-Identifier: GPL-2.0-or-later
"""Every input that has broken a law once; none of them does any more."""

from pathlib import Path

import pytest

from tests.fuzz.cases import CORPUS, read
from tests.fuzz.laws import broken
from tests.fuzz.program import do


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_it_stays_mended(path: Path) -> None:
    """Done again from its file, as it was found."""
    case = read(path.read_text())
    assert path.name == case.name
    assert [] == broken(case, do(case))
