# SPDX-License-Identifier: GPL-2.0-or-later
"""What one QEMU told of itself, kept in a file so that nobody has to ask it again.

``colorunbook schema dump`` makes the file from a live QEMU. Those of the versions that colorunbook
knows are shipped in ``schemas/``, one each, named by the version.
"""

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from colorunbook.errors import InputError
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Json, JsonObject, is_object
from colorunbook.qemu.schema import Schema

FOLDER = Path(__file__).parent / "schemas"
SUFFIX = ".json.xz"

LARGEST = 2**26
"""Bytes that a file may unpack to: a few kilobytes can be made to hold gigabytes."""

Names = Mapping[str, str]


@dataclass(frozen=True)
class Knowledge:
    """One QEMU's own account of itself.

    :param told: as it is in the file; see :mod:`colorunbook.lab.inquiry` for who answered what.
    :raises InputError: it has no version, or no schema.
    """

    told: JsonObject

    def __post_init__(self) -> None:
        Version.parse(str(self.told.get("version")))
        if not self.schema.commands:
            raise InputError("This is no QAPI schema.", "query-qmp-schema returns one.")

    @property
    def version(self) -> Version:
        """The version that answered."""
        return Version.parse(str(self.told.get("version")))

    @property
    def package(self) -> str:
        """Whose build of it answered."""
        return str(self.told.get("package", ""))

    @cached_property
    def schema(self) -> Schema:
        """What its QMP takes (``query-qmp-schema``).

        :raises InputError: the file holds none.
        """
        return Schema(self.told.get("schema"))

    @cached_property
    def options(self) -> Mapping[str, Names]:
        """The parameters of the option groups and their types (``query-command-line-options``)."""
        return {name: _names(group) for name, group in self._table("options").items()}

    @cached_property
    def objects(self) -> Mapping[str, Names | None]:
        """The properties of what ``object-add`` makes, and their types (``qom-list-properties``).

        ``None`` where QEMU died of the question: see :mod:`colorunbook.lab.inquiry`.
        """
        return _types(self._table("objects"))

    @cached_property
    def devices(self) -> Mapping[str, Names | None]:
        """The properties of each device and their types (``device-list-properties``)."""
        return _types(self._table("devices"))

    @cached_property
    def aliases(self) -> Names:
        """Other names of devices (``-device help``)."""
        return _names(self._table("aliases"))

    @cached_property
    def flags(self) -> Mapping[str, bool]:
        """Each option of the command line, and whether a value follows it (``-help``)."""
        return {name: value is True for name, value in self._table("flags").items()}

    @cached_property
    def monitor(self) -> Names:
        """Each command of the human monitor, and its arguments as its ``help`` shows them."""
        return _names(self._table("monitor"))

    @cached_property
    def accelerators(self) -> tuple[str, ...]:
        """What ``-accel`` can name (``-accel help``)."""
        found = self.told.get("accelerators")
        return tuple(str(name) for name in found) if isinstance(found, list) else ()

    def _table(self, name: str) -> JsonObject:
        found = self.told.get(name)
        return found if is_object(found) else {}


def _names(value: Json) -> Names:
    return {name: str(kind) for name, kind in value.items()} if is_object(value) else {}


def _types(table: JsonObject) -> Mapping[str, Names | None]:
    return {name: None if found is None else _names(found) for name, found in table.items()}


def pack(told: JsonObject) -> bytes:
    """The bytes of a file; the same ones for the same QEMU."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def read(path: Path) -> Knowledge:
    """Read a file that ``colorunbook schema dump`` has made.

    :raises InputError: it cannot be read, or is another file.
    """
    try:
        told: Json = json.loads(_unpacked(path))
        return Knowledge(told if is_object(told) else {})
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (lzma.LZMAError, EOFError, ValueError, RecursionError, InputError) as error:
        advice = "Make one with 'colorunbook schema dump'."
        raise InputError(f"{path} is no file of a schema.", advice) from error


def _unpacked(path: Path) -> bytes:
    with lzma.open(path) as stream:
        text = stream.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise ValueError(f"it unpacks to more than {LARGEST} bytes")
    return text


def path_of(version: Version) -> Path:
    """The shipped file of a version."""
    return FOLDER / f"{version}{SUFFIX}"


def shipped() -> tuple[Version, ...]:
    """The versions that have a file, the oldest first."""
    names = (path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}"))
    return tuple(sorted(Version.parse(name) for name in names))


@cache
def knowledge(version: Version) -> Knowledge:
    """What is shipped of a version: :attr:`colorunbook.qemu.dialect.Dialect.schema` names it.

    :raises InputError: nothing is.
    """
    return read(path_of(version))
