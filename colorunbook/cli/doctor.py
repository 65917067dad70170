# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook doctor``: what this machine can do, and what to do about the rest."""

from dataclasses import asdict
from typing import Annotated

import typer

from colorunbook.cli.console import give, give_json, say
from colorunbook.cli.options import AsJson
from colorunbook.errors import Unavailable

EPILOG = """
Examples:

  colorunbook doctor

  colorunbook doctor --provision
"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(doctor)


def doctor(
    provision: Annotated[
        bool, typer.Option("--provision", help="Fetch a QEMU for labs, where there is none yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what this machine can do; exit 4 where a lab cannot be had."""
    from colorunbook.lab.findings import examine

    if provision:
        from colorunbook.cli.fetching import fetch

        fetch()
    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            give(str(finding))
    bad = [finding for finding in findings if finding.state == "no"]
    if as_json:
        rows = [asdict(finding) for finding in findings]
        give_json({"lab": not bad, "findings": list(rows)})
    if bad:
        raise Unavailable(f"A lab cannot be had here: {bad[0].what}: {bad[0].seen}", bad[0].fix)
    if not as_json:
        say("A lab can be had here: colorunbook lab up")
