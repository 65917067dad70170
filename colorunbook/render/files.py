# SPDX-License-Identifier: GPL-2.0-or-later
"""What would change on disk: compared first, written whole or not at all."""

import difflib
import errno
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from colorunbook.errors import InputError

_ADVICE = {
    errno.EACCES: "Choose a folder that you may write to.",
    errno.EPERM: "Choose a folder that you may write to.",
    errno.EROFS: "Choose a folder that can be written to.",
    errno.ENOSPC: "Make room and say it again; no file is half written.",
    errno.EDQUOT: "Make room and say it again; no file is half written.",
    errno.ENOTDIR: "Give a folder, or a name that is free.",
    errno.EEXIST: "Give a folder, or a name that is free.",
    errno.EISDIR: "Move that folder away.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A file that does not say what it should.

    :param old: its text now; ``None`` when there is no such file.
    :param new: the text it should have.
    """

    path: Path
    old: str | None
    new: str

    @property
    def diff(self) -> str:
        """A unified diff; empty when the file is right."""
        before = "" if self.old is None else self.old
        origin = "/dev/null" if self.old is None else str(self.path)
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in difflib.unified_diff(
                before.splitlines(keepends=True),
                self.new.splitlines(keepends=True),
                origin,
                str(self.path),
            )
        )


def read(path: Path) -> str | None:
    """The text of a file, line ends as they are; ``None`` when there is no such file.

    :raises InputError: it is no text file, or cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text.", "Move that file away.") from None
    except OSError as error:
        raise _refusal(path, "read", error) from error


def write(changes: Iterable[Change]) -> None:
    """Bring files to their new text, each at once; folders that are missing are made.

    :raises InputError: a file cannot be written; it is then as it was.
    """
    for change in changes:
        if change.old != change.new:
            try:
                _replace(change.path.resolve(), change.new.encode())
            except OSError as error:
                raise _refusal(change.path, "written", error) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write one file, at once; what is there and is no file, such as a pipe, is written to.

    :raises InputError: it cannot be written; a file is then as it was.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(path.resolve(), data)
    except OSError as error:
        raise _refusal(path, "written", error) from error


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _refusal(path: Path, done: str, error: OSError) -> InputError:
    reason = error.strerror or type(error).__name__
    where = Path(error.filename or path)
    at = "" if where.parent == path.parent else f" ({where})"
    advice = _ADVICE.get(error.errno or 0, "Choose another place.")
    return InputError(f"{path} cannot be {done}: {reason}{at}.", advice)
