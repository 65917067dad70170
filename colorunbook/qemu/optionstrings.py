# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of a QEMU's command line, judged by what that QEMU told of itself."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from colorunbook.qemu.devices import device
from colorunbook.qemu.drives import drive
from colorunbook.qemu.groups import loosely, typed
from colorunbook.qemu.judgement import Finding, Problem, Unchecked, nearest, unknown
from colorunbook.qemu.keyval import crumple, gathered, written_out
from colorunbook.qemu.knowledge import Knowledge
from colorunbook.qemu.options import split
from colorunbook.qemu.payload import Json, is_object
from colorunbook.qemu.visitor import Visitor

Judge = Callable[[str, str, Knowledge], Iterator[Finding]]

_GROUPS = {
    "-boot": ("boot-opts", "order"),
    "-m": ("memory", "size"),
    "-name": ("name", "guest"),
    "-smp": ("smp-opts", "cpus"),
}
"""The groups not called as their option is, and the member that a leading word is (system/vl.c)."""

_NEVER_SHORT = ("-blockdev", "-boot", "-machine", "-smp")
"""Each name has its value there (util/keyval.c)."""

_NESTING = ("stream", "dgram")
"""The networks whose members ``-netdev`` nests (net/net.c, netdev_is_modern)."""

_UNTOLD = {"-M": "-machine", "-enable-sync-profile": "", "-qtest": "", "-qtest-log": ""}
"""What every QEMU takes and ``-help`` leaves out, and the option that is the same one."""

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
        option = _UNTOLD.get(option, "") or option
        if option in _UNTOLD:
            yield Unchecked(word, "it is for tests of QEMU")
            if option.startswith("-qtest"):
                next(rest, None)
        elif option not in knowledge.flags:
            near = nearest(option, knowledge.flags)
            yield Problem(word, f"is no option of QEMU {knowledge.version}", near)
            if near == "" or knowledge.flags[near]:
                next(rest, None)
        elif knowledge.flags[option]:
            value = next(rest, None)
            if value is None:
                yield Problem(word, "needs a value")
            else:
                yield from _value(option, value, knowledge)


def _value(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    if option in _NEVER_SHORT and not text.startswith("{"):
        for name in written_out(text)[1]:
            yield Problem(f"{option} {name}", "needs a value")
            return
    yield from _JUDGES.get(option, _group)(option, text, know)


def _as_command(command: str, kind: str) -> Judge:
    """An option that takes what a command of QMP takes.

    :param kind: the member that the option's leading word is.
    """

    def judge_it(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
        if text.startswith("{"):
            yield from _structured(command, option, text, know)
            return
        text, short = written_out(text)
        head, pairs = split(text)
        pairs = ((kind, head), *pairs) if head else pairs
        flat = option != "-blockdev" and dict(pairs).get(kind) not in _NESTING
        if not flat and short:
            yield Problem(f"{option} {short[0]}", "needs a value")
            return
        value, problems = (gathered(pairs), []) if flat else crumple(pairs, f"{option} ")
        visitor = Visitor(know.schema.types, keyval=True, flat=flat)
        arguments = know.schema.commands[command].arguments
        yield from problems or visitor.visit(arguments, value, f"{option} ")

    return judge_it


def _structured(command: str, option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    try:
        value: Json = json.loads(text)
    except ValueError as error:
        yield Problem(option, f"is no JSON: {error}")
        return
    except RecursionError:
        yield Problem(option, "is no JSON: it is nested too deeply")
        return
    if not is_object(value):
        yield Problem(option, "has to be a JSON object")
        return
    devices = command == "device_add"
    visitor = Visitor(know.schema.types, tolerant=devices)
    yield from visitor.visit(know.schema.commands[command].arguments, value, f"{option} ")
    if devices and isinstance(driver := value.get("driver"), str):
        yield from device(driver, value, f"{option} ", know, strict=True)


def _device(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    if text.startswith("{"):
        yield from _structured("device_add", option, text, know)
        return
    head, pairs = split(written_out(text)[0])
    named = dict(pairs)
    yield from device(head or named.get("driver", ""), named, f"{option} ", know)


def _chardev(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    head, pairs = split(written_out(text)[0])
    kinds = know.schema.arguments("chardev-add").members["backend"].type
    known = know.schema.tags(kinds)
    backend = head or dict(pairs).get("backend", "")
    if backend not in (*known, "tty", "parport"):
        yield unknown(f"{option} backend", "cannot be", backend, known)
    members = [(name, value) for name, value in pairs if name != "backend"]
    yield from typed(option, members, know.options.get("chardev", {}))


def _accel(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    head, pairs = split(text)
    name = head or dict(pairs).get("accel", "")
    if name not in know.accelerators:
        yield unknown(option, "cannot be", name, know.accelerators)
    for name, _ in pairs:
        if name != "accel":
            why = "QEMU does not tell the properties of an accelerator"
            yield Unchecked(f"{option} {name}", why)


def _machine(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    head, pairs = split(text)
    if head:
        yield Unchecked(f"{option} {head}", _SAYS_NOTHING)
    yield from loosely(option, pairs, know.options.get("machine", {}))


def _untold(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    yield Unchecked(f"{option} {text}", _SAYS_NOTHING)


def _group(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    """Any other option: by its group, where QEMU tells what that has."""
    name, implied = _GROUPS.get(option, (option.removeprefix("-"), ""))
    group = know.options.get(name)
    if not group:
        yield from _untold(option, text, know)
        return
    head, pairs = split(written_out(text)[0])
    if head and implied:
        pairs = ((implied, head), *pairs)
    elif head:
        yield Unchecked(f"{option} {head}", _SAYS_NOTHING)
    yield from typed(option, pairs, group)


_JUDGES: Mapping[str, Judge] = {
    "-accel": _accel,
    "-blockdev": _as_command("blockdev-add", "driver"),
    "-chardev": _chardev,
    "-device": _device,
    "-drive": drive,
    "-global": _untold,
    "-machine": _machine,
    "-netdev": _as_command("netdev_add", "type"),
    "-object": _as_command("object-add", "qom-type"),
}
