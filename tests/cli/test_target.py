# SPDX-License-Identifier: GPL-2.0-or-later
"""A file that is to be written in the end: whatever would keep it from that is said at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from colorunbook.cli.target import must_be_of_use
from colorunbook.errors import InputError

SMALL = """
import resource, signal, sys
from pathlib import Path
from colorunbook.cli.target import must_be_of_use
from colorunbook.errors import InputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    must_be_of_use(Path(sys.argv[1]))
except InputError as error:
    print(error)
"""
"""Asks on a machine where no file can have more than 1000 bytes, as on a disk that is full."""


def test_what_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    """A file that is there keeps its content, and nothing is beside it afterwards."""
    there = tmp_path / "there.json"
    there.write_text("before")
    must_be_of_use(there, None, tmp_path / "fresh.json")
    assert [there] == [*tmp_path.iterdir()]
    assert "before" == there.read_text()


def test_a_device_or_a_pipe_is_not_touched(tmp_path: Path) -> None:
    """Whoever reads a pipe would take what is tried for the result; two may be the same one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    must_be_of_use(pipe, pipe)
    must_be_of_use(Path("/dev/null"), Path("/dev/null"))
    assert [pipe] == [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".", "is a folder. Give the name of a file in it."),
        ("none/a.json", "none for a.json. Make it first."),
        ("a/b/c.svg", "a/b for c.svg. Make it first."),
        ("/proc/a.json", "/proc/a.json cannot be written: "),
        ("x" * 300, "cannot be written: File name too long. Choose another place."),
        ("x" * 250, "cannot be written: File name too long. Choose another place."),
        ("loop", "loop cannot be written: "),
        ("astray", " for astray. Make it first."),
        ("led", "led cannot be written: No such file or directory."),
        ("file/a.json", "file for a.json. Make it first."),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """With a sentence that has the name as it was given, and what to do."""
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "astray").symlink_to("nowhere/a.json")
    (tmp_path / "led").symlink_to("/proc/a.json")
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as refused:
        must_be_of_use(None, tmp_path / name)
    assert said in f"{refused.value}"
    assert {"loop", "astray", "led", "file"} == {path.name for path in tmp_path.iterdir()}


def test_one_file_cannot_have_two_contents(tmp_path: Path) -> None:
    """However it is named: the second would be all that is kept."""
    (tmp_path / "link").symlink_to("a.json")
    for other in ("a.json", "../" + tmp_path.name + "/a.json", "link"):
        with pytest.raises(InputError, match="is named twice"):
            must_be_of_use(tmp_path / "a.json", tmp_path / other)
    must_be_of_use(tmp_path / "a.json", tmp_path / "b.json")


def test_a_disk_without_room_is_seen(tmp_path: Path) -> None:
    """Minutes before the result would have to find room on it."""
    words = (sys.executable, "-c", SMALL, str(tmp_path / "a.json"))
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert told.startswith(f"{tmp_path}/a.json cannot be written: File too large.")
    assert [] == [*tmp_path.iterdir()]
