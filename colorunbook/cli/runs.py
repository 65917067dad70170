# SPDX-License-Identifier: GPL-2.0-or-later
"""Which run is meant, and where the journals of all runs are."""

from pathlib import Path
from typing import Annotated

import typer

from colorunbook.cli.way import state_folder
from colorunbook.engine.history import LAST, find, journals, read
from colorunbook.errors import ColorunbookError
from colorunbook.story.model import Story


def _complete_run(ctx: typer.Context, incomplete: str) -> list[str]:
    state = ctx.params.get("state")
    try:
        found = journals(Path(state) if state else state_folder())
    except ColorunbookError:
        return []
    names = [LAST, *(path.stem for path in found)]
    return [name for name in names if name.startswith(incomplete)]


RUN = typer.Argument(
    metavar="RUN",
    help="A run, the beginning of its name, 'last', or the path of a journal.",
    autocompletion=_complete_run,
)
StateFolder = Annotated[
    Path | None,
    typer.Option("--state", metavar="DIR", help="Folder of the journals of all runs."),
]
Utc = Annotated[bool, typer.Option("--utc", help="Tell times in UTC, not in local time.")]


def folder(state: Path | None) -> Path:
    """Where the journals are."""
    return state or state_folder()


def story_of(run: str, state: Path | None) -> Story:
    """What the journal of a run tells.

    :raises InputError: there is no such run, or its journal cannot be read.
    """
    return read(find(run, folder(state)))
