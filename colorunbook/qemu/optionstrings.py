# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of a QEMU's command line, judged by what that QEMU told of itself."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from colorunbook.qemu.judgement import Finding, Problem, Unchecked, nearest, unknown
from colorunbook.qemu.keyval import as_blockdev, crumple
from colorunbook.qemu.knowledge import Knowledge, Names
from colorunbook.qemu.options import split
from colorunbook.qemu.payload import Json, JsonObject, is_object
from colorunbook.qemu.properties import device
from colorunbook.qemu.visitor import Visitor, reads

Pairs = Sequence[tuple[str, str]]
Judge = Callable[[str, str, Knowledge], Iterator[Finding]]

_GROUPS = {
    "-boot": ("boot-opts", "order"),
    "-m": ("memory", "size"),
    "-name": ("name", "guest"),
    "-smp": ("smp-opts", "cpus"),
}
"""The groups not called as their option is, and the member that a leading word is (system/vl.c)."""

_JSON_TYPES = {"boolean": "boolean", "number": "int", "size": "int"}
_EVERYWHERE = ("id",)
_SAYS_NOTHING = "QEMU does not tell what its value may be"


def judge(words: Sequence[str], knowledge: Knowledge) -> Iterator[Finding]:
    """Everything that is to be said of a command line.

    :param words: without the program's name.
    """
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            yield Unchecked(word, "a disk image by its name alone; its format is guessed")
            continue
        option = f"-{word.lstrip('-')}"
        if option not in knowledge.flags:
            near = nearest(option, knowledge.flags)
            yield Problem(word, f"is no option of QEMU {knowledge.version}", near)
            if near == "" or knowledge.flags[near]:
                next(rest, None)
        elif knowledge.flags[option]:
            value = next(rest, None)
            if value is None:
                yield Problem(word, "needs a value")
            else:
                yield from _JUDGES.get(option, _group)(option, value, knowledge)


def block_device(
    option: str, pairs: Sequence[tuple[str, str]], know: Knowledge
) -> Iterator[Finding]:
    """The pairs of ``-drive`` or ``drive_add`` that make a block device."""
    value, problems = crumple(pairs, f"{option} ")
    yield from problems
    if not problems:
        value, findings = as_blockdev(value, f"{option} ")
        yield from findings
        yield from _against(know, "blockdev-add", value, f"{option} ")


def _against(know: Knowledge, command: str, value: JsonObject, path: str) -> Iterator[Finding]:
    """Hold a value against the arguments of a command; its scalars are text."""
    visitor = Visitor(know.schema.types, keyval=True)
    yield from visitor.visit(know.schema.commands[command].arguments, value, path)


def _as_command(command: str, kind: str) -> Judge:
    """An option that takes what a command of QMP takes.

    :param kind: the member that the option's leading word is.
    """

    def judge_it(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
        if text.startswith("{"):
            yield from _structured(command, option, text, know)
            return
        head, pairs = split(text)
        value, problems = crumple(((kind, head), *pairs) if head else pairs, f"{option} ")
        yield from problems or _against(know, command, value, f"{option} ")

    return judge_it


def _structured(command: str, option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    try:
        value: Json = json.loads(text)
    except ValueError as error:
        yield Problem(option, f"is no JSON: {error}")
        return
    if not is_object(value):
        yield Problem(option, "has to be a JSON object")
        return
    visitor = Visitor(know.schema.types, tolerant=command == "device_add")
    yield from visitor.visit(know.schema.commands[command].arguments, value, f"{option} ")


def _drive(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    head, pairs = split(text)
    if head:
        yield Problem(option, f"has {head!r} where name=value is needed")
    group = know.options.get("drive", {})
    own = [(n, v) for n, v in pairs if n in (*_EVERYWHERE, *group) and n != "driver"]
    rest = [(n, v) for n, v in pairs if (n, v) not in own]
    yield from _typed(option, own, group)
    if any(name == "driver" for name, _ in rest) and not any(name == "file" for name, _ in own):
        yield from block_device(option, rest, know)
    else:
        for name, _ in rest:
            yield Unchecked(f"{option} {name}", "without a driver of its own, or with file=")


def _device(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    if text.startswith("{"):
        yield from _structured("device_add", option, text, know)
        return
    head, pairs = split(text)
    named = dict(pairs)
    yield from device(head or named.get("driver", ""), named, f"{option} ", know)


def _chardev(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    head, pairs = split(text)
    kinds = know.schema.arguments("chardev-add").members["backend"].type
    known = know.schema.tags(kinds)
    backend = head or dict(pairs).get("backend", "")
    if backend not in (*known, "tty", "parport"):
        yield unknown(f"{option} backend", "cannot be", backend, known)
    yield from _typed(option, pairs, know.options.get("chardev", {}))


def _accel(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    head, pairs = split(text)
    if head not in know.accelerators:
        yield unknown(option, "cannot be", head, know.accelerators)
    for name, _ in pairs:
        yield Unchecked(f"{option} {name}", "QEMU does not tell the properties of an accelerator")


def _group(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    """Any other option: by its group, where QEMU tells what that has."""
    name, implied = _GROUPS.get(option, (option.removeprefix("-"), ""))
    group = know.options.get(name)
    if not group:
        yield Unchecked(f"{option} {text}", _SAYS_NOTHING)
        return
    head, pairs = split(text)
    if head and implied:
        pairs = ((implied, head), *pairs)
    elif head:
        yield Unchecked(f"{option} {head}", _SAYS_NOTHING)
    yield from _typed(option, pairs, group)


def _typed(option: str, pairs: Pairs, group: Names) -> Iterator[Finding]:
    """Names and values of one option group."""
    for name, value in pairs:
        if name in _EVERYWHERE:
            continue
        if name not in group:
            near = nearest(name, group)
            yield Problem(f"{option} {name}", "is not a member that is known there", near)
        elif not reads(_JSON_TYPES.get(group[name], "string"), value):
            yield Problem(f"{option} {name}", f"has to be a {group[name]}, not {value!r}")


_JUDGES: Mapping[str, Judge] = {
    "-accel": _accel,
    "-blockdev": _as_command("blockdev-add", "driver"),
    "-chardev": _chardev,
    "-device": _device,
    "-drive": _drive,
    "-netdev": _as_command("netdev_add", "type"),
    "-object": _as_command("object-add", "qom-type"),
}
