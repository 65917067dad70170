# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook report``: one run, as a page for people or a transcript for a report of a bug."""

from pathlib import Path
from typing import Annotated

import typer

from colorunbook.cli.console import give, say
from colorunbook.cli.runs import RUN, StateFolder, story_of

EPILOG = """
Examples:

  colorunbook report last -o failover.html

  colorunbook report last --rst
"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(report)


def report(
    run: Annotated[str, RUN],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write it there, whole or not at all."),
    ] = None,
    as_rst: Annotated[
        bool, typer.Option("--rst", help="As reStructuredText, for a report of a bug.")
    ] = False,
    state: StateFolder = None,
) -> None:
    """Write one run as a page of HTML that needs no network; without -o to standard output.

    Addresses, paths and replies are in it: look it through before you publish it.
    """
    story = story_of(run, state)
    if as_rst:
        from colorunbook.render.transcript import rst as write
    else:
        from colorunbook.render.report import html as write
    text = write(story)
    if output is None:
        give(text.rstrip("\n"))
        return
    from colorunbook.render.files import write_bytes

    write_bytes(output, text.encode())
    say(f"wrote {output}")
