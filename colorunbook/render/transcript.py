# SPDX-License-Identifier: GPL-2.0-or-later
"""The story of a run as reStructuredText, to be put into a report of a bug.

What the journal says stands in literal blocks, or with every mark of the language escaped.
"""

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final
from unicodedata import east_asian_width

from colorunbook.hosts import Role
from colorunbook.story.model import Heard, Seen, Story, ToldStep
from colorunbook.story.words import clipped, fenced, plain, proven, remarks, shown, taken_back, took
from colorunbook.visible import duration, printable

_MARKS: Final = re.compile(r"([\\`*_|<>\[\]@]|(?<![^:\s]):|(?<!\d):(?!\s)|:(?![\s\d]))")
_WORD: Final = re.compile(r"(?!\w+[.)](?:\s|$))\w")
"""What begins as a word does, and not as an item of a list."""

_LINE: Final = 2000
"""docutils refuses a line of more than 10000 characters."""

_BLOCK: Final = 20_000


def rst(story: Story) -> str:
    """Write the transcript."""
    return "\n".join(_lines(story))


def _lines(story: Story) -> Iterator[str]:
    yield from _title(f"{story.runbook}: {story.verdict.value}", "=")
    yield from _block(story.outcome)
    for remark in remarks(story):
        yield from (_inline(remark), "")
    yield from _facts(story)
    before = [*map(_seen, story.guards), *map(fenced, story.fences)]
    before += [
        f"the {proof.role.value} is dead ({proof.kind}): {proven(proof)}" for proof in story.proofs
    ]
    before += [
        f"{cut.role.value} freed of its peer ({cut.why}): {', '.join(cut.instances) or 'nothing'}"
        for cut in story.cuts
    ]
    yield from _section("Before the first step", before)
    yield from _title("Steps", "-")
    for step in story.steps:
        yield from _step(step, story)
    yield from _section("Seen at the end", map(_seen, story.ends))
    yield from _section("Events of the QEMUs", (_heard(heard) for heard in story.heard))
    yield from _section("Lines that are not known", (shown(each.record) for each in story.others))


def _facts(story: Story) -> Iterator[str]:
    facts = {
        "Run": story.run,
        "Began": f"{story.begun:%Y-%m-%d %H:%M:%S} UTC",
        "Took": duration(story.seconds),
        "Steps done": f"{story.done} of {len(story.steps)}",
        **{role.value.capitalize(): story.hosts[role] for role in Role},
        "QEMU": f"{story.qemu}, {story.edition} edition",
        "Plan": story.digest,
        "Written by": f"colorunbook {version('colorunbook')}",
    }
    yield from (f":{name}: {_inline(value)}" for name, value in facts.items())
    yield ""


def _step(step: ToldStep, story: Story) -> Iterator[str]:
    where = f"{step.role.value} {story.hosts[step.role]}"
    outcome = took(step)
    yield from (_inline(f"Step {step.number}, {step.title}, on the {where}: {outcome}"), "")
    yield from _block(plain(step.text))
    if step.remark:
        yield from (_inline(step.remark), "")
    if step.reply is not None:
        yield from ("The reply:", "", *_block(shown(step.reply)))
    for sent, reply in taken_back(step):
        if sent:
            yield from ("To take it back:", "", *_block(sent))
        if reply is not None:
            what = "The reply" if sent else "To take it back"
            yield from (f"{what}:", "", *_block(shown(reply)))


def _section(title: str, rows: Iterator[str] | list[str]) -> Iterator[str]:
    rows = list(rows)
    if rows:
        yield from _title(title, "-")
        yield from _block("\n".join(row.replace("\n", " ") for row in rows))


def _seen(seen: Seen) -> str:
    return f"{'let be: ' * seen.waived}{plain(seen.expect)}; seen: {seen.seen}"


def _heard(heard: Heard) -> str:
    said = f"{heard.time:%H:%M:%S.%f} {heard.role.value:9} {heard.name} {shown(heard.data)}"
    return said.rstrip()


def _title(text: str, mark: str) -> Iterator[str]:
    line = _inline(text)
    wide = sum(east_asian_width(character) in "WF" for character in line)
    yield from (line, mark * max(4, len(line) + wide), "")


def _inline(text: str) -> str:
    """Text as text: an escaped blank keeps its beginning from being taken for a list."""
    flat = clipped(printable(text.replace("\n", " ")), _LINE)
    escaped = _MARKS.sub(r"\\\1", flat) if flat.strip() else "(nothing)"
    return escaped if _WORD.match(flat) else f"\\ {escaped}"


def _block(text: str) -> Iterator[str]:
    rows = clipped(printable(text), _BLOCK).split("\n") if text.strip() else ["(nothing)"]
    yield from ("::", "", *(f"   {clipped(row, _LINE)}".rstrip() for row in rows), "")
