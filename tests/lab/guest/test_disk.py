# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's disk: its first sector, and what the boot loader reads."""

import struct

from colorunbook.lab.guest.disk import DATA, SIZE, boot_record, configuration

SECTOR = 512


def partitions(record: bytes) -> list[tuple[int, int, int, int]]:
    """What firmware reads: flag, kind, first sector and number of sectors, of each partition."""
    rows = (struct.unpack_from("<B3xB3xII", record, 446 + 16 * n) for n in range(4))
    return [(flag, kind, first, count) for flag, kind, first, count in rows if count]


def test_the_record_is_one_that_firmware_starts() -> None:
    """One sector, with the mark at its end and the code at its beginning."""
    record = boot_record(b"code")
    assert SECTOR == len(record)
    assert b"\x55\xaa" == record[-2:]
    assert b"code\0" == record[:5]


def test_the_first_partition_is_started() -> None:
    """One to boot from, which is active, and one for data that fills the rest."""
    (boot, data) = partitions(boot_record(b""))
    assert (0x80, 0x06, 2048, DATA // SECTOR - 2048) == boot
    assert (0, 0x83, DATA // SECTOR, (SIZE - DATA) // SECTOR) == data


def test_the_partition_of_data_is_where_it_is_said_to_be() -> None:
    """Whoever looks into the disk from outside goes by this number."""
    assert DATA == partitions(boot_record(b""))[1][2] * SECTOR


def test_the_boot_loader_asks_nobody() -> None:
    """It starts the kernel with its words at once."""
    lines = [line.strip() for line in configuration("quiet x=1").splitlines()]
    assert {"PROMPT 0", "TIMEOUT 0", "APPEND quiet x=1", "INITRD initrd.gz"} <= set(lines)
