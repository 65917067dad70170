# SPDX-License-Identifier: GPL-2.0-or-later
"""The file that a client writes its requests into, a line each, without delay."""

from collections.abc import Callable
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from colorunbook.drill.requests import Request
from colorunbook.errors import InputError, Unavailable


class Notebook:
    """A file of this client alone: what was written stays, however the client ends.

    :param fail: is called when a line cannot be written; leaving the context then raises.
    :raises InputError: the file is there already, or cannot be made.
    """

    def __init__(self, path: Path, fail: Callable[[], None]) -> None:
        self._path, self._fail = path, fail
        self._failure = ""
        try:
            self._file = FileIO(path, "x")
        except (OSError, ValueError) as error:
            raise InputError(
                f"The client's file {path} cannot be made: {_why(error)}.",
                "Name one that is not there.",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file.

        :raises Unavailable: a line could not be written.
        """
        self._file.close()
        if self._failure and error is None:
            raise Unavailable(
                f"The client could not write to {self._path}: {self._failure}.",
                "Make room for it, and run the drill anew.",
            )

    def write(self, request: Request) -> None:
        """Write a line; once one could not be written, nothing is written any more."""
        line = request.line.encode()
        if self._failure:
            return
        try:
            if self._file.write(line) != len(line):
                self._failure = "only a part of a line has found room"
        except OSError as error:
            self._failure = _why(error)
        if self._failure:
            self._fail()


def _why(error: OSError | ValueError) -> str:
    words = error.strerror if isinstance(error, OSError) else None
    return words or f"{error}"
