# SPDX-License-Identifier: GPL-2.0-or-later
"""The file of a client: what was written stays, and what cannot be is noticed."""

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from colorunbook.drill.notebook import Notebook
from colorunbook.drill.requests import read
from colorunbook.errors import InputError, Unavailable
from tests.drill.streams import stream

ONE, TWO, THREE = stream(3)


def never() -> None:
    """Nothing is to fail."""
    raise AssertionError


def test_a_line_is_there_as_soon_as_it_is_written(tmp_path: Path) -> None:
    """A client may be killed between two of them."""
    with Notebook(tmp_path / "x", never) as notebook:
        notebook.write(ONE)
        assert (ONE,) == read(tmp_path / "x")
        notebook.write(TWO)
        assert (ONE, TWO) == read(tmp_path / "x")


def test_a_file_that_is_there_already_is_not_written_to(tmp_path: Path) -> None:
    """It is another client's, or another drill's."""
    (tmp_path / "x").write_text("another's")
    with pytest.raises(InputError, match="x cannot be made: File exists"):
        Notebook(tmp_path / "x", never)
    assert "another's" == (tmp_path / "x").read_text()


@pytest.mark.parametrize("name", ["none/x", "x\0y", "."])
def test_a_file_that_cannot_be_made_is_named(tmp_path: Path, name: str) -> None:
    """With the system's own reason."""
    path = tmp_path / name
    with pytest.raises(InputError, match=f"^The client's file {re.escape(str(path))} cannot be"):
        Notebook(path, never)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can have more bytes meanwhile, as if the disk had no more."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


@pytest.mark.parametrize(
    ("more", "why"), [(0, "File too large"), (9, "only a part of a line has found room")]
)
def test_where_no_room_is_left_it_is_said_at_once_and_at_the_end(
    tmp_path: Path, more: int, why: str
) -> None:
    """Nothing is written after that, when there is room again: it would hide what is missing."""
    said: list[str] = []

    def write() -> None:
        with Notebook(tmp_path / "x", lambda: said.append("full")) as notebook:
            with room_for(len(ONE.line) + more):
                notebook.write(ONE)
                assert [] == said
                notebook.write(TWO)
                assert ["full"] == said
            notebook.write(THREE)

    with pytest.raises(Unavailable, match=f"could not write to {tmp_path}/x: {why}"):
        write()
    assert ["full"] == said
    assert (ONE,) == read(tmp_path / "x")


def test_what_the_client_died_of_comes_before_a_line_that_was_not_written(tmp_path: Path) -> None:
    """The second follows from the first, or is of less interest."""

    def write() -> None:
        with Notebook(tmp_path / "x", lambda: None) as notebook, room_for(0):
            notebook.write(ONE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
