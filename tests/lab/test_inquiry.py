# SPDX-License-Identifier: GPL-2.0-or-later
"""What QEMU prints of itself, read."""

from pathlib import Path
from time import monotonic

import pytest

from colorunbook.errors import InputError, Unavailable
from colorunbook.lab import inquiry
from colorunbook.lab.inquiry import flags, monitor_commands

HELP = """\
usage: qemu-system-x86_64 [options] [disk_image]

Standard options:
-h or -help     display this help and exit
-m [size=]megs[,slots=n,maxmem=size]
                -not-an-option in an explanation
-hda/-hdb file  use 'file' as hard disk 0/1 image
-no-user-config
                do not load default user-provided config files
-dtb    file    use 'file' as device tree image
-S              freeze CPU at startup (use 'c' to start execution)
"""

MONITOR = """\
announce_self [interfaces] [id] -- Trigger GARP/RARP announcements
block_job_cancel [-f] device -- stop an operation (use -f
\t\t\t if you want to abort -- at once)
cont|c  -- resume emulation
drive_add [-n] [[<domain>:]<bus>:]<slot>
[file=file][,if=type] -- add drive to PCI storage controller
"""


def test_options_are_read_with_whether_a_value_follows() -> None:
    """The explanation has a column of its own."""
    assert {
        "-h": False,
        "-help": False,
        "-m": True,
        "-hda": True,
        "-hdb": True,
        "-no-user-config": False,
        "-dtb": True,
        "-S": False,
    } == flags(HELP)


def test_commands_of_the_monitor_are_read_with_their_words() -> None:
    """Each name of a command, and words on more than one line."""
    assert {
        "announce_self": "[interfaces] [id]",
        "block_job_cancel": "[-f] device",
        "cont": "",
        "c": "",
        "drive_add": "[-n] [[<domain>:]<bus>:]<slot> [file=file][,if=type]",
    } == monitor_commands(MONITOR)


def program(folder: Path, *lines: str) -> tuple[str]:
    """A script that is asked in the place of a QEMU."""
    path = folder / "qemu"
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return (str(path),)


@pytest.mark.parametrize(
    "line",
    [
        "sleep 60",  # a child that keeps the pipe when its shell is killed
        "exec sleep 60",
        """while :; do printf '{"event": 1'; sleep 0.1; done""",
        """while :; do echo '{"event": 1}'; sleep 0.1; done""",
    ],
)
def test_an_answer_has_a_bound(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is silent, or says other things for ever; nothing of it is left."""
    monkeypatch.setattr(inquiry, "PATIENCE", 0.5)
    mark = f"colorunbook-{tmp_path.name}"
    begun = monotonic()
    with pytest.raises(Unavailable, match="does not answer QMP"):
        inquiry.Qemu((*program(tmp_path, """echo '{"QMP": 1}'""", line), mark))
    assert monotonic() - begun < 5
    words = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not any(mark.encode() in each for each in words)


def test_who_answers_otherwise_is_no_qemu(tmp_path: Path) -> None:
    """With a sentence, and not with an error inside."""
    odd = """echo '{"QMP": 1}'; while read x; do echo '{"return": [1, {"a": 2}]}'; done"""
    with pytest.raises(InputError, match="there is no 'name'"):
        inquiry.inquire(program(tmp_path, odd))
