# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured of a guest, and its file."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.errors import InputError
from colorunbook.lab.accel import Accelerator
from colorunbook.lab.guest.figures import Boots, Figures, read

KEPT = Path(__file__).parents[3] / "docs/measured/guest.json"

_AMOUNTS = st.integers(0, 2**40)
_SECONDS = st.floats(0, 1e6)
_BOOTS = st.builds(
    Boots, st.sampled_from(Accelerator), st.text(), st.lists(_SECONDS, max_size=3).map(tuple)
)
FIGURES = st.builds(
    Figures,
    *(st.text(), st.text(), st.text()),
    *(st.lists(st.text(), max_size=3).map(tuple), _AMOUNTS, _AMOUNTS, _SECONDS),
    *(st.text(), _AMOUNTS, _SECONDS, st.lists(_BOOTS, max_size=2).map(tuple)),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for figures."""
    return tmp_path_factory.mktemp("figures") / "guest.json"


@given(FIGURES)
def test_what_is_written_is_read(file: Path, figures: Figures) -> None:
    """All of it."""
    file.write_text(figures.text, encoding="utf-8")
    assert figures == read(file)


def test_the_figures_of_the_site_can_be_read() -> None:
    """They are of a guest that came up under one accelerator at the least."""
    assert any(each.seconds for each in read(KEPT).boots)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("boots", None), ("boots", [1]), ("boots", [{}]), ("packages", "ab")),
        *(("load", "1"), ("size", True), ("processors", None)),
        ("boots", [{"accelerator": "hax", "reason": "", "seconds": []}]),
        ("boots", [{"accelerator": "kvm", "reason": "", "seconds": 1}]),
    ],
)
def test_what_are_no_figures(file: Path, name: str, value: object) -> None:
    """One sentence says which file, and the advice how it is made."""
    told = json.loads((KEPT).read_text())
    file.write_text(json.dumps(told | {name: value}))
    with pytest.raises(InputError, match="holds no figures of a guest") as caught:
        read(file)
    assert str(file) in caught.value.message
    assert "./run guest" in caught.value.advice


@pytest.mark.parametrize("text", ["", "[]", "{}", "3"])
def test_what_is_something_else(file: Path, text: str) -> None:
    """Neither is a file that was cut off, or is of another kind."""
    file.write_text(text)
    with pytest.raises(InputError, match="holds no figures"):
        read(file)
    with pytest.raises(InputError, match="holds no figures"):
        read(file.parent / "nowhere")
