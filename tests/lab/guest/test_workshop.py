# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's tools: what becomes of one that fails."""

from pathlib import Path

import pytest

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab.guest import workshop
from colorunbook.lab.guest.workshop import Workshop


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop whose tools are those of this machine."""
    monkeypatch.setattr(Workshop, "_entrance", lambda _: ())
    made = Workshop(tmp_path)
    made.furnish()
    return made


def test_the_bench_is_in_the_root(bench: Workshop, tmp_path: Path) -> None:
    """A tool sees it, and nothing that lies outside."""
    assert tmp_path / "work/disk.img" == bench.path("disk.img")
    assert bench.path("").is_dir()


def test_furnishing_twice(bench: Workshop) -> None:
    """What is there already is no error."""
    bench.furnish()


def test_a_tool_that_fails_is_named_with_its_last_word(bench: Workshop) -> None:
    """A sentence, not a traceback."""
    with pytest.raises(Unavailable) as caught:
        bench.run("sh", "-c", "echo 'warning' >&2; echo 'disk.img: too small.' >&2; exit 1")
    assert "The guest's disk could not be made: sh: disk.img: too small." == caught.value.message


def test_a_tool_that_fails_without_a_word(bench: Workshop) -> None:
    """Then that is said."""
    with pytest.raises(Unavailable, match=r"false: it said nothing\.$"):
        bench.run("false")


def test_a_machine_without_namespaces(bench: Workshop) -> None:
    """The error is the one that a lab gives."""
    with pytest.raises(Unavailable, match="does not allow a lab its namespaces"):
        bench.run("sh", "-c", "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1")


def test_a_tool_that_does_not_end(bench: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """No tool is waited for without a bound."""
    monkeypatch.setattr(workshop, "PATIENCE", 0.2)
    with pytest.raises(TimedOut, match=r"sleep did not end within 0\.2 s"):
        bench.run("sleep", "60")
