# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook history``: what was run, when, and how it went."""

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated

import typer

from colorunbook.cli.console import duration, give, give_json, printable, say
from colorunbook.cli.options import AsJson
from colorunbook.cli.retelling import retell
from colorunbook.cli.runs import RUN, StateFolder, Utc, folder, story_of
from colorunbook.engine.history import journals, read
from colorunbook.errors import InputError
from colorunbook.hosts import Role
from colorunbook.qemu.payload import JsonObject
from colorunbook.story.model import Story
from colorunbook.story.words import clock

EPILOG = """
Examples:

  colorunbook history

  colorunbook history last --verbose

  colorunbook history 20261125T1015 --json
"""

_HEADING = ("RUN", "BEGAN", "PRIMARY", "SECONDARY", "STEPS", "TOOK", "VERDICT")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(history)


def history(
    run: Annotated[str | None, RUN] = None,
    most: Annotated[
        int, typer.Option("-n", metavar="N", min=0, help="List at most N runs; 0: all.")
    ] = 20,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show whole replies, events and who it was.")
    ] = False,
    utc: Utc = False,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first; or tell one of them.

    With --json, one run is given as the records of its journal.
    """
    zone = UTC if utc else None
    if run is None:
        _list(_read(folder(state), most), zone, as_json=as_json)
        return
    story = story_of(run, state)
    if as_json:
        give_json([story.header, *story.records])
        return
    for line in retell(story, zone, verbose=verbose):
        give(line)


def _read(where: Path, most: int) -> Iterator[Story]:
    """The stories that can be read; of the others it is told that they cannot."""
    found = journals(where)
    if not found:
        say(f"There are no journals in {where}.")
    for path in found[: most or None]:
        try:
            yield read(path)
        except InputError as error:
            say(printable(error.message))
    left = len(found) - most
    if most and left > 0:
        say(f"Older runs: {left}; -n 0 lists them too.")


def _list(stories: Iterator[Story], zone: tzinfo | None, *, as_json: bool) -> None:
    if as_json:
        give_json([_as_json(story) for story in stories])
        return
    rows = [_row(story, zone) for story in stories]
    for line in table([_HEADING, *rows]) if rows else ():
        give(line)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines, with each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _row(story: Story, zone: tzinfo | None) -> tuple[str, ...]:
    return (
        story.run,
        clock(story.begun, zone),
        *(story.hosts[role] for role in Role),
        f"{story.done}/{len(story.steps)}",
        duration(story.seconds),
        story.verdict.value,
    )


def _as_json(story: Story) -> JsonObject:
    return {
        "run": story.run,
        "journal": str(story.path),
        "runbook": story.runbook,
        "begun": story.begun.isoformat(),
        "seconds": story.seconds,
        "hosts": {role.value: story.hosts[role] for role in Role},
        "qemu": story.qemu,
        "digest": story.digest,
        "steps": len(story.steps),
        "done": story.done,
        "verdict": story.verdict.value,
        "message": story.message,
    }
