# SPDX-License-Identifier: GPL-2.0-or-later
"""What the records say of a text: on which QEMUs it was seen, with which replies, or no longer.

A record counts for a runbook as long as it names the digest that the runbook's plan has today.
What was seen of an older plan is stale: it is told as such, and never counts as seen.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from colorunbook.book.actions import Await
from colorunbook.book.phrases import Expect, say
from colorunbook.book.runbook import Runbook
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version, stretch_of
from colorunbook.records import Record, Sight
from colorunbook.render.filters import item
from colorunbook.render.standing import Broken, On, Reply, Standing
from colorunbook.shelf import DOCUMENT


class Evidence:
    """The records, held against the model.

    :param runbooks: what there is today, by name.
    """

    def __init__(self, records: Iterable[Record], runbooks: Mapping[str, Runbook]) -> None:
        self.records = tuple(sorted(records, key=lambda record: record.qemu))
        self._runbooks = runbooks
        self._digests: dict[tuple[str, Version, Edition], str | None] = {}
        self._found: dict[tuple[str, Edition, str], list[tuple[Record, Sight]]] = defaultdict(list)
        for record in self.records:
            for sight in record.sights:
                key = self.runbook_of(sight.section), record.edition, sight.text
                self._found[key].append((record, sight))

    def is_current(self, record: Record, runbook: str) -> bool:
        """Tell whether a record is of a runbook's plan as it is today."""
        told = record.digests.get(runbook)
        return told is not None and told == self._digest(runbook, record.document, record.edition)

    def is_stale(self, record: Record) -> bool:
        """Tell whether a plan that a record is of has changed since, has gone, or is new."""
        books = self._runbooks
        document = {name for name in DOCUMENT if name in books and not books[name].parts}
        return not all(self.is_current(record, name) for name in document | record.digests.keys())

    def standing(self, runbook: str, edition: Edition, *texts: str) -> Standing:
        """What was seen of one or more texts of a runbook, which all have to have been seen.

        :param texts: commands or sentences as they are printed.
        """
        standings = [self._one(runbook, edition, one_line(text)) for text in texts]
        if not standings:
            return Standing()
        replies = tuple(reply for standing in standings for reply in standing.replies)
        seen = set.intersection(*(set(_pairs(standing.seen)) for standing in standings))
        known = (set(_pairs((*each.seen, *each.stale))) for each in standings)
        return Standing(_grouped(seen), _grouped(set.intersection(*known) - seen), replies)

    def broken(self, runbook: str, edition: Edition) -> tuple[Broken, ...]:
        """Where a runbook fails although the text was meant for that QEMU."""
        found: dict[str, set[tuple[Version, Accel]]] = defaultdict(set)
        for record in self.records:
            failure = record.failure
            if failure is None or record.edition is not edition or not is_own(record):
                continue
            if self.runbook_of(failure.section) == runbook and self.is_current(record, runbook):
                found[failure.symptom].add((record.qemu, record.accel))
        return tuple(Broken(symptom, _grouped(pairs)) for symptom, pairs in found.items())

    def runbook_of(self, section: str) -> str:
        """The runbook that a section of the document prints; empty: none.

        A section has the title of its runbook, after a colon where something stands before it.
        """
        for name, book in self._runbooks.items():
            if section == book.title or section.endswith(f": {book.title}"):
                return name
        return ""

    def _one(self, runbook: str, edition: Edition, text: str) -> Standing:
        seen, stale = set[tuple[Version, Accel]](), set[tuple[Version, Accel]]()
        replies: dict[str, set[tuple[Version, Accel]]] = defaultdict(set)
        for record, sight in self._found.get((runbook, edition, text), ()):
            pair = record.qemu, record.accel
            if not self.is_current(record, runbook):
                stale.add(pair)
            elif self._came_through(record, runbook):
                seen.add(pair)
                replies[sight.seen].add(pair)
        told = (Reply(said, _grouped(on)) for said, on in replies.items() if said)
        return Standing(_grouped(seen), _grouped(stale - seen), tuple(told))

    def _came_through(self, record: Record, runbook: str) -> bool:
        """Tell whether a procedure was done to its end, with all that is asked before and after.

        A reply is no success. Where a document broke off, only what was seen whole counts.
        """
        if record.failure is None:
            return True
        plan = resolve(self._runbooks[runbook], Site(), Dialect(record.document, record.edition))
        seen = Counter(s.text for s in record.sights if self.runbook_of(s.section) == runbook)
        return Counter(map(one_line, sentences(plan))) <= seen

    def _digest(self, runbook: str, version: Version, edition: Edition) -> str | None:
        key = runbook, version, edition
        if key not in self._digests:
            book = self._runbooks.get(runbook)
            try:
                dialect = Dialect(version, edition)
                self._digests[key] = resolve(book, Site(), dialect).digest if book else None
            except InputError:
                self._digests[key] = None
        return self._digests[key]


def is_own(record: Record) -> bool:
    """Tell whether the text of a record was meant for the QEMU that it was tried on."""
    try:
        return stretch_of(record.document).holds(record.qemu)
    except InputError:
        return False


def sentences(plan: Plan) -> Iterator[str]:
    """Everything that a plan's section of the document has to show in a record."""
    yield from map(say, plan.starts)
    for number, step in enumerate(plan.steps, 1):
        if isinstance(step.action, Await):
            yield say(Expect(step.role, step.action.condition))
        else:
            yield item(step, number).command
    yield from map(say, plan.ends)


def one_line(text: str) -> str:
    """A text as a record has it: without continuations, and with single blanks."""
    return " ".join(text.replace("\\\n", " ").split())


def _pairs(on: Iterable[On]) -> Iterator[tuple[Version, Accel]]:
    return ((each.qemu, accel) for each in on for accel in each.accels)


def _grouped(pairs: set[tuple[Version, Accel]]) -> tuple[On, ...]:
    versions = sorted({qemu for qemu, _ in pairs})
    return tuple(On(v, tuple(a for a in Accel if (v, a) in pairs)) for v in versions)
