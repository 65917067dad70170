# SPDX-License-Identifier: GPL-2.0-or-later
"""What a matrix tries."""

from colorunbook.check.cells import Cell, Subject, cells, spelling
from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Dialect, Edition, Version

NEW, OLD, OLDER, BROKEN = (
    Subject(None, Version.parse(version), "nowhere")
    for version in ("11.1.3", "10.0.13", "7.2.22", "10.0.2")
)


def texts(found: list[Cell], subject: Subject) -> list[str]:
    """The versions of the documents that a QEMU is tried with besides its own."""
    return [str(c.dialect.version) for c in found if c.subject == subject and not c.is_own]


def test_each_qemu_has_its_own_document_in_each_edition_with_each_accelerator() -> None:
    """And in this order."""
    found = list(cells([NEW, OLD], others=False))
    assert 2 * len(Edition) * len(Accel) == len(found)
    assert all(cell.is_own for cell in found)


def test_each_qemu_meets_the_documents_of_the_others() -> None:
    """Once each, under one accelerator and in one edition."""
    found = list(cells([NEW, OLD, OLDER]))
    assert ["10.0.13", "7.2.22"] == texts(found, NEW)
    assert ["11.1.3", "7.2.22"] == texts(found, OLD)
    assert ["11.1.3", "10.0.13"] == texts(found, OLDER)


def test_documents_that_say_the_same_are_tried_once() -> None:
    """10.0.2 and 10.0.13 are spelled alike; and what is broken with its own needs no other."""
    found = list(cells([NEW, OLD, BROKEN]))
    assert spelling(Dialect(OLD.version)) == spelling(Dialect(BROKEN.version))
    assert ["10.0.13"] == texts(found, NEW)
    assert [] == texts(found, BROKEN)


def test_a_document_can_be_chosen() -> None:
    """Then it is the only one."""
    chosen = [Version.parse("10.0")]
    found = list(cells([NEW], [Edition.HMP], [Accel.KVM], texts=chosen))
    assert ["10.0.0"] == [str(cell.dialect.version) for cell in found]
    assert "the hmp text for 10.0.0 on QEMU 11.1.3 under KVM" == str(found[0])
