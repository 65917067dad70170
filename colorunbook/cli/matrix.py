# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook matrix``: every document on every QEMU, and what is news about it."""

import contextlib
import json
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.console import duration, give, give_json, paint, say
from colorunbook.cli.keeping import Keeping
from colorunbook.cli.options import AsJson
from colorunbook.errors import Aborted, StepFailed, Unavailable
from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.qemu.payload import Json

if TYPE_CHECKING:
    from colorunbook.check.cells import Cell
    from colorunbook.check.matrix import Outcome

EPILOG = """
Examples:

  colorunbook matrix

  colorunbook matrix --qemu 11.1 --qemu 10.0.2 --accel kvm --records docs/seen

  colorunbook matrix --qemu 11.1 --text 10.0 --accel kvm --edition hmp

  colorunbook matrix --qemu-binary ~/qemu/build/qemu-system-x86_64
"""

_SHADES = {"works": "good", "works with remarks": "good", "broken": "bad", "not tried": "dim"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(matrix)


def matrix(
    qemu: Annotated[
        list[str] | None,
        typer.Option("--qemu", metavar="VERSION", help="Only this one; may be repeated."),
    ] = None,
    qemu_binary: Annotated[
        list[Path] | None,
        typer.Option("--qemu-binary", metavar="PATH", help="A QEMU of your own; may be repeated."),
    ] = None,
    accel: Annotated[
        list[Accel] | None, typer.Option(help="Only with this one; may be repeated.")
    ] = None,
    edition: Annotated[
        list[Edition] | None, typer.Option(help="Only this one; may be repeated.")
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(
            "--text", metavar="VERSION", help="The document for this version; may be repeated."
        ),
    ] = None,
    own_only: Annotated[
        bool,
        typer.Option("--own", help="Each QEMU with its own document only, not with the others'."),
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=16, help="How many at once.")] = 2,
    records: Annotated[
        Path | None,
        typer.Option("--records", metavar="DIR", help="Keep what was seen, a file a cell."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try every document on every QEMU and with every accelerator; exit 1 where there is news.

    News is a cell that is not as declared: one that worked and is broken, or one that was declared
    broken and works again.
    """
    from colorunbook.check.cells import cells
    from colorunbook.check.matrix import subjects
    from colorunbook.lab.interrupts import until_interrupted
    from colorunbook.lab.provision import RELEASES, release

    binaries = qemu_binary or []
    releases = [release(v) for v in qemu] if qemu else [] if binaries else list(RELEASES)
    texts = [Dialect.of(version).version for version in text or ()]
    own_ones = subjects((), binaries, say)  # a path that is of no use is told before all else
    kept = Keeping(records)
    tried = tuple(dict.fromkeys((*subjects(releases, (), say), *own_ones)))
    choice = (tried, edition or list(Edition), accel or list(Accel))
    wanted = list(dict.fromkeys(cells(*choice, texts=texts, others=not own_only)))
    begun = perf_counter()
    say(f"{_cells(len(wanted))}, {jobs} at a time.")
    stays = "What was recorded so far stays." if kept.folder else "Nothing was recorded."
    end = Aborted("The matrix was interrupted.", stays)
    outcomes = until_interrupted(_try_all(wanted, jobs, kept), end)
    outcomes.sort(key=lambda outcome: wanted.index(outcome.cell))
    if as_json:
        give_json([_as_json(outcome) for outcome in outcomes])
    else:
        give(table(outcomes))
    say(f"{_cells(len(outcomes))} in {duration(perf_counter() - begun)}.")
    _conclude(outcomes)
    kept.must_be_whole()


async def _try_all(cells: "list[Cell]", jobs: int, kept: Keeping) -> "list[Outcome]":
    from colorunbook.check import matrix as runner

    outcomes: list[Outcome] = []
    async with contextlib.aclosing(runner.run(cells, jobs)) as coming:
        async for outcome in coming:
            outcomes.append(outcome)
            record = outcome.record
            verdict = paint(record.verdict.value, _SHADES[record.verdict.value])
            say(f"  {len(outcomes):>3}/{len(cells)}  {outcome.cell}: {verdict}, "
                f"{duration(record.seconds)}")  # fmt: skip
            if outcome.surprise:
                say(f"         {paint('news', 'bad')}: {outcome.surprise}")
            kept.keep(record)
    return runner.reconsider(outcomes)


def table(outcomes: "list[Outcome]") -> str:
    """The matrix for a person: a row a cell, and where it is broken."""
    head = ("QEMU", "accel", "edition", "text for", "verdict", "declared")
    rows = [
        (
            str(outcome.record.qemu),
            outcome.record.accel.value,
            outcome.record.edition.value,
            "itself" if outcome.cell.is_own else str(outcome.record.document),
            outcome.record.verdict.value,
            "NEWS" if outcome.surprise else "broken" if outcome.declared else "works",
        )
        for outcome in outcomes
    ]
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]

    def line(row: tuple[str, ...]) -> str:
        return "  ".join(
            f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)
        ).rstrip()

    lines = [line(head), "  ".join("-" * width for width in widths)]
    for outcome, row in zip(outcomes, rows, strict=True):
        lines += [line(row), *(f"    {text}" for text in _details(outcome))]
    return "\n".join(lines)


def _details(outcome: "Outcome") -> list[str]:
    failure, found = outcome.record.failure, []
    if failure is not None:
        text = failure.text if len(failure.text) < 90 else f"{failure.text[:87]}..."
        found += [f"line {failure.line}: {text}", f"  {failure.symptom}"]
    elif outcome.record.verdict.value == "not tried":
        found += list(outcome.record.remarks)
    elif outcome.record.verdict.value == "works with remarks":
        found += outcome.record.remarks[:1]
    if outcome.surprise:
        found.append(f"NEWS: {outcome.surprise}")
    return found


def _as_json(outcome: "Outcome") -> Json:
    told: Json = json.loads(outcome.record.text)
    return {"record": told, "declared": outcome.declared, "surprise": outcome.surprise}


def _conclude(outcomes: "list[Outcome]") -> None:
    news = [outcome for outcome in outcomes if outcome.surprise]
    if news:
        raise StepFailed(
            f"{len(news)} of {len(outcomes)} cells are not as declared: {news[0].cell}: "
            f"{news[0].surprise}",
            "What is known of a version stands in colorunbook/qemu/dialect.py.",
        )
    if all(outcome.record.verdict.value == "not tried" for outcome in outcomes):
        why = outcomes[0].record.remarks[0] if outcomes else "there was nothing to try."
        raise Unavailable(f"No cell could be tried: {why}")
    say(paint("Every cell that was tried is as declared.", "good"))


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
