# SPDX-License-Identifier: GPL-2.0-or-later
"""The result of a drill as tables: of the faults and of the services; as text for a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colorunbook.drill.measures import Times
from colorunbook.drill.parts import Impact
from colorunbook.drill.requests import word_of
from colorunbook.drill.result import Result
from colorunbook.drill.sparkline import WIDTH, sparkline
from colorunbook.drill.words import figures, outcome, surroundings, title, took
from colorunbook.lab.guest.services import Service


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; each row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(result: Result) -> tuple[Table, ...]:
    """What each fault has cost, and how each service fared; a table without a row is left out."""
    both = (
        Table(
            (
                *("fault", "host", "at", "detected", "went on", "failover", "max wait", "max gap"),
                *("resume pause", "p99 before", "p99 after"),
            ),
            tuple(map(_fault, result.impacts)),
        ),
        Table(
            (
                *("service", "connections", "survived", "requests", "right"),
                *("p50", "p90", "p99", "longest"),
            ),
            tuple(_services(result)),
        ),
    )
    return tuple(table for table in both if table.rows)


def text(result: Result, width: int = WIDTH, *, plain: bool = False) -> str:
    """Everything for a terminal.

    :param width: of the picture in characters; the tables are as wide as they are.
    :param plain: with nothing but ASCII.
    """
    parts = [
        "\n".join((title(result), f"{surroundings(result)}.", result.setting.why)),
        sparkline(result, width, plain=plain),
        *("\n".join(lines(table)) for table in tables(result)),
        "\n".join((*figures(result), *(f"- {finding.text}" for finding in result.findings))),
        outcome(result),
    ]
    return "\n\n".join(parts) + "\n"


def lines(table: Table) -> Iterator[str]:
    """A table in columns."""
    widths = [max(map(len, column)) for column in zip(table.head, *table.rows, strict=True)]
    ruler = tuple("-" * width for width in widths)
    for row in (table.head, ruler, *table.rows):
        yield _line(row, widths)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def _fault(impact: Impact) -> tuple[str, ...]:
    return (
        impact.name,
        impact.host or "-",
        took(impact.begin),
        took(impact.detected_after),
        took(impact.went_on_after),
        took(impact.failover_took),
        took(None if impact.during is None else impact.during.longest),
        took(impact.longest_gap),
        took(impact.resume_pause),
        _p99(impact.before),
        _p99(impact.after),
    )


def _services(result: Result) -> Iterator[tuple[str, ...]]:
    for service in Service:
        here = [each for each in result.connections if each.service is service]
        if not here:
            continue
        times = result.totals.latency.get(word_of(service))
        found = (times.p50, times.p90, times.p99, times.longest) if times else (None,) * 4
        yield (
            word_of(service),
            str(len(here)),
            str(sum(each.survived for each in here)),
            str(sum(each.sent for each in here)),
            str(sum(each.right for each in here)),
            *map(took, found),
        )


def _p99(times: Times | None) -> str:
    return took(None if times is None else times.p99)
