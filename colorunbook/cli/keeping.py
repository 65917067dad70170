# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a matrix keeps what was seen."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from colorunbook.cli.console import paint, say
from colorunbook.errors import InputError, Unavailable
from colorunbook.records import Record, Verdict
from colorunbook.render.files import Change, write


class Keeping:
    """Where records are kept; where that fails, what was seen is still shown.

    :param folder: ``None``: nowhere.
    :raises InputError: they cannot be kept there, which is found out before any work is done.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._lost: list[InputError] = []
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=folder, prefix=".") as trial:
                trial.write(b"x" * 65536)
                trial.flush()
        except OSError as error:
            raise InputError(
                f"Records cannot be kept in {folder}: {error.strerror}.", "Give another folder."
            ) from error

    def keep(self, record: Record) -> None:
        """Put what was seen on the disk, whole or not at all."""
        if self.folder is None or record.verdict is Verdict.NOT_TRIED:
            return
        try:
            write([Change(self.folder / f"{record.name}.json", None, record.text)])
        except InputError as error:
            self._lost.append(error)
            say(f"         {paint('not recorded', 'bad')}: {error}")

    def must_be_whole(self) -> None:
        """See that every record was kept.

        :raises Unavailable: one was not.
        """
        if self._lost:
            count = len(self._lost)
            missing = "1 record is missing" if count == 1 else f"{count} records are missing"
            raise Unavailable(f"{missing}. {self._lost[0].message}", self._lost[0].advice)
