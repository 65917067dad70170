# SPDX-License-Identifier: GPL-2.0-or-later
"""The verbs; only the module of the one that was typed is imported."""

from importlib import import_module

import typer

_MODULES = {
    "list": "show",
    "show": "show",
    "render": "render",
    "run": "run",
    "resume": "resume",
    "history": "history",
    "report": "reporting",
    "check": "check",
    "matrix": "matrix",
    "seen": "seen",
    "diff": "diff",
    "lab": "lab",
    "doctor": "doctor",
    "drill": "drill",
    "schema": "schema",
}


def register(app: typer.Typer, verb: str | None) -> None:
    """Add the verbs to the program.

    :param verb: the one that was typed; where it is none of ours, all are added, so that help,
        completion and the list of what there is are whole.
    """
    wanted = [verb] if verb in _MODULES else list(_MODULES)
    for module in dict.fromkeys(_MODULES[name] for name in wanted):
        import_module(f"colorunbook.cli.{module}").register(app)
