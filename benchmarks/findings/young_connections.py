# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections that begin after the last checkpoint before a failover."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from benchmarks.findings.record import Attempt, Kind, Line, Words
from benchmarks.findings.reproducer import Chance, Reproducer
from benchmarks.findings.young import Seen, drilled
from colorunbook import shelf
from colorunbook.book.actions import Qmp
from colorunbook.errors import Unavailable
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Version

_RESUME: Final = "secondary-resume"
_FAULTS: Final = 2
_BEFORE: Final = ", before=colo.rewriter.id)"


@dataclass(slots=True)
class _Notes:
    """What was done and seen in an attempt."""

    begun: float = field(default_factory=monotonic)
    lines: list[Line] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def line(self, kind: Kind, text: str) -> None:
        self.lines.append(Line(round(monotonic() - self.begun, 3), "survivor", kind, text))


def _play(chance: Chance) -> Attempt:
    notes = _Notes()
    first = _drilled(chance, "as QEMU's document has them", notes)
    with _behind():
        _drilled(chance, "behind rew0", notes)
    before, after = first.reigns[:2]
    slower = before is not None and after is not None and after.rate > before.rate + 1
    shown = slower or first.survived < first.connections
    return Attempt(shown, " ".join(notes.sentences), tuple(notes.lines))


def _drilled(chance: Chance, how: str, notes: _Notes) -> Seen:
    for row in _filters(Dialect(Version.parse(chance.tree.version))):
        notes.line(Kind.SENT, row)
    seen = drilled(chance.release, _FAULTS, chance.tell)
    reigns = (
        f"before the failover {seen.told(0)}",
        f"with the new secondary {seen.told(1)}",
        f"after a second failover {seen.survived} of {seen.connections} connections live",
    )
    for each in reigns:
        notes.line(Kind.SEEN, f"filters {how}: {each}")
    notes.sentences.append(f"Filters {how}: {'; '.join(reigns)}.")
    return seen


def _filters(dialect: Dialect) -> Iterator[str]:
    """The rows of a resume that place its filters, as the shelf has it now."""
    for step in resolve(shelf.runbook(_RESUME), Site(), dialect).steps:
        if isinstance(step.action, Qmp) and step.action.payload.execute == "object-add":
            yield step.action.payload.text


@contextmanager
def _behind() -> Iterator[None]:
    """Whoever resumes meanwhile puts the filters behind ``rew0``: a shelf with one change."""
    had = os.environ.get("COLORUNBOOK_SHELF")
    with TemporaryDirectory(prefix="crb-") as folder:
        there = Path(folder) / "runbooks"
        shutil.copytree(shelf.folders()[-1] / "runbooks", there)
        text = (there / "resume.py").read_text(encoding="utf-8")
        if text.count(_BEFORE) != 2:
            raise Unavailable("The resume of a secondary is written otherwise by now.")
        (there / "resume.py").write_text(text.replace(_BEFORE, ")"), encoding="utf-8")
        os.environ["COLORUNBOOK_SHELF"] = folder
        try:
            yield
        finally:
            del os.environ["COLORUNBOOK_SHELF"]
            if had is not None:
                os.environ["COLORUNBOOK_SHELF"] = had


YOUNG_CONNECTIONS: Final = Reproducer(
    "young-connections",
    Words(
        title="COLO: connections younger than the last checkpoint suffer from a failover for life",
        how=(
            "A pair in COLO as ``docs/system/qemu-colo.rst`` has it, with QEMU's own "
            "``x-checkpoint-delay`` of 20 s and a guest that answers TCP. Clients connect, and ask "
            "small things without end. Before the next checkpoint the primary is killed. The "
            "secondary takes over and is given a new secondary, by the commands of the document: "
            "the filters are inserted before ``rew0``. A while later it is killed too, and the "
            "new secondary takes over. Then all of it once more, with the filters behind ``rew0``. "
            "The objects of the resume, first as the document has them, then in the other order; "
            "with what was seen they stand at the time at which the whole of it began:"
        ),
        expected=(
            "The new secondary gives the same answers as the survivor, of which it is a copy, and "
            "a connection that has survived one failover survives the next one as well."
        ),
        likely=(
            "Before the first checkpoint the two guests have chosen different sequence numbers, "
            "and ``rew0`` rewrites those of the secondary for as long as the connection lives. "
            "With ``m0`` before ``rew0`` the new secondary gets packets with the numbers of the "
            "dead primary, while its guest has those of the survivor, and its own ``rew0`` has "
            "not seen the beginning of the connection and knows of no difference. So it disagrees "
            "on each packet, and each costs a checkpoint. Behind ``rew0`` the packets have the "
            "guest's own numbers, and the two agree. In neither order does the difference itself "
            "get to the new secondary: when that takes over, its client and its guest count "
            "differently. What ``filter-rewriter`` knows of a connection would have to be a part "
            "of the checkpoint."
        ),
        hurts=(
            "The pair does what it should, and clients wait many times as long for each answer, "
            "until they connect anew. At the second failover such connections fall silent: "
            "neither an answer nor a reset comes."
        ),
        instead=(
            "It follows QEMU's document. A shorter ``x-checkpoint-delay`` makes fewer such "
            "connections: one checkpoint between the first word of a client and the failover is "
            "enough. The other order of the filters was tried for this report alone."
        ),
    ),
    _play,
    accel="tcg",
    releases=("11.1",),
    attempts=1,
)
