# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding as a bug report: its parts in order, whatever mark-up they are then put in."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

from benchmarks.findings.record import Attempt, Finding, Kind, Line, Seen

_WIDTH: Final = 100
_LONGEST: Final = 1500


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; what QEMU calls something stands in double backticks."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A list, a sentence an item."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What is typed, or was seen, as it is."""

    lines: tuple[str, ...]


Part: TypeAlias = Heading | Paragraph | Rows | Block


def report(finding: Finding) -> Iterator[Part]:
    """The parts of a report.

    :raises InputError: nothing was seen of it yet.
    """
    words, clearest = finding.words, finding.clearest
    attempt = clearest.attempt
    yield Heading("Versions")
    yield Rows(tuple(map(_came_of, finding.seen)))
    yield Heading("How to make it happen")
    yield Paragraph(words.how or _how(attempt, clearest))
    if typed := tuple(_typed(attempt.lines)):
        yield Block(typed)
    yield Heading("What happens")
    yield Paragraph(f"With QEMU {clearest.qemu}: {attempt.outcome}")
    if clearest.shown:
        yield Block(tuple(_seen(attempt.lines)))
    if attempt.log:
        yield Paragraph("The last lines of QEMU's log:")
        yield Block(attempt.log)
    if attempt.backtrace:
        yield Paragraph(
            "Where QEMU was, as gdb tells it, the innermost call first. Only those of QEMU's own "
            "functions stand here whose names its program exports:"
        )
        yield Block(attempt.backtrace)
    yield Heading("What was expected")
    yield Paragraph(words.expected)
    if words.likely:
        yield Heading("The likely reason")
        yield Paragraph(words.likely)
    yield Heading("Where it hurts a pair in COLO")
    yield Paragraph(words.hurts)
    yield Heading("What colorunbook does because of it")
    yield Paragraph(words.instead)


def _came_of(seen: Seen) -> str:
    accel = f", {seen.accel.upper()}" if seen.accel else ""
    package = f" ({seen.package})" if seen.package else ""
    times = f"it happened in {seen.shown} of {seen.attempts} attempts"
    return f"QEMU {seen.qemu}{package}{accel}: {times}, {seen.date}."


def _how(attempt: Attempt, seen: Seen) -> str:
    guest = "" if seen.accel else " No guest is needed."
    names = list(dict.fromkeys(line.who for line in attempt.lines if line.who))
    several = " Each QEMU has a terminal of its own." if len(names) > 1 else ""
    folder = "$d" in "".join(line.text for line in attempt.lines)
    private = " ``$d`` is an empty folder." if folder else ""
    return f"Everything is on one machine, on its loopback.{guest}{several}{private}"


def _typed(lines: Sequence[Line]) -> Iterator[str]:
    """What a person types, in order; after a comment that says where."""
    typed = [line for line in lines if line.kind in (Kind.SHELL, Kind.SENT)]
    for who, group in groupby(typed, key=_where):
        yield f"# {who}"
        for line in group:
            yield from _folded(line.text) if line.kind is Kind.SHELL else (line.text,)


def _where(line: Line) -> str:
    if not line.who or line.text.startswith("pkill"):
        return "another shell"
    return f"the {line.who}"


def _folded(command: str) -> list[str]:
    """A long command line, continued over several lines at its options."""
    words = command.replace(" -", "\0-").split("\0")
    rows = [words[0]]
    for word in words[1:]:
        if len(rows[-1]) + len(word) + 3 > _WIDTH:
            rows[-1] += " \\"
            rows.append(f"    {word}")
        else:
            rows[-1] += f" {word}"
    return rows


def _seen(lines: Sequence[Line]) -> Iterator[str]:
    """What was done and seen, with its time in seconds; the last command first comes first."""
    for line in lines:
        mark = {Kind.SHELL: "$", Kind.SENT: ">", Kind.CAME: "<", Kind.SEEN: "!"}[line.kind]
        text = textwrap.shorten(line.text, _LONGEST, placeholder=" ...")
        yield f"{line.at:8.3f} {line.who or 'shell':<9} {mark} {text}"


def markdown(finding: Finding) -> str:
    """The report as QEMU's issue tracker takes it.

    :raises InputError: nothing was seen of it yet.
    """
    rows = [f"# {finding.words.title}", ""]
    for part in report(finding):
        match part:
            case Heading(text):
                rows += [f"## {text}", ""]
            case Paragraph(text):
                rows += [*textwrap.wrap(text.replace("``", "`"), _WIDTH), ""]
            case Rows(items):
                rows += [*(f"- {item}" for item in items), ""]
            case Block(lines):
                rows += ["```", *lines, "```", ""]
    return "\n".join(rows)
