# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines for the human monitor, judged as far as a QEMU tells of them: it has no schema."""

from collections.abc import Iterator

from colorunbook.qemu.drives import block_device
from colorunbook.qemu.judgement import Finding, Problem, Unchecked, unknown
from colorunbook.qemu.knowledge import Knowledge
from colorunbook.qemu.options import split

_WHY = "the human monitor tells which commands it has, not what their words may be"


def judge(line: str, knowledge: Knowledge) -> Iterator[Finding]:
    """Everything that is to be said of a line."""
    name, _, rest = line.strip().partition(" ")
    if name not in knowledge.monitor:
        yield unknown("command-line", "names no command:", name, knowledge.monitor)
        return
    if name == "drive_add" and rest.startswith("-n "):
        yield from _drive_add(rest, knowledge)
    elif rest:
        yield Unchecked(f"{name} {rest}", _WHY)
    elif _needed(knowledge.monitor[name]):
        yield Problem("command-line", f"needs words after {name}: {knowledge.monitor[name]}")


def _drive_add(rest: str, knowledge: Knowledge) -> Iterator[Finding]:
    """``-n``, a word that counts for nothing, and a block node by its options."""
    _, _, options = rest.removeprefix("-n ").strip().partition(" ")
    head, pairs = split(options.strip())
    path = "drive_add"
    if head or not options:
        yield Problem(path, f"has {head!r} where name=value is needed")
    elif "node-name" not in dict(pairs):
        yield Problem(f"{path} node-name", "is missing")
    else:
        yield from block_device(path, pairs, knowledge)


def _needed(syntax: str) -> bool:
    """Tell whether some word is not in brackets."""
    depth, words = 0, ""
    for char in syntax:
        depth += (char == "[") - (char == "]")
        words += char if depth == 0 and char != "]" else ""
    return bool(words.strip())
