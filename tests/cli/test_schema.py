# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook schema``, and what ``show`` and ``render`` say by it."""

import json
import lzma
from pathlib import Path

import pytest

from colorunbook.qemu.dialect import SCHEMAS
from colorunbook.qemu.knowledge import path_of
from colorunbook.qemu.payload import Payload
from tests.cli.conftest import Colorunbook

TYPO = '''"""A runbook with a member misspelled."""
from colorunbook.book.runbook import runbook
from colorunbook.book.verbs import set_parameter
from colorunbook.hosts import Role

@runbook("{name}", on=Role.PRIMARY, title="Set the checkpoint delay")
def calm_down(_colo):
    """Let ten seconds pass."""
    yield set_parameter("x-checkpoint-dely", 10_000).because("It is a test.")
'''


def shelf_with(folder: Path, name: str) -> str:
    """A shelf with the misspelled runbook."""
    (folder / "shelf/runbooks").mkdir(parents=True)
    (folder / "shelf/runbooks/calm.py").write_text(TYPO.format(name=name))
    return str(folder / "shelf")


def test_the_schemas_are_listed(colorunbook: Colorunbook) -> None:
    """The oldest first."""
    rows = colorunbook("schema", "list").out.splitlines()
    assert [str(version) for version in SCHEMAS] == [row.split()[0] for row in rows]
    told = json.loads(colorunbook("schema", "list", "--json").out)
    assert [str(version) for version in SCHEMAS] == [row["version"] for row in told]


def test_a_command_is_shown(colorunbook: Colorunbook) -> None:
    """What can be left out is in brackets, warnings stand behind."""
    shown = colorunbook("schema", "show", "nbd-server-add", "--qemu", "10.0").out
    assert "nbd-server-add, QEMU 10.0.13  (deprecated)" in shown
    assert "  [writable]               boolean\n" in shown
    assert "  device                   string\n" in shown


def test_a_branch_is_chosen(colorunbook: Colorunbook) -> None:
    """As data too, and from a file of the reader's own."""
    words = ("schema", "show", "chardev-add", "--with", "backend.type=socket", "--json")
    told = json.loads(colorunbook(*words, "--schema", str(path_of(SCHEMAS[0]))).out)
    assert str(SCHEMAS[0]) == told["schema"]
    assert "backend.data.addr.type" in [row["path"] for row in told["arguments"]]


def test_lines_are_checked(colorunbook: Colorunbook, folder: Path) -> None:
    """Each problem with its line; exit 2."""
    (folder / "x").write_text('{"execute": "stop"}\n\n{"execute": "stp"}\nno\n')
    ended = colorunbook("schema", "check", "x", "--qemu", "7.2")
    assert 2 == ended.code
    assert "x:3: execute names no command: 'stp'; the nearest name is 'stop'." in ended.out
    assert "x:4: the line is no command" in ended.out
    assert "would refuse 2 of 3 commands in x" in ended.err
    (folder / "x").write_text('{"execute": "stop"}\n')
    assert 0 == colorunbook("schema", "check", "x").code


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "nbd-server-ad"), "There is: nbd-server-add."),
        (("show", "chardev-add", "--with", "x"), "Give it like backend.type=socket."),
        (("show", "stop", "--schema", "/etc/hosts"), "/etc/hosts is no file of a schema."),
        (("show", "stop", "--schema", "x", "--qemu", "7.2"), "name two QEMUs."),
        (("check", "nowhere"), "nowhere cannot be used: No such file or directory."),
        (("dump", "--qemu", "1.0"), "QEMU 1.0 cannot be provisioned."),
        (("dump", "--qemu", "7.2", "--qemu-binary", "x"), "name two QEMUs."),
        (("dump", "--qemu-binary", "missing"), "missing is no program."),
        (("check", "/dev/null"), "/dev/null holds no command."),
    ],
)
def test_bad_input_is_told(colorunbook: Colorunbook, words: tuple[str, ...], sentence: str) -> None:
    """In one sentence, with exit code 2."""
    ended = colorunbook("schema", *words)
    assert 2 == ended.code
    assert sentence in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"execute": "stop", "arguments": ' * 5000])
def test_what_is_nested_too_deeply_is_told(
    colorunbook: Colorunbook, folder: Path, deep: str
) -> None:
    """As a line of QMP, and in a file of a schema."""
    (folder / "x").write_text(deep)
    ended = colorunbook("schema", "check", "x")
    assert 2 == ended.code
    assert "x:1: the line is no command" in ended.out
    (folder / "x.json.xz").write_bytes(lzma.compress(deep.encode()))
    ended = colorunbook("schema", "show", "stop", "--schema", "x.json.xz")
    assert 2 == ended.code
    assert "x.json.xz is no file of a schema." in ended.err


def test_a_line_for_the_human_monitor_is_judged(colorunbook: Colorunbook, folder: Path) -> None:
    """As one of a runbook is."""
    payload = Payload("human-monitor-command", {"command-line": "drive_ad x"})
    (folder / "x").write_text(payload.text)
    ended = colorunbook("schema", "check", "x")
    assert 2 == ended.code
    assert "the nearest name is 'drive_add'" in ended.out


def test_the_schema_of_another_qemu_refuses_no_line(colorunbook: Colorunbook, folder: Path) -> None:
    """It says what would not fit it."""
    (folder / "x").write_text('{"execute": "stp"}\n')
    ended = colorunbook("schema", "check", "x", "--qemu", "9.0")
    assert 0 == ended.code
    assert "x:1: execute names no command: 'stp'" in ended.out
    assert "1 of 1 command in x would not fit QEMU 7.2.22" in ended.err


def test_a_program_that_is_no_qemu_is_told(colorunbook: Colorunbook, folder: Path) -> None:
    """And nothing is written."""
    ended = colorunbook("schema", "dump", "--qemu-binary", "/bin/true")
    assert 4 == ended.code
    assert "does not answer QMP" in ended.err
    assert [] == list(folder.glob("*.xz"))


def test_show_tells_warnings_and_what_was_checked(colorunbook: Colorunbook) -> None:
    """Under the step, and at the end."""
    rows = colorunbook("show", "prepare-secondary", "--qemu", "10.0").out.splitlines()
    command = next(n for n, row in enumerate(rows) if '"nbd-server-add"' in row)
    assert "     deprecated: the command nbd-server-add" == rows[command + 1]
    assert rows[-1].startswith("Checked offline against the schema of QEMU 10.0.13: ")


def test_show_refuses_what_qemu_would_refuse(colorunbook: Colorunbook, folder: Path) -> None:
    """With the runbook, the step, the path and the nearest name."""
    shelf = shelf_with(folder, "calm-down")
    ended = colorunbook("show", "calm-down", COLORUNBOOK_SHELF=shelf)
    assert (2, "") == (ended.code, ended.out)
    for piece in ("calm-down, step 1", "arguments.x-checkpoint-dely", "'x-checkpoint-delay'"):
        assert piece in ended.err
    shown = colorunbook("show", "calm-down", "--qemu", "9.2", COLORUNBOOK_SHELF=shelf)
    assert 0 == shown.code
    assert "QEMU 7.2.22 would refuse it: arguments.x-checkpoint-dely" in shown.out


def test_render_writes_nothing_that_qemu_would_refuse(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """Of what is printed; what is on no page is told."""
    shelf = shelf_with(folder, "set-checkpoint-delay")
    for more in ((), ("--check",)):
        ended = colorunbook("render", "out", *more, COLORUNBOOK_SHELF=shelf)
        assert 2 == ended.code
        assert "set-checkpoint-delay, step 1" in ended.err
        assert not (folder / "out").exists()


def test_render_tells_of_runbooks_that_are_not_printed(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """They hold nothing up."""
    ended = colorunbook("render", "out", COLORUNBOOK_SHELF=shelf_with(folder, "calm-down"))
    assert 0 == ended.code
    assert "calm-down, which is not printed, would be refused" in ended.err
    assert "Checked offline against the schema of QEMU 11.1.3" in ended.err
    assert "not checked: -cpu" in ended.err
    assert (folder / "out/system/qemu-colo.rst").exists()
