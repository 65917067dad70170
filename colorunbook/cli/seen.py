# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook seen``: what works on which QEMU, as the records of the matrix have it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.console import give, give_json, say
from colorunbook.cli.options import AsJson
from colorunbook.errors import InputError

if TYPE_CHECKING:
    from colorunbook.render.support import Row

DEFAULT = Path("docs/seen")
_WIDTH = 120

EPILOG = """
Examples:

  colorunbook seen

  colorunbook seen docs/seen --json
"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(seen)


def seen(
    folder: Annotated[
        Path | None,
        typer.Argument(help=f"The folder of the records; without it {DEFAULT}, if there is one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what was seen to work on which QEMU; a record of an older plan is stale."""
    from colorunbook import shelf
    from colorunbook.lab.provision import RELEASES
    from colorunbook.records import read_all
    from colorunbook.render.evidence import Evidence
    from colorunbook.render.support import rows

    if folder is not None and not folder.is_dir():
        raise InputError(f"There is no folder {str(folder)!r}.", "Name the one of the records.")
    records = read_all(folder or DEFAULT)
    if not records:
        say(f"There are no records in {folder or DEFAULT}.")
    found = rows(Evidence(records, shelf.runbooks()), [each.version for each in RELEASES])
    if as_json:
        give_json([row.as_json() for row in found])
        return
    for line in lines(found):
        give(line)


def lines(rows: Sequence["Row"]) -> Iterator[str]:
    """The table as text: a line a row and, indented below it, what there is to know."""
    heading = ("QEMU", "ACCEL", "EDITION", "TEXT FOR", "DATE", "TOOK", "VERDICT")
    cells = [heading, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for number, line in enumerate(cells):
        padded = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()
        if number:
            yield from (f"    {detail}" for detail in _details(rows[number - 1]))


def _cells(row: "Row") -> tuple[str, ...]:
    date, took = "-", "-"
    if row.record is not None and row.was_tried:
        date, took = row.record.date, f"{row.record.seconds:.0f} s"
    return row.qemu, row.accel.value, row.edition.value, row.document, date, took, row.says


def _details(row: "Row") -> Iterator[str]:
    record = row.record
    if record is None:
        return
    if row.stale:
        yield f"seen then: {record.verdict.value}"
    if record.failure is not None:
        failure = record.failure
        if failure.text:
            text = _clipped(failure.text.replace("``", ""))
            yield f"line {failure.line}, {failure.section}: {text}"
        yield failure.symptom
        yield from (f"  {each}" for each in failure.evidence)
    yield from record.remarks


def _clipped(text: str) -> str:
    return text if len(text) < _WIDTH else f"{text[: _WIDTH - 3]}..."
