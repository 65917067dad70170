# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured of a guest, once, on one machine; kept in a file of JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from colorunbook.errors import InputError
from colorunbook.lab.accel import Accelerator
from colorunbook.qemu.payload import Json, is_object, read_json


@dataclass(frozen=True, slots=True)
class Boots:
    """What came of booting it with one accelerator, once or several times.

    :ivar reason: how it was seen whether the guest came up, as a sentence.
    :ivar seconds: of each boot, from the start of QEMU until the guest said that it is up; none
        where it did not come up.
    """

    accelerator: Accelerator
    reason: str
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of a guest.

    :ivar date: the day, as in ``2026-11-25``.
    :ivar recipe: the key of its recipe.
    :ivar kernel: as ``uname -r`` says it.
    :ivar packages: what it consists of, each as ``NAME VERSION``.
    :ivar size: of the disk's file, in bytes.
    :ivar virtual_size: of the disk as the guest sees it, in bytes.
    :ivar seconds: how long it took to make, downloads and all.
    :ivar qemu: the version of the QEMU that booted it.
    :ivar processors: how many the machine had.
    :ivar load: the machine's load average when it began.
    """

    date: str
    recipe: str
    kernel: str
    packages: tuple[str, ...]
    size: int
    virtual_size: int
    seconds: float
    qemu: str
    processors: int
    load: float
    boots: tuple[Boots, ...]

    @property
    def text(self) -> str:
        """As it stands in its file."""
        return json.dumps(asdict(self), indent=1) + "\n"


def read(path: Path) -> Figures:
    """Read what was measured.

    :raises InputError: it cannot be read, or is something else.
    """
    try:
        told = read_json(path.read_text(encoding="utf-8"))
        return _figures(told)
    except (OSError, KeyError, TypeError, ValueError, InputError) as error:
        raise InputError(
            f"{path} holds no figures of a guest: {error}.", "Make it anew: ./run guest"
        ) from error


def _figures(told: Json) -> Figures:
    if not is_object(told):
        raise TypeError("it is no object")
    boots = told["boots"]
    packages = told["packages"]
    if not isinstance(boots, list) or not isinstance(packages, list):
        raise TypeError("boots and packages are lists")
    return Figures(
        date=str(told["date"]),
        recipe=str(told["recipe"]),
        kernel=str(told["kernel"]),
        packages=tuple(map(str, packages)),
        size=int(_number(told["size"])),
        virtual_size=int(_number(told["virtual_size"])),
        seconds=_number(told["seconds"]),
        qemu=str(told["qemu"]),
        processors=int(_number(told["processors"])),
        load=_number(told["load"]),
        boots=tuple(map(_boots, boots)),
    )


def _boots(told: Json) -> Boots:
    if not is_object(told):
        raise TypeError("a boot is no object")
    seconds = told["seconds"]
    if not isinstance(seconds, list):
        raise TypeError("the seconds of boots are a list")
    name = Accelerator(str(told["accelerator"]))
    return Boots(name, str(told["reason"]), tuple(map(_number, seconds)))


def _number(told: Json) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise TypeError(f"{told!r} is no number")
    return told
