# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook list`` and ``colorunbook show``: what there is, and what it does."""

from typing import TYPE_CHECKING

import typer

from colorunbook.cli.console import give, give_json
from colorunbook.cli.options import (
    AsJson,
    EditionName,
    PrimaryAddress,
    QemuVersion,
    RunbookName,
    SecondaryAddress,
    Settings,
    SiteFile,
)
from colorunbook.qemu.dialect import Edition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorunbook.book.runbook import Step
    from colorunbook.plan import Plan
    from colorunbook.vetting import Vetting

LIST_EPILOG = """
Examples:

  colorunbook list

  colorunbook list --json
"""

SHOW_EPILOG = """
Examples:

  colorunbook show primary-failover

  colorunbook show secondary-resume --primary 10.0.0.1 --secondary 10.0.0.2 --qemu 10.0

  colorunbook show primary-resume --edition blockdev
"""


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("list", epilog=LIST_EPILOG)(list_runbooks)
    app.command(epilog=SHOW_EPILOG)(show)


def list_runbooks(as_json: AsJson = False) -> None:
    """List the runbooks, in the order of the document."""
    from colorunbook import shelf

    found = shelf.runbooks().values()
    if as_json:
        give_json(
            [
                {
                    "name": book.name,
                    "on": book.on.value,
                    "title": book.title,
                    "summary": book.summary,
                }
                for book in found
            ]
        )
        return
    for book in found:
        give(f"{book.name:22} {book.summary}")


def show(
    name: RunbookName,
    primary: PrimaryAddress = None,
    secondary: SecondaryAddress = None,
    site: SiteFile = None,
    settings: Settings = None,
    qemu: QemuVersion = None,
    edition: EditionName = Edition.HMP,
    as_json: AsJson = False,
) -> None:
    """Show what a runbook does: guards, steps with their reasons, and the postcondition.

    Every command is held against the QAPI schema of the QEMU that it is spelled for: what QEMU
    would refuse is told, and so is what is deprecated or unstable.
    """
    from colorunbook import shelf
    from colorunbook.cli.reach import Typed
    from colorunbook.plan import resolve
    from colorunbook.qemu.dialect import Dialect
    from colorunbook.vetting import vet

    typed = Typed(site, primary, secondary, tuple(settings or ()))
    plan = resolve(shelf.runbook(name), typed.offline(), Dialect.of(qemu, edition))
    vetting = vet(plan)
    vetting.must_fit()
    if as_json:
        give_json({"digest": plan.digest, **plan.as_json(), "vetting": vetting.as_json()})
    else:
        give(show_plan(plan, vetting))


def show_plan(
    plan: "Plan",
    vetting: "Vetting | None" = None,
    marks: "Sequence[str]" = (),
    first: str = "",
) -> str:
    """A plan as text: exactly what would be done, in order.

    :param vetting: what is to be said of it; ``None``: it is vetted here.
    :param marks: a remark on each step; empty: on none.
    :param first: a remark on each step that frees the QEMU before; empty: these are left out.
    """
    from colorunbook.book.phrases import say
    from colorunbook.hosts import Role
    from colorunbook.vetting import summary, vet

    vetting = vetting or vet(plan)
    hosts = ", ".join(f"{role.value} {plan.site.host(role).address}" for role in Role)
    lines = [
        f"{plan.name}: {plan.summary}",
        f"{hosts}, QEMU {plan.dialect.version}{_edition(plan)}",
    ]
    lines += [f"plan {plan.digest}", ""]
    if plan.starts:
        lines += ["It begins only when", *(f"  {_plain(say(e))}" for e in plan.starts), ""]
    for step in plan.freeing if first else ():
        lines += [*_lines(plan, step, "First:"), f"     {first}"]
    for number, step in enumerate(plan.steps, 1):
        lines += _lines(plan, step, f"{number}.")
        lines += [f"     {mark}" for mark in marks[number - 1 : number]]
        lines += [f"     {feature}" for feature in vetting.features(number)]
        refused = f"     QEMU {vetting.against} would refuse it"
        lines += [f"{refused}: {problem}" for problem in vetting.misfits(number)]
    if plan.ends:
        lines += ["", "It has worked when", *(f"  {_plain(say(e))}" for e in plan.ends)]
        lines += [f"  {feature}" for feature in vetting.features(0)]
    return "\n".join([*lines, "", summary([vetting])])


def _lines(plan: "Plan", step: "Step", number: str) -> list[str]:
    from colorunbook.plan import describe

    address = plan.site.host(step.role).address
    text = str(describe(step)["text"])
    head = f"{number} {step.title}, on the {step.role.value} {address}. {step.why}"
    return [head, *(f"     {_plain(row)}" for row in text.splitlines())]


def _edition(plan: "Plan") -> str:
    return "" if plan.dialect.edition is Edition.HMP else f", {plan.dialect.edition.value} edition"


def _plain(text: str) -> str:
    return text.replace("``", "")
