# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's disk: a partition to boot from, one for data, made by tools that work on files.

=========  ========================================================
from byte  what is there
=========  ========================================================
0          a boot record that starts the active partition, and the table of partitions
1 MiB      a FAT file system with the boot loader, the kernel and its first root
17 MiB     an ext4 file system for data, empty
=========  ========================================================
"""

import struct
from pathlib import Path

from colorunbook.lab.guest.workshop import Workshop

_SECTOR = 512
_MIB = 1 << 20

#: The size of the disk, in bytes.
SIZE = 64 * _MIB

#: Where the file system of data begins on the disk, in bytes.
DATA = 17 * _MIB

_BOOT = _MIB
_FAT16, _LINUX = 0x06, 0x83
_PARTITION = struct.Struct("<B3sB3sII")

# Sectors by head and cylinder are what no firmware of this age asks for.
_NOWHERE = b"\xfe\xff\xff"


def make(workshop: Workshop, kernel: bytes, root: bytes, command_line: str) -> Path:
    """Make the disk, in qcow2.

    :param kernel: the kernel's file.
    :param root: its first root file system.
    :param command_line: what it is told.
    :raises Unavailable: a tool failed.
    """
    raw = workshop.path("disk.img")
    with raw.open("wb") as file:
        file.truncate(SIZE)
    files = {
        "vmlinuz": kernel,
        "initrd.gz": root,
        "syslinux.cfg": configuration(command_line).encode("ascii"),
    }
    for name, data in files.items():
        workshop.path(name).write_bytes(data)
    first = str(_BOOT // _SECTOR)
    workshop.run(
        *("mkfs.fat", "-F", "16", "--offset", first, "-h", first, "-n", "BOOT"),
        *("disk.img", str((DATA - _BOOT) // 1024)),
    )
    workshop.run("mcopy", "-i", f"disk.img@@{_BOOT}", *files, "::")
    workshop.run("syslinux", "--install", "--offset", str(_BOOT), "disk.img")
    workshop.run(
        # A large journal would be most of what is copied to the other host.
        *("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^metadata_csum,^64bit", "-J", "size=4"),
        *("-L", "DATA", "-E", f"offset={DATA}", "disk.img", f"{(SIZE - DATA) // 1024}k"),
    )
    with raw.open("r+b") as file:
        file.write(boot_record(workshop.file("usr/lib/syslinux/mbr/mbr.bin").read_bytes()))
    workshop.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "disk.img", "disk.qcow2")
    return workshop.path("disk.qcow2")


def configuration(command_line: str) -> str:
    """What the boot loader reads: it starts the one kernel at once."""
    return (
        "DEFAULT linux\nPROMPT 0\nTIMEOUT 0\n"
        f"LABEL linux\n KERNEL vmlinuz\n INITRD initrd.gz\n APPEND {command_line}\n"
    )


def boot_record(code: bytes) -> bytes:
    """The first sector of the disk.

    :param code: what the firmware starts, up to 440 bytes.
    """
    partitions = (
        _PARTITION.pack(0x80, _NOWHERE, _FAT16, _NOWHERE, *_sectors(_BOOT, DATA)),
        _PARTITION.pack(0, _NOWHERE, _LINUX, _NOWHERE, *_sectors(DATA, SIZE)),
    )
    table = b"".join(partitions).ljust(64, b"\0")
    return code.ljust(440, b"\0") + b"COLO\0\0" + table + b"\x55\xaa"


def _sectors(start: int, end: int) -> tuple[int, int]:
    """The first sector of a range of bytes, and how many there are."""
    return start // _SECTOR, (end - start) // _SECTOR
