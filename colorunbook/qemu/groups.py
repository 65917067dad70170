# SPDX-License-Identifier: GPL-2.0-or-later
"""Names and values of an option group, by what ``query-command-line-options`` tells of it."""

from collections.abc import Iterator, Sequence

from colorunbook.qemu.devices import NAMES
from colorunbook.qemu.judgement import Finding, Problem, Unchecked, nearest
from colorunbook.qemu.knowledge import Names
from colorunbook.qemu.visitor import reads

Pairs = Sequence[tuple[str, str]]

_JSON_TYPES = {"boolean": "boolean", "number": "whole", "size": "int"}


def typed(option: str, pairs: Pairs, group: Names) -> Iterator[Finding]:
    """Everything that is to be said of the members of one option group."""
    for name, value in pairs:
        if name not in group:
            if name != "id":
                near = nearest(name, group)
                yield Problem(f"{option} {name}", "is not a member that is known there", near)
        elif group[name] not in _JSON_TYPES:
            if name not in NAMES:
                why = "QEMU does not tell which words it may be"
                yield Unchecked(f"{option} {name}={value}", why)
        elif not reads(_JSON_TYPES[group[name]], value):
            yield Problem(f"{option} {name}", f"has to be a {group[name]}, not {value!r}")


def loosely(option: str, pairs: Pairs, group: Names) -> Iterator[Finding]:
    """The same of a group that is not whole, as that of ``-machine``: each machine has its own."""
    for name, value in pairs:
        kind = group.get(name, "")
        if kind == "boolean" and value == "auto":
            yield Unchecked(f"{option} {name}={value}", "some of them may be, and some may not")
        elif kind in _JSON_TYPES:
            yield from typed(option, ((name, value),), group)
        else:
            yield Unchecked(f"{option} {name}={value}", "QEMU does not tell what all of them have")
