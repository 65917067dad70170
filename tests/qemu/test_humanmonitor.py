# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of the human monitor, as far as a QEMU tells of them."""

import pytest

from colorunbook.qemu.dialect import SCHEMAS
from colorunbook.qemu.humanmonitor import judge
from colorunbook.qemu.judgement import Problem, Unchecked
from colorunbook.qemu.knowledge import knowledge

REPLICA = "driver=replication,mode=primary,file.driver=nbd,file.host=h,file.port=1,node-name=r"


@pytest.mark.parametrize("line", ["info", "cont", "c", f"drive_add -n buddy {REPLICA}"])
def test_nothing_is_said_of_what_is_right(line: str) -> None:
    """Commands without words of their own, and disks."""
    for version in SCHEMAS:
        assert [] == list(judge(line, knowledge(version)))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("drive_ad x", "command-line names no command: 'drive_ad'; the nearest name is"
                       " 'drive_add'."),
        ("drive_del", "command-line needs words after drive_del: device."),
        ("drive_add -n buddy driver=nbd", "drive_add node-name is missing."),
        ("drive_add -n buddy", "drive_add has '' where name=value is needed."),
        (f"drive_add -n buddy {REPLICA},mod=x",
         "drive_add mod is not a member that is known there; the nearest name is 'mode'."),
        (f"drive_add -n buddy {REPLICA.replace('primary', 'first')}",
         "drive_add mode is one of primary, secondary, not 'first'."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(line: str, sentence: str) -> None:
    """An unknown command, a missing word, and a disk's options."""
    found = [str(each) for each in judge(line, knowledge(SCHEMAS[-1])) if isinstance(each, Problem)]
    assert [sentence] == found


def test_the_words_of_other_commands_are_not_judged() -> None:
    """And that is said."""
    (found,) = judge("drive_del replication0", knowledge(SCHEMAS[0]))
    assert isinstance(found, Unchecked)
    assert "drive_del replication0" == found.what
