# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reproducer is, and how one is tried on one QEMU."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from benchmarks.findings.record import Attempt, Finding, Kind, Seen, Words
from benchmarks.findings.scene import Scene
from colorunbook.lab import genesis, runtime
from colorunbook.lab.provision import Release, provision
from colorunbook.lab.tree import Tree
from colorunbook.qemu.payload import is_object, read_json

_AGAIN: Final = 10

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Chance:
    """What one attempt is made with.

    :param debug: gdb may be asked where QEMU is.
    """

    release: Release
    tree: Tree
    tell: Tell
    debug: bool


Play = Callable[[Chance], Attempt]


def in_scene(play: Callable[[Scene], Attempt]) -> Play:
    """An attempt in a scene in which nothing has happened yet."""

    def played(chance: Chance) -> Attempt:
        with scene(chance.tree, debug=chance.debug) as new:
            return play(new)

    return played


@dataclass(frozen=True, slots=True)
class Reproducer:
    """Makes something happen that a QEMU should not do.

    :param name: of the finding, and of its file.
    :param play: one attempt, in a lab of its own.
    :param accel: what its guest runs with; empty: there is no guest.
    :param releases: the QEMUs that it can be seen on, or seen to be mended; empty: all.
    :param watched: gdb has to look on from before, which may change what happens.
    :param attempts: how many are made, unless somebody says otherwise.
    """

    name: str
    words: Words
    play: Play
    accel: str = ""
    releases: tuple[str, ...] = ()
    watched: bool = False
    attempts: int = 3

    @property
    def finding(self) -> Finding:
        """The finding, with nothing seen of it yet."""
        return Finding(self.name, self.words)


def tried(reproducer: Reproducer, wanted: Release, attempts: int, tell: Tell) -> Seen:
    """Try it so many times on one QEMU, each time in a lab of its own.

    What gdb has to watch is made to happen once more before its eyes; that one is not counted.

    :raises ColorunbookError: this machine has no lab, or a QEMU that is wanted does not come up.
    """
    tree = provision(wanted=wanted)
    chance = Chance(wanted, tree, tell, debug=True)
    made = list[Attempt]()
    for number in range(1, attempts + 1):
        made.append(reproducer.play(replace(chance, debug=not reproducer.watched)))
        tell(f"{reproducer.name}, QEMU {tree.version}, {number} of {attempts}: {made[-1].outcome}")
    telling = next((each for each in made if each.shown), made[0])
    if telling.shown and reproducer.watched:
        telling = replace(telling, backtrace=_watched(reproducer, chance))
    return Seen(
        tree.version,
        _package(telling),
        reproducer.accel,
        f"{datetime.now(UTC):%Y-%m-%d}",
        sum(each.shown for each in made),
        attempts,
        telling,
    )


def _watched(reproducer: Reproducer, chance: Chance) -> tuple[str, ...]:
    """The calls in which QEMU was; what happens now and then may not happen before gdb's eyes."""
    again = (reproducer.play(chance).backtrace for _ in range(_AGAIN))
    return next(filter(None, again), ())


@contextmanager
def scene(tree: Tree, *, debug: bool = False) -> Iterator[Scene]:
    """A scene with nothing in it yet, whose QEMUs are those of a tree.

    :param debug: gdb may be asked where they are.
    """
    folder = runtime.folder_of(f"finding-{os.getpid()}")
    genesis.sweep(folder.parent)
    with genesis.create(tree, folder) as world:
        own = folder / "d"
        own.mkdir()
        yield Scene(world, own, debug)


def _package(attempt: Attempt) -> str:
    """What QEMU's greeting calls the package that it is of."""
    for line in attempt.lines:
        if line.kind is Kind.CAME and '"QMP"' in line.text:
            greeting = read_json(line.text)
            told = greeting.get("QMP") if is_object(greeting) else None
            version = told.get("version") if is_object(told) else None
            return str(version.get("package", "")) if is_object(version) else ""
    return ""
