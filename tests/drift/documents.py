# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents in several styles, written from the model: what ``diff`` has to understand."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from colorunbook import shelf
from colorunbook.book.actions import Assign, Await, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import Json, is_object
from colorunbook.qemu.shell import Word, quote, show, show_assignment, show_word
from colorunbook.render.filling import fill

Plain = Assign | Shell | Launch | Qmp | Hmp
"""A command that QEMU's own document can have."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of a document, and the step of the model that it is (0: none)."""

    command: Plain
    step: int = 0
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The commands below one title."""

    runbook: str
    title: str
    entries: tuple[Entry, ...]


Writer = Callable[[Sequence[Section]], str]


def sections(site: Site, dialect: Dialect) -> list[Section]:
    """What the document has, in its order."""
    found = []
    for name in shelf.DOCUMENT:
        plan = resolve(shelf.runbook(name), site, dialect)
        if not shelf.runbook(name).parts and name != "free-primary":
            entries = (
                Entry(step.action, number, name)
                for number, step in enumerate(plan.steps, 1)
                if not isinstance(step.action, Await | Yank)
            )
            found.append(Section(name, plan.title, tuple(entries)))
    return found


def page(site: Site, dialect: Dialect) -> str:
    """The page that ``render`` makes."""
    return fill("system/qemu-colo.rst.j2", site, dialect)


def plain(document: Sequence[Section]) -> str:
    """As QEMU had it for long: no markup, single quotes, words that go on in the next row."""
    rows = ["How to use COLO", "", "Below, # is a shell and { is QMP.", ""]
    for section in document:
        rows += [f"== {section.title} ==", "The peer died; see note a.", ""]
        for entry in section.entries:
            match entry.command:
                case Assign(variable):
                    rows.append(f"# {show_assignment(variable.name, variable.value)}")
                case Shell(words):
                    rows.append(f"# {' '.join(map(show_word, words))}")
                case Launch(words):
                    rows += _broken(words)
                case Qmp(payload):
                    rows.append(_single(dict(payload.as_json())))
                case Hmp(line):
                    rows += [f"(qemu) {line}", "OK"]
        rows += ["", "Note:", "  a. There should be only one client.", ""]
    return "\n".join(rows)


def blocks(document: Sequence[Section]) -> str:
    """A guide in reStructuredText: code blocks, prompts of two kinds, replies and events."""
    rows = ["COLO in ten minutes", "===================", "", ".. comment", ""]
    for section in document:
        rows += [section.title, "~" * len(section.title), "", "Type this:", ""]
        for entry in section.entries:
            match entry.command:
                case Assign(variable):
                    text = f"root@here:~# export {show_assignment(variable.name, variable.value)}"
                    rows += _block("console", [text])
                case Shell(words):
                    rows += _block("console", [f"$ sudo {' '.join(map(show_word, words))}"])
                case Launch(words):
                    rows += _block("console", [f"$ {show(words)} &"])
                case Qmp(payload):
                    text = json.dumps(payload.as_json(), indent=2, ensure_ascii=False)
                    reply = ['<- {"return": {}}', '{"timestamp": {"seconds": 1}, "event": "STOP"}']
                    rows += _block("", [*f"-> {text}".split("\n"), *reply])
                case Hmp() as hmp:
                    rows += _block("json", [hmp.payload.text, '{"return": ""}'])
        rows += ["Ask ``query-status``, or send ::", "", '    {"execute": "query-status"}', ""]
    return "\n".join(rows)


def sentences(document: Sequence[Section]) -> str:
    """Notes with everything in sentences, and without variables."""
    rows = ["Notes", "-----", "", "We did it as follows; see x-colo-lost-heartbeat below.", ""]
    for section in document:
        rows += [f"* {section.title}.", ""]
        for entry in section.entries:
            match entry.command:
                case Assign():
                    pass
                case Shell(words) if "`" not in (text := _spelled(words)):
                    rows.append(f"  Make the image, ``{text}``, then go on.")
                case Shell(words):
                    rows += ["  Make the image::", "", f"      {_spelled(words)}", ""]
                case Launch(words):
                    rows += ["  Start it::", "", f"      {_spelled(words)}", ""]
                case Qmp(payload):
                    text = json.dumps(payload.as_json(), ensure_ascii=False)
                    rows.append(f"  Say ``{text}`` to the monitor, and wait.")
                case Hmp() as hmp:
                    rows.append(f"  Then ``{hmp.payload.text}`` (a line of HMP).")
            rows.append("")
    return "\n".join(rows)


WRITERS: tuple[Writer, ...] = (plain, blocks, sentences)


def _spelled(words: Sequence[Word]) -> str:
    return " ".join(quote(word.text) for word in words)


def _broken(words: Sequence[Word]) -> list[str]:
    """One option a row; where a row may be broken after a comma, the rest begins the next row."""
    rows = [f"# {show_word(words[0])}"]
    for word in words[1:]:
        text = show_word(word)
        rows[-1] += " \\" if text.startswith("-") else ""
        if text.startswith("-"):
            rows.append(f"   {text}")
            continue
        head, comma, rest = text.rpartition(",")
        safe = comma and len(text) > 90 and not set(text) & set("\"'\\$") and ",," not in text
        rows[-1] += f" {head},\\" if safe else f" {text}"
        rows += [rest] if safe else []
    return rows


def _block(language: str, texts: Sequence[str]) -> list[str]:
    rows = "\n".join(texts).split("\n")
    head = f".. code-block:: {language}" if language else "::"
    return [head, "", *(f"    {row}" for row in rows), "", "Then:", ""]


def _single(value: Json) -> str:
    """JSON with single quotes and a comma too many."""
    if is_object(value):
        return "{ " + ", ".join(f"{_single(k)}: {_single(v)}" for k, v in value.items()) + ", }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_single, value)) + "]"
    if isinstance(value, str):
        return "'" + json.dumps(value, ensure_ascii=False)[1:-1].replace("'", "\\'") + "'"
    return json.dumps(value)
