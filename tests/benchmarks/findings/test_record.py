# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of a finding."""

from pathlib import Path

import pytest

from benchmarks.findings.record import Finding, read
from colorunbook.errors import InputError
from tests.benchmarks.findings.sightings import WORDS, finding, seen


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """Every line of the evidence, and every word about it."""
    file = tmp_path / "sneeze.json"
    file.write_text(finding(seen(), seen("7.2.22", 0, "tcg")).text)
    assert finding(seen(), seen("7.2.22", 0, "tcg")) == read(file)


def test_what_is_tried_again_takes_the_place_of_the_old() -> None:
    """Only on the same QEMU with the same accelerator; the newest QEMU stands first."""
    had = finding(seen("10.0.13"), seen("7.2.22", 0, "tcg"), seen("7.2.22", 0, "kvm"))
    now = had.with_seen(seen("11.1.3")).with_seen(seen("7.2.22", 3, "tcg"))
    assert [("11.1.3", "", 2), ("10.0.13", "", 2), ("7.2.22", "tcg", 3), ("7.2.22", "kvm", 0)] == [
        (each.qemu, each.accel, each.shown) for each in now.seen
    ]


def test_the_clearest_is_the_newest_that_shows_it() -> None:
    """Where it does not happen any more, an older QEMU tells how it was."""
    assert "10.0.13" == finding(seen("7.2.22"), seen("10.0.13"), seen("11.1.3", 0)).clearest.qemu
    assert "11.1.3" == finding(seen("10.0.13", 0), seen("11.1.3", 0)).clearest.qemu


def test_of_what_was_not_tried_nothing_is_clear() -> None:
    """It is told what to do."""
    with pytest.raises(InputError, match="Nothing was seen of sneeze") as refused:
        _ = Finding("sneeze", WORDS).clearest
    assert "Try it: ./run findings" == refused.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        finding().text.replace('"title"', '"titel"'),
        finding().text.replace('"shell"', '"spell"'),
        finding().text.replace('"a cough"', "1"),
        finding().text.replace('"attempts": 3', '"attempts": 0'),
        finding().text.replace('"shown": true', '"shown": "yes"'),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """It is told which file, and how to make it anew."""
    file = tmp_path / "sneeze.json"
    file.write_text(text)
    with pytest.raises(InputError, match=r"sneeze\.json holds no finding") as refused:
        read(file)
    assert "Make it anew: ./run findings" == refused.value.advice


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As one that cannot be read."""
    with pytest.raises(InputError, match="No such file"):
        read(tmp_path / "none.json")
