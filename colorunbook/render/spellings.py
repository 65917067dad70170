# SPDX-License-Identifier: GPL-2.0-or-later
"""The same command for other QEMUs: which versions spell it alike, and which lines differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from colorunbook.book.actions import Await
from colorunbook.book.phrases import say
from colorunbook.book.runbook import Runbook
from colorunbook.hosts import Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect, Stretch, stretch_of, stretches
from colorunbook.render.filters import item


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the versions of a stretch spell one command of a plan.

    :param texts: what is typed there in its place: mostly one command, for some nothing.
    :param marked: the lines that differ, counted from 1 through all the texts: from the spelling
        that is shown first or, in that one, from any other.
    """

    stretch: Stretch
    texts: tuple[str, ...]
    marked: tuple[int, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of all its texts."""
        return tuple(line for text in self.texts for line in text.splitlines())


@dataclass(frozen=True, slots=True)
class Printed:
    """A command as it is printed, and the runbook that it was written in."""

    runbook: str
    text: str


class Spellings:
    """A runbook in one dialect, beside the other versions of the same edition."""

    def __init__(self, book: Runbook, site: Site, dialect: Dialect) -> None:
        self.commands = printed(resolve(book, site, dialect))
        self._own = stretch_of(dialect.version)
        self._dialects = [(s, Dialect(s.first, dialect.edition)) for s in stretches()]
        self._book, self._site = book, site

    def only(self, phrase: str) -> str:
        """The versions that a guard or an outcome is meant for; empty: all of them, or it is none.

        :param phrase: as it is printed, without its marks.
        """
        having = [stretch for stretch, phrases in self._phrases if phrase in phrases]
        if len(having) in (0, len(self._dialects)):
            return ""
        return having[0].joined(having[-1]).label

    @cached_property
    def _phrases(self) -> tuple[tuple[Stretch, frozenset[str]], ...]:
        """For each stretch, its guards and outcomes, without their marks."""
        found = []
        for stretch, dialect in self._dialects:
            plan = resolve(self._book, self._site, dialect)
            phrases = (say(each).replace("``", "") for each in (*plan.starts, *plan.ends))
            found.append((stretch, frozenset(phrases)))
        return tuple(found)

    @cached_property
    def _aligned(self) -> tuple[tuple[Stretch, tuple[tuple[str, ...], ...]], ...]:
        """For each stretch, what stands in the place of each command."""
        here = [command.text for command in self.commands]
        found = []
        for stretch, dialect in self._dialects:
            there = [c.text for c in printed(resolve(self._book, self._site, dialect))]
            found.append((stretch, aligned(here, there)))
        return tuple(found)

    def of(self, number: int) -> tuple[Spelling, ...]:
        """The spellings of a command, the dialect's own first and then the newest first.

        :param number: of the command, counted from 0.
        :returns: a single one where all versions agree.
        """
        groups: list[Spelling] = []
        for stretch, texts in self._aligned:
            if groups and groups[-1].texts == texts[number]:
                groups[-1] = Spelling(groups[-1].stretch.joined(stretch), texts[number])
            else:
                groups.append(Spelling(stretch, texts[number]))
        groups.reverse()
        groups.sort(key=lambda group: not group.stretch.holds(self._own.first))
        return marked(groups)


def printed(plan: Plan) -> tuple[Printed, ...]:
    """The commands of a plan, as the document prints them."""
    return tuple(
        Printed(step.runbook, item(step, number).command)
        for number, step in enumerate(plan.steps, 1)
        if not isinstance(step.action, Await)
    )


def aligned(here: Sequence[str], there: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """What stands ``there`` in the place of each text ``here``; nothing of it is left out."""
    found: list[list[str]] = [[] for _ in here]
    matcher = SequenceMatcher(None, here, there, autojunk=False)
    for _, begin, end, first, last in matcher.get_opcodes():
        for offset, text in enumerate(there[first:last]):
            place = begin + offset if begin + offset < end else max(end - 1, 0)
            if found:
                found[place].append(text)
    return tuple(map(tuple, found))


def marked(groups: Sequence[Spelling]) -> tuple[Spelling, ...]:
    """The same spellings, each with the lines that differ."""
    first, *others = groups
    of_others = {line for other in others for line in _differing(first, other)}
    return (
        Spelling(first.stretch, first.texts, tuple(sorted(of_others))),
        *(Spelling(o.stretch, o.texts, _differing(o, first)) for o in others),
    )


def _differing(one: Spelling, other: Spelling) -> tuple[int, ...]:
    """The lines of one that the other has not in their place."""
    matcher = SequenceMatcher(None, one.lines, other.lines, autojunk=False)
    same = {
        line
        for block in matcher.get_matching_blocks()
        for line in range(block.a, block.a + block.size)
    }
    return tuple(n + 1 for n in range(len(one.lines)) if n not in same)
