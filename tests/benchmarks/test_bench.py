# SPDX-License-Identifier: GPL-2.0-or-later
"""The command that measures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import families
from benchmarks.effort import Effort
from benchmarks.figures import read
from benchmarks.row import Row
from tests.benchmarks.rows import row


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two families that need no time."""
    made = {"one": one, "two": broken_off}
    monkeypatch.setattr(families, "FAMILIES", made)
    monkeypatch.setattr(command, "FAMILIES", made)
    monkeypatch.setattr(command, "WITHOUT_QEMU", frozenset(made))


def one(_effort: Effort) -> Iterator[Row]:
    """A family of two rows."""
    yield row("one/a")
    yield row("one/b")


def broken_off(_effort: Effort) -> Iterator[Row]:
    """A family that somebody has no patience for."""
    yield row("two/a")
    raise KeyboardInterrupt


def test_what_was_measured_is_kept_when_it_is_broken_off(tmp_path: Path) -> None:
    """Each row is in the file as soon as it is known."""
    file = tmp_path / "bench.json"
    assert 10 == command.main(["--out", str(file)])
    assert ["one/a", "one/b", "two/a"] == [each.key for each in read(file).rows]


def test_rows_that_are_asked_for_are_put_to_those_that_are_there(tmp_path: Path) -> None:
    """The file keeps what was not measured again."""
    file = tmp_path / "bench.json"
    command.main(["--rows", "two", "--out", str(file)])
    assert 0 == command.main(["--rows", "one", "--out", str(file)])
    assert ["two/a", "one/a", "one/b"] == [each.key for each in read(file).rows]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("'three' is no family. There is: one, two.", ["--rows", "three"]),
        ("There is no folder /nowhere for x.json. Make it first.", ["--out", "/nowhere/x.json"]),
    ],
)
def test_what_cannot_be_is_refused_first(
    told: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is measured for a file that cannot be written."""
    assert 2 == command.main(words)
    assert f"{told}\n" == capsys.readouterr().err
