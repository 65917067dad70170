# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits of a document, each with the one difference that it makes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from colorunbook.book.actions import Assign, Hmp, Launch, Qmp, Shell
from colorunbook.drift.differences import Difference
from colorunbook.qemu.payload import Json, JsonObject, Payload, is_object
from colorunbook.qemu.shell import Word
from tests.drift.documents import Entry, Plain, Section


@dataclass(frozen=True, slots=True)
class Told:
    """A difference, as far as an edit can foresee it.

    :param step: 0 where it belongs to no step; -1: to any step of the runbook.
    """

    sort: str
    runbook: str
    step: int
    member: str = ""

    @classmethod
    def of(cls, one: Difference) -> "Told":
        """The same of a difference that was found."""
        return cls(one.sort.value, one.runbook or "", one.step or 0, one.member)


Document = list[Section]
Edited = tuple[Document, frozenset[Told]]
"""The edited document, and the differences of which it makes one."""

Edit = Callable[[Document, int, Random], "Edited | None"]

FOREIGN: tuple[Plain, ...] = (
    Qmp(Payload("device_del", {"id": "net7"})),
    Qmp(Payload("balloon", {"value": 1024})),
    Hmp("savevm one"),
    Shell((Word.of("qemu-img"), Word.of("info"), Word.of("/tmp/other.qcow2"))),
    Qmp(Payload("set_link", {"name": "hn9", "up": False})),
)


def drop(document: Document, at: int, random: Random) -> Edited | None:
    """A command is left out."""
    section = document[at]
    if not _pure(section):
        return None
    place = random.randrange(len(section.entries))
    entry = section.entries[place]
    if isinstance(entry.command, Assign) or len(section.entries) == 1:
        return None
    entries = (*section.entries[:place], *section.entries[place + 1 :])
    return _with(document, at, entries), frozenset({Told("missing", section.runbook, entry.step)})


def add(document: Document, at: int, random: Random) -> Edited | None:
    """A command that the model does not have."""
    section = document[at]
    if not _pure(section):
        return None
    place = random.randrange(len(section.entries) + 1)
    new = Entry(random.choice(FOREIGN))
    entries = (*section.entries[:place], new, *section.entries[place:])
    return _with(document, at, entries), frozenset({Told("added", "", 0)})


def swap(document: Document, at: int, random: Random) -> Edited | None:
    """Two commands that stand side by side change places."""
    section = document[at]
    if not _pure(section):
        return None
    if len(section.entries) < 2:
        return None
    place = random.randrange(len(section.entries) - 1)
    one, two = section.entries[place : place + 2]
    if isinstance(one.command, Assign) or isinstance(two.command, Assign):
        return None
    entries = (*section.entries[:place], two, one, *section.entries[place + 2 :])
    told = {Told("reordered", section.runbook, entry.step) for entry in (one, two)}
    return _with(document, at, entries), frozenset(told)


def change(document: Document, at: int, random: Random) -> Edited | None:
    """One value is another."""
    section = document[at]
    if not _pure(section):
        return None
    place = random.randrange(len(section.entries))
    entry = section.entries[place]
    found = _changed(entry.command, random)
    if found is None:
        return None
    command, member = found
    entries = (
        *section.entries[:place],
        replace(entry, command=command),
        *section.entries[place + 1 :],
    )
    told = Told("changed", section.runbook, entry.step, member)
    return _with(document, at, entries), frozenset({told})


def move(document: Document, at: int, random: Random) -> Edited | None:
    """A whole section stands elsewhere: one that it passed, or it, is told of."""
    to = random.randrange(len(document))
    if to == at:
        return None
    moved = [*document[:at], *document[at + 1 :]]
    moved.insert(to, document[at])
    passed = document[min(at, to) : max(at, to) + 1]
    one_command = {s.runbook for s in passed if len(s.entries) == 1}
    told = {Told("reordered", s.runbook, 0) for s in passed}
    told |= {Told("reordered", name, 1) for name in one_command}
    return moved, frozenset(told)


def shift(document: Document, at: int, random: Random) -> Edited | None:
    """A command stands further on in its section."""
    section = document[at]
    if not _pure(section):
        return None
    if len(section.entries) < 5:
        return None
    place = random.randrange(len(section.entries) - 2)
    entry = section.entries[place]
    if isinstance(entry.command, Assign | Launch):
        return None
    rest = [*section.entries[:place], *section.entries[place + 1 :]]
    to = random.randrange(place + 2, len(section.entries))
    if any(isinstance(one.command, Assign) for one in rest[place:to]):
        return None
    rest.insert(to, entry)
    told = Told("reordered", section.runbook, entry.step)
    return _with(document, at, tuple(rest)), frozenset({told})


def stray(document: Document, at: int, random: Random) -> Edited | None:
    """A command stands in a section that it does not belong to."""
    to = random.randrange(len(document))
    section = document[at]
    if not _pure(section) or not _pure(document[to]):
        return None
    place = random.randrange(len(section.entries))
    entry = section.entries[place]
    known = [e.command for e in document[to].entries]
    if to == at or len(section.entries) < 4 or entry.command in known:
        return None
    if isinstance(entry.command, Assign | Launch) or len(document[to].entries) < 4:
        return None
    document = _with(document, at, (*section.entries[:place], *section.entries[place + 1 :]))
    entries = document[to].entries
    document = _with(document, to, (*entries[:3], entry, *entries[3:]))
    return document, frozenset({Told("reordered", section.runbook, entry.step)})


def readdress(document: Document, at: int, random: Random) -> Edited | None:
    """One place has another address or another port than all the rest."""
    section = document[at]
    if not _pure(section):
        return None
    places = []
    for place, entry in enumerate(section.entries):
        found = _readdressed(entry.command, random)
        if found is not None:
            places.append((place, entry, *found))
    if not places:
        return None
    place, entry, command, member = random.choice(places)
    changed = replace(entry, command=command)
    entries = (*section.entries[:place], changed, *section.entries[place + 1 :])
    told = Told("changed", section.runbook, entry.step, member)
    return _with(document, at, entries), frozenset({told})


EDITS: tuple[Edit, ...] = (drop, add, swap, change, shift, stray, readdress)


def _pure(section: Section) -> bool:
    """Tell whether no edit has brought a command into a section."""
    return all(entry.runbook == section.runbook for entry in section.entries)


def _with(document: Sequence[Section], at: int, entries: tuple[Entry, ...]) -> Document:
    section = replace(document[at], entries=entries)
    return [*document[:at], section, *document[at + 1 :]]


def _changed(command: Plain, random: Random) -> tuple[Plain, str] | None:
    match command:
        case Qmp(payload):
            arguments: JsonObject = {**payload.arguments}
            if not arguments or payload.execute == "migrate-set-capabilities":
                return None
            name = random.choice(list(arguments))
            path, value = _other(arguments[name], name, random)
            arguments[name] = value
            if random.random() < 0.3:
                arguments = {**payload.arguments, "speed": 1}
                path = "speed"
            return Qmp(Payload(payload.execute, arguments)), f"argument {path}"
        case Launch(words):
            return _changed_option(words, random)
        case Hmp(line) if "mode=primary" in line:
            return Hmp(line.replace("mode=primary", "mode=secondary")), "option mode"
        case Shell(words):
            last = Word.of("77G")
            return Shell((*words[:-1], last)), "word 3"
        case _:
            return None


def _readdressed(command: Plain, random: Random) -> tuple[Plain, str] | None:
    match command:
        case Qmp(Payload("migrate", {"uri": str()})):
            return Qmp(Payload("migrate", {"uri": "tcp:10.254.253.252:4"})), "argument uri"
        case Qmp(Payload("drive-mirror") as payload):
            target = "nbd://10.254.253.252:4/parent0"
            arguments = {**payload.arguments, "target": target}
            return Qmp(Payload("drive-mirror", arguments)), "argument target"
        case Launch(words):
            chardevs = [n + 1 for n, word in enumerate(words) if word.text == "-chardev"]
            at = random.choice(chardevs)
            name = words[at].text.partition("id=")[2].partition(",")[0]
            parts = [
                re.sub(r"port=[0-9]+", "port=4", part) if isinstance(part, str) else part
                for part in words[at].parts
            ]
            line = (*words[:at], Word.of(*parts), *words[at + 1 :])
            return Launch(line), f"-chardev {name}: port"
        case _:
            return None


def _other(value: Json, path: str, random: Random) -> tuple[str, Json]:
    if is_object(value):
        name = random.choice(list(value))
        inner, new = _other(value[name], f"{path}.{name}", random)
        return inner, {**value, name: new}
    if isinstance(value, bool):
        return path, not value
    return path, "7" if isinstance(value, str) else 7


def _changed_option(words: tuple[Word, ...], random: Random) -> tuple[Plain, str]:
    texts = [word.text for word in words]
    kind = random.choice(("-chardev", "-object", "-drive"))
    at = random.choice([n + 1 for n, text in enumerate(texts) if text == kind])
    name = next(p for p in texts[at].split(",") if p.startswith("id=")).removeprefix("id=")
    pairs = [
        pair
        for pair in texts[at].split(",")
        if pair.count("=") == 1
        and pair.partition("=")[0] not in ("id", "host", "port")
        and "file" not in pair
    ]
    new, extra = Word.of(*words[at].parts, ",zz=1"), f"{kind} {name}: zz"
    if pairs and all(isinstance(part, str) for part in words[at].parts):
        pair = random.choice(pairs)
        new = Word.of(texts[at].replace(f",{pair}", f",{pair}9" if random.random() < 0.5 else ""))
        extra = f"{kind} {name}: {pair.partition('=')[0]}"
        if f",{pair}" not in texts[at]:
            new, extra = Word.of(*words[at].parts, ",zz=1"), f"{kind} {name}: zz"
    return Launch((*words[:at], new, *words[at + 1 :])), extra
