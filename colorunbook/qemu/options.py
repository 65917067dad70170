# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's option strings, ``kind,name=value,...``, both ways: a comma in a value is doubled."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from colorunbook.qemu.shell import Part, Variable, Word


@dataclass(frozen=True, slots=True)
class InFolder:
    """A file in a folder that the document names by a shell variable."""

    folder: Variable
    name: str

    @property
    def parts(self) -> tuple[Part, ...]:
        """As a word of its own: ``$imagefolder/primary.qcow2``."""
        return (self.folder, f"/{self.name}")


Value = str | Variable | InFolder
Pair = tuple[str, Value]


def join(head: str, pairs: Iterable[Pair]) -> Word:
    """Spell an option string.

    Where a folder that a shell variable names has commas, the shell is told to double them.

    :param head: the leading kind, as in ``socket``; empty when the string has none.
    """
    parts: list[Part] = [head] if head else []
    for name, value in pairs:
        parts.append(f",{name}=" if parts else f"{name}=")
        parts.extend(_value(value))
    return Word.of(*parts)


def split(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Read an option string: the leading kind (empty when there is none) and the pairs in order."""
    marker = "\0"
    pieces = text.replace(",,", marker).split(",")
    pieces = [piece.replace(marker, ",") for piece in pieces]
    head = "" if "=" in pieces[0] else pieces.pop(0)
    return head, tuple((name, value) for name, _, value in (p.partition("=") for p in pieces))


def double_commas(text: str) -> str:
    """Escape a value for an option string."""
    return text.replace(",", ",,")


def _value(value: Value) -> tuple[Part, ...]:
    if isinstance(value, str):
        return (double_commas(value),)
    if isinstance(value, Variable):
        return (value,)
    folder = value.folder
    doubled = "," in folder.value + folder.also
    return (replace(folder, doubled=doubled), f"/{double_commas(value.name)}")
