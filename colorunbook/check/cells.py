# SPDX-License-Identifier: GPL-2.0-or-later
"""What a matrix tries: which document, on which QEMU, with which accelerator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colorunbook import shelf
from colorunbook.hosts import Accel, Site
from colorunbook.lab.making import Wanted
from colorunbook.plan import describe, resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version


@dataclass(frozen=True, slots=True)
class Subject:
    """A QEMU that documents are tried on.

    :param wanted: how a lab is told to use it.
    :param version: what it says it is.
    :param origin: where it comes from, for people.
    """

    wanted: Wanted
    version: Version
    origin: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One document on one QEMU.

    :param dialect: what the document is rendered for.
    """

    dialect: Dialect
    subject: Subject
    accel: Accel

    @property
    def is_own(self) -> bool:
        """Whether the document is the one for this very QEMU."""
        return self.dialect.version == self.subject.version

    def __str__(self) -> str:
        own = f"the {self.dialect.edition.value} text"
        text = own if self.is_own else f"{own} for {self.dialect.version}"
        return f"{text} on QEMU {self.subject.version} under {self.accel.value.upper()}"


def cells(
    subjects: Sequence[Subject],
    editions: Sequence[Edition] = tuple(Edition),
    accels: Sequence[Accel] = tuple(Accel),
    *,
    texts: Sequence[Version] = (),
    others: bool = True,
) -> Iterator[Cell]:
    """Each QEMU with its own document, in each edition and with each accelerator.

    :param texts: the documents for these versions instead of each QEMU's own.
    :param others: also each with the documents of the others that are spelled differently, under
        the first accelerator, in the first edition: what happens to whoever follows the wrong one.
    """
    for subject in subjects:
        for text in texts or (subject.version,):
            for edition in editions:
                for accel in accels:
                    yield Cell(Dialect(text, edition), subject, accel)
    if others and not texts:
        for subject in subjects:
            yield from _others(subject, subjects, editions[0], accels[0])


def _others(
    subject: Subject, subjects: Sequence[Subject], edition: Edition, accel: Accel
) -> Iterator[Cell]:
    own = Dialect(subject.version, edition)
    if own.trouble(accel):
        return  # what does not work with its own document tells nothing of another one
    tried = [spelling(own)]
    for other in subjects:
        dialect = Dialect(other.version, edition)
        if spelling(dialect) not in tried:
            tried.append(spelling(dialect))
            yield Cell(dialect, subject, accel)


def spelling(dialect: Dialect) -> tuple[str, ...]:
    """Everything that a document for this dialect tells its reader to type."""
    plans = (resolve(book, Site(), dialect) for book in shelf.runbooks().values())
    return tuple(str(describe(step)["text"]) for plan in plans for step in plan.steps)
