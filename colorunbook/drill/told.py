# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON that was read back, looked at before it is believed; whatever is wrong is named."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn, TypeVar

from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json, JsonObject, is_object

_Kind = TypeVar("_Kind", bound=StrEnum)
_Value = TypeVar("_Value")
_MOST = 1e15
"""No number of a drill is as large; not a number at all is none either."""


@dataclass(frozen=True, slots=True)
class Told:
    """An object of JSON, and where it stands.

    Each method reads one member, and raises :class:`~colorunbook.errors.InputError` where it is
    absent or of another kind.
    """

    where: str
    value: JsonObject

    @classmethod
    def of(cls, value: Json, where: str) -> "Told":
        """Take a value for an object.

        :raises InputError: it is none.
        """
        if not is_object(value):
            raise InputError(f"{where} is no object.")
        return cls(where, value)

    def fail(self, name: str, what: str) -> NoReturn:
        """Say what a member is not.

        :raises InputError: always.
        """
        state = "is missing" if name not in self.value else f"is no {what}"
        raise InputError(f"{self.where}: {name} {state}.")

    def text(self, name: str) -> str:
        """A text; half a character in it is replaced, so that it can be written again."""
        value = self.value.get(name)
        if not isinstance(value, str):
            self.fail(name, "text")
        return value.encode(errors="replace").decode()

    def whole(self, name: str, least: int = 0) -> int:
        """A whole number that is not less than the least one."""
        value = self.value.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**63:
            self.fail(name, f"whole number from {least}")
        return value

    def number(self, name: str) -> float:
        """A number, a time in seconds for instance."""
        value = self.value.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MOST:
            self.fail(name, "number")
        return float(value)

    def seconds(self, name: str) -> float:
        """How long something took."""
        value = self.number(name)
        return value if value >= 0 else self.fail(name, "time that something takes")

    def truth(self, name: str) -> bool:
        """True or false."""
        value = self.value.get(name)
        return value if isinstance(value, bool) else self.fail(name, "true or false")

    def one_of(self, name: str, kind: type[_Kind]) -> _Kind:
        """A word of a list of words."""
        text = self.text(name)
        try:
            return kind(text)
        except ValueError:
            known = ", ".join(each.value for each in kind)
            raise InputError(f"{self.where}: {name} is none of {known}.") from None

    def maybe(self, name: str, read: Callable[[str], _Value]) -> _Value | None:
        """What a method of this object reads, or ``None``; it has to be there all the same."""
        if name not in self.value:
            self.fail(name, "value")
        return None if self.value[name] is None else read(name)

    def items(self, name: str) -> list[Json]:
        """A list of anything."""
        value = self.value.get(name)
        return value if isinstance(value, list) else self.fail(name, "list")

    def table(self, name: str) -> "Told":
        """An object in it."""
        value = self.value.get(name)
        if not is_object(value):
            self.fail(name, "object")
        return Told(f"{self.where}: {name}", value)

    def tables(self, name: str) -> tuple["Told", ...]:
        """A list of objects in it."""
        return tuple(
            Told.of(item, f"{self.where}: {name}[{at}]") for at, item in enumerate(self.items(name))
        )
