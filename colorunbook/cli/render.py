# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook render``: the document, written from the model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.console import give, say
from colorunbook.cli.options import (
    EditionName,
    PrimaryAddress,
    QemuVersion,
    SecondaryAddress,
    Settings,
    SiteFile,
)
from colorunbook.errors import InputError, StaleError
from colorunbook.qemu.dialect import Edition

if TYPE_CHECKING:
    from colorunbook.hosts import Site
    from colorunbook.qemu.dialect import Dialect

EPILOG = """
Examples:

  colorunbook render docs/

  colorunbook render docs/ --check

  colorunbook render qemu/docs --qemu 10.0 --primary 10.0.0.1 --secondary 10.0.0.2
"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(render)


def render(
    docs: Annotated[Path, typer.Argument(help="A docs/ folder; system/ is made in it.")],
    primary: PrimaryAddress = None,
    secondary: SecondaryAddress = None,
    site: SiteFile = None,
    settings: Settings = None,
    qemu: QemuVersion = None,
    edition: EditionName = Edition.HMP,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a page is stale.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change.")
    ] = False,
) -> None:
    """Write the document and its entry in the index; touch no file that is already right.

    Nothing is written when QEMU would refuse a command that is printed.
    """
    from colorunbook.cli.reach import Typed
    from colorunbook.qemu.dialect import Dialect
    from colorunbook.render.rst import render as render_pages
    from colorunbook.render.rst import write

    typed = Typed(site, primary, secondary, tuple(settings or ()))
    if bool(primary) != bool(secondary) and typed.file() is None:
        raise InputError("A page is for two hosts.", "Give --primary and --secondary, or neither.")
    dialect = Dialect.of(qemu, edition)
    where = typed.offline()
    trouble = dialect.trouble(where.accel)
    if trouble is not None:
        say(f"QEMU {dialect.version}: {trouble}.")
    changes = render_pages(docs, where, dialect)
    _vet(where, dialect)
    if diff:
        for change in changes:
            give(change.diff.rstrip("\n"))
    if check and changes:
        names = ", ".join(str(change.path) for change in changes)
        raise StaleError(f"Stale: {names}.", "The same command without --check writes it anew.")
    if check or diff:
        return
    write(changes)
    for change in changes:
        say(f"wrote {change.path}")


def _vet(site: "Site", dialect: "Dialect") -> None:
    """See that QEMU would take every command that is printed, and tell what was not checked.

    :raises InputError: it would not.
    """
    from colorunbook import shelf
    from colorunbook.plan import resolve
    from colorunbook.render.rst import plans
    from colorunbook.vetting import summary, vet

    printed = {plan.name: vet(plan) for plan in plans(site, dialect)}
    for vetting in printed.values():
        vetting.must_fit()
    for name, book in shelf.runbooks().items():
        other = None if name in printed else vet(resolve(book, site, dialect))
        if other is not None and other.binding and other.problems:
            say(f"{name}, which is not printed, would be refused: {other.problems[0]}")
    if printed:
        say(summary(list(printed.values())))
