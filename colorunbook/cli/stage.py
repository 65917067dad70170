# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration as a person sees it: a story while it goes on, a table at the end."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from colorunbook.cli.console import duration, give, paint, say
from colorunbook.cli.report import Report
from colorunbook.engine.events import Event
from colorunbook.errors import Aborted
from colorunbook.hosts import Accel
from colorunbook.lab import making, runtime
from colorunbook.lab.demo import Act, Played, perform
from colorunbook.lab.interrupts import until_interrupted
from colorunbook.lab.pair import Lab
from colorunbook.lab.world import find
from colorunbook.render.rst import render, write

Row = tuple[str, str, str]


def show(accel: Accel | None, qemu: making.Wanted = None, *, verbose: bool) -> None:
    """Show it all; the lab it makes is gone afterwards, whatever happens.

    :raises ColorunbookError: something did not work.
    """
    name = f"demo-{os.getpid()}"
    say(
        "This machine plays two hosts. One guest runs on both; then hosts die, one after the other."
    )
    start = perf_counter()
    try:
        lab = making.make(name, say, bound=True, accel=accel, qemu=qemu)
        say(f"QEMU {lab.world.tree.version}, {lab.site.accel.value.upper()}.")
        performing = _perform(lab, verbose=verbose)
        end = Aborted("The demonstration was interrupted; its lab is gone.")
        rows = [_document(lab), *until_interrupted(performing, end)]
    finally:
        world = find(runtime.folder_of(name))
        if world is not None:
            world.close()
    say()
    give(_table(rows))
    give(f"\nIn all {duration(perf_counter() - start)}, on QEMU {_which(lab)}")
    for remark in lab.remarks:
        give(remark)
    give("Every act counts only after QEMU was asked and said so. Nothing of it is left running.")


def _document(lab: Lab) -> Row:
    """The document for this QEMU, written into a folder that is thrown away."""
    _tell("The document is written from the model", "What is run below is what it prints.")
    start = perf_counter()
    with TemporaryDirectory() as folder:
        changes = render(Path(folder), lab.site, lab.dialect)
        write(changes)
        lines = sum(change.new.count("\n") for change in changes)
    took = duration(perf_counter() - start)
    say(f"  {lines} lines for this QEMU and these hosts")
    return "The document is written from the model", f"{lines} lines", took


async def _perform(lab: Lab, *, verbose: bool) -> list[Row]:
    report = Report(lab.site)
    rows: list[Row] = []

    def watch(event: Event) -> None:
        if verbose:
            report(event)

    try:
        async for moment in perform(lab, watch):
            match moment:
                case Act(title, story):
                    _tell(title, story)
                case Played(act, steps):
                    took = duration(moment.seconds)
                    say(f"  {_what(moment)}, {took}")
                    rows.append((act.title, f"{steps} steps" if steps else "", took))
    finally:
        report.close()
    return rows


def _what(played: Played) -> str:
    if played.act.death is not None:
        return "it is gone"
    worked = paint("it has worked", "good")
    return f"{worked}: {played.steps} steps done, then {played.seen} things seen to be so"


def _tell(title: str, story: str) -> None:
    say()
    say(paint(title, "strong"))
    say(f"  {story}")


def _table(rows: list[Row]) -> str:
    head: Row = ("What happened", "", "How long")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    lines = [
        f"{what:{widths[0]}}  {much:>{widths[1]}}  {took:>{widths[2]}}"
        for what, much, took in (head, *rows)
    ]
    return "\n".join((lines[0], "-" * len(lines[0]), *lines[1:]))


def _which(lab: Lab) -> str:
    tree = lab.world.tree
    origin = "this machine's own" if tree.is_host else "fetched from Debian, installed nowhere"
    origin = f"yours, {tree.binary}" if tree.binary else origin
    how = "under KVM, which ran a guest here" if lab.site.accel is Accel.KVM else "under TCG"
    return f"{tree.version} ({origin}), {how}."
