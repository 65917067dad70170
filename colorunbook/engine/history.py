# SPDX-License-Identifier: GPL-2.0-or-later
"""The journals of a folder: which there are, and which of their runs still go on."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from colorunbook.engine.lock import is_taken
from colorunbook.errors import InputError
from colorunbook.story import reader
from colorunbook.story.model import Story, Verdict

LAST: Final = "last"
"""What the newest run may be called."""

_SUFFIX: Final = ".jsonl"
_SHOWN: Final = 3


def read(path: Path) -> Story:
    """What a journal tells; a run that has no end is asked for by its lock.

    :raises InputError: it cannot be read, or is no journal.
    """
    story = reader.read(path)
    if story.verdict is Verdict.UNFINISHED and _goes_on(path):
        # It may have ended in between, and then says how.
        story = reader.read(path)
        if story.verdict is Verdict.UNFINISHED:
            return replace(story, verdict=Verdict.RUNNING)
    return story


def journals(folder: Path) -> tuple[Path, ...]:
    """The journals of a folder, the newest first; none where there is no folder.

    :raises InputError: it cannot be read.
    """
    try:
        found = [path for path in folder.iterdir() if path.suffix == _SUFFIX and path.is_file()]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputError(
            f"The folder {folder} cannot be read: {error.strerror}.", "Name another with --state."
        ) from error
    return tuple(sorted(found, key=lambda path: path.name, reverse=True))


def find(name: str, folder: Path) -> Path:
    """The journal that is meant.

    :param name: a run, the beginning of one, ``last``, or the path of a file.
    :raises InputError: there is none, or several are meant.
    """
    found = journals(folder)
    if name == LAST and found:
        return found[0]
    meant = [path for path in found if path.stem.startswith(name)] if name else []
    exact = [path for path in meant if path.stem == name]
    if len(exact or meant) == 1:
        return (exact or meant)[0]
    if len(meant) > 1:
        shown = ", ".join(path.stem for path in meant[:_SHOWN])
        more = f" and {len(meant) - _SHOWN} more" if len(meant) > _SHOWN else ""
        raise InputError(f"{name!r} begins several runs: {shown}{more}.", "Give more of it.")
    if "/" in name or name.endswith(_SUFFIX):
        return Path(name)
    raise InputError(
        f"There is no run {name!r} in {folder}.", "'colorunbook history' lists those there are."
    )


def _goes_on(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return is_taken(fd)
    finally:
        os.close(fd)
