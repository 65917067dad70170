# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of a journal as records."""

import os
from pathlib import Path

import pytest

from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json
from colorunbook.story import rows
from colorunbook.story.rows import Row, read_rows

HEAD = b'{"run": "x"}\n'


def made(tmp_path: Path, data: bytes) -> Path:
    """A file with these bytes."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    return path


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    """An empty one is passed over."""
    found, torn = read_rows(made(tmp_path, HEAD + b'\n{"event": "A"}\n'))
    assert [Row(1, {"run": "x"}), Row(3, {"event": "A"})] == found
    assert not torn


@pytest.mark.parametrize("end", [b'{"eve', b"\xff\xfe", b"\0" * 4096, b'{"a": "\xc3', b"[]"])
def test_a_last_line_that_is_cut_short_is_left_out(tmp_path: Path, end: bytes) -> None:
    """Also the zeros that a crash of the machine leaves."""
    assert ([Row(1, {"run": "x"})], True) == read_rows(made(tmp_path, HEAD + end))


@pytest.mark.parametrize("event", ["Resumed", "RunFailed"])
def test_a_tear_may_be_gone_on_after(tmp_path: Path, event: str) -> None:
    """By a run that takes it up, and by the reason of an end that found room."""
    path = made(tmp_path, HEAD + b'{"eve\n{"event": "%s"}\n' % event.encode())
    assert ([Row(1, {"run": "x"}), Row(3, {"event": event})], False) == read_rows(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"hello\n", "line 1: it is not JSON"),
        (b"[]\n", "line 1: it is no JSON object"),
        (HEAD + b"{\n" + b'{"event": "StepDone"}\n', "line 2: it is not JSON"),
        (HEAD + b"{\n{\n", "line 2: it is not JSON"),
        (HEAD + b'{"a": NaN}\n' + HEAD, "line 2: it is not JSON"),
        (HEAD + b'{"a": -Infinity}\n' + HEAD, "line 2: it is not JSON"),
        (HEAD + b'{"a": 1e999}\n' + HEAD, "line 2: it is not JSON"),
        (HEAD + b'{"a": %s}\n' % (b"9" * 5000) + HEAD, "line 2: it is not JSON"),
        (HEAD + b'{"a": %s}\n' % (b"[" * 70 + b"]" * 70) + HEAD, "line 2: it is nested too deep"),
        (HEAD + b'{"a": %s}\n' % (b"[" * 99999) + HEAD, "line 2: it is nested too deep"),
        (b'{"a": "\xff"}\n', "line 1: it is not JSON"),
    ],
)
def test_what_is_no_journal_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """With the number of the line."""
    with pytest.raises(InputError, match=message):
        read_rows(made(tmp_path, data))


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    """QEMU may have said it; nobody could print it."""
    found, _ = read_rows(made(tmp_path, rb'{"a": ["x\ud800"], "\udfffb": "\ud83d\ude00"}'))
    assert {"a": ["x?"], "?b": "😀"} == found[0].record


@pytest.mark.parametrize("bound", ["LONGEST", "LARGEST"])
def test_what_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """A line, and a file."""
    monkeypatch.setattr(rows, bound, 20)
    path = made(tmp_path, HEAD + HEAD)
    if bound == "LONGEST":
        assert 2 == len(read_rows(path)[0])
        path = made(tmp_path, HEAD + b'{"a": "0123456789abc"}\n')
    with pytest.raises(InputError, match=r"longer than|larger than"):
        read_rows(path)


@pytest.mark.parametrize("name", ["missing", "folder", "fifo", "a\0b", "/dev/zero"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """Without a wait for whoever may write to it."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(InputError):
        read_rows(tmp_path / name)


WRONG: dict[str, list[Json]] = {
    "text": [None, 1, [], {}],
    "texts": [None, "x", [1], {}],
    "whole": [None, "1", 1.0, True, 10**30],
    "seconds": [None, "1", -1, True, 1e12],
    "table": [None, "x", []],
    "tables": [None, {}, [1]],
    "role": [None, "tertiary", ["primary"]],
    "time": [None, 5, "", "x", "0001-01-01T00:00:00+23:59"],
}


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, found in WRONG.items() for v in found])
def test_a_field_of_another_kind_is_refused(kind: str, value: Json) -> None:
    """Whatever stands there instead."""
    row = Row(7, {"x": value})
    with pytest.raises(InputError, match=r"^line 7: x\b"):
        match kind:
            case "text":
                row.text("x")
            case "texts":
                row.texts("x")
            case "whole":
                row.whole("x")
            case "seconds":
                row.seconds("x")
            case "table":
                row.table("x")
            case "tables":
                list(row.tables("x"))
            case "role":
                row.role("x")
            case _:
                row.time("x")
