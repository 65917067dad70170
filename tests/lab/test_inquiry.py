# SPDX-License-Identifier: GPL-2.0-or-later
"""What QEMU prints of itself, read."""

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
