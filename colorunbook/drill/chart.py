# SPDX-License-Identifier: GPL-2.0-or-later
"""Latency over time, measured out for a picture: where each answer, span and fault stands.

Time runs from left to right. Latency is on a logarithmic scale, since a checkpoint costs ten times
what an answer takes, and a failover a hundred times.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from colorunbook.drill.measures import Stretch
from colorunbook.drill.parts import Sample, Span, SpanKind
from colorunbook.drill.result import Result
from colorunbook.drill.words import described, label
from colorunbook.lab.guest.services import Service

WIDTH: Final = 1000
LEFT: Final = 110
"""Where time begins; the names of the lanes and the numbers of the scale stand before it."""

RIGHT: Final = WIDTH - 20
LANE: Final = 20
TOP: Final = 84
"""Where the lanes begin; the title and the legend stand above them."""

HEIGHT: Final = 300
"""Of the part that has the answers in it."""

MOST: Final = 2000
"""Answers that are drawn; where there are more, the slowest ones stand for the others."""

_LETTER = 6.6
"""The width of a letter, near enough."""

_NARROWEST = 2.0
_TICKS = 10


@dataclass(frozen=True, slots=True)
class Dot:
    """An answer."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A span.

    :param y: the top of its lane.
    :param text: what is written beside it; empty where there is no room.
    :param text_x: where; before the bar if ``before``.
    """

    kind: SpanKind
    x: float
    width: float
    y: float
    title: str
    text: str
    text_x: float
    before: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything in the picture, in its own units.

    :param lanes: the kinds of spans, each with the top of its lane.
    :param dots: the answers of each service.
    :param lost: where on the axis of time a request was sent that was never answered.
    :param pauses: the checkpoints, as left edges and widths.
    :param thinned: of how many seconds a dot is the slowest answer; ``None``: all are drawn.
    :param top: the upper edge of the part with the answers, ``bottom`` the lower one.
    """

    lanes: tuple[tuple[SpanKind, float], ...]
    bars: tuple[Bar, ...]
    dots: dict[Service, tuple[Dot, ...]]
    lost: tuple[float, ...]
    pauses: tuple[tuple[float, float], ...]
    times: tuple[Tick, ...]
    latencies: tuple[Tick, ...]
    thinned: float | None
    top: float
    bottom: float


def chart(result: Result) -> Chart:
    """Measure out a drill."""
    kinds = [kind for kind in SpanKind if any(span.kind is kind for span in result.spans)]
    lanes = tuple((kind, float(TOP + LANE * at)) for at, kind in enumerate(kinds))
    top = TOP + LANE * len(lanes) + 10.0
    across = _Across(result)
    kept, thinned = thin(result.samples, across.begin, across.end)
    up = Up((s.latency for s in kept if s.latency is not None), top)
    return Chart(
        lanes,
        tuple(bar for kind, y in lanes for bar in _bars(result.spans, kind, y, across)),
        {
            service: tuple(
                Dot(across(s.sent), up(s.latency))
                for s in kept
                if s.service is service and s.latency is not None
            )
            for service in Service
            if any(s.service is service for s in kept)
        },
        tuple(sorted({across(s.sent) for s in kept if s.latency is None})),
        tuple(_pauses(result.checkpoints, across)),
        tuple(across.ticks()),
        tuple(up.ticks()),
        thinned,
        top,
        top + HEIGHT,
    )


def thin(
    samples: Sequence[Sample], begin: float, end: float, most: int = MOST
) -> tuple[tuple[Sample, ...], float | None]:
    """Where there are too many, keep the slowest of each service in each stretch of time.

    What was never answered is always kept. Also how long such a stretch is; ``None``: all are kept.
    """
    if len(samples) <= most:
        return tuple(samples), None
    services = len({s.service for s in samples})
    step = (end - begin) / max(1, most // services)
    slowest: dict[tuple[Service, int], Sample] = {}
    lost = []
    for sample in samples:
        if sample.latency is None:
            lost.append(sample)
            continue
        key = sample.service, min(int((sample.sent - begin) / step), most // services - 1)
        other = slowest.get(key)
        if other is None or (other.latency or 0.0) < sample.latency:
            slowest[key] = sample
    return (*slowest.values(), *lost), step


class _Across:
    """From times to places."""

    def __init__(self, result: Result) -> None:
        times = [0.0, result.seconds, *(sample.sent for sample in result.samples)]
        times += [time for span in result.spans for time in (span.begin, span.end)]
        times += [time for each in result.checkpoints for time in (each.begin, each.end)]
        self.begin, self.end = min(times), max(times)
        self.end = max(self.end, self.begin + 0.001)

    def __call__(self, time: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (time - self.begin) / (self.end - self.begin), 1)

    def ticks(self) -> Iterator[Tick]:
        """Marks at round numbers of seconds, about ten."""
        step = 0.0001
        for factor in (2, 2.5, 2) * 20:
            if (self.end - self.begin) / step <= _TICKS:
                break
            step *= factor
        first = math.ceil(self.begin / step)
        for number in range(first, math.floor(self.end / step) + 1):
            yield Tick(self(number * step), f"{float(f'{number * step:.6g}'):g}")


class Up:
    """From latencies to places, on a logarithmic scale: whole powers of ten at its edges.

    :param latencies: all that there are, in seconds.
    :param top: where the longest ones are; it is :data:`HEIGHT` high.
    """

    def __init__(self, latencies: Iterable[float], top: float) -> None:
        found = list(latencies)
        self.least = math.floor(math.log10(max(min(found, default=0.001), 1e-6)))
        self.most = max(math.ceil(math.log10(max(found, default=0.001) or 1e-6)), self.least + 1)
        self.top = top

    def __call__(self, latency: float) -> float:
        part = (math.log10(max(latency, 1e-6)) - self.least) / (self.most - self.least)
        return round(self.top + HEIGHT * (1 - part), 1)

    def ticks(self) -> Iterator[Tick]:
        """The powers of ten, in milliseconds."""
        for power in range(self.least, self.most + 1):
            yield Tick(self(10.0**power), f"{float(f'{10.0**power * 1000:.6g}'):g}")


def _pauses(pauses: Sequence[Stretch], across: _Across) -> Iterator[tuple[float, float]]:
    """Left edges and widths; what cannot be told apart on the page is one."""
    left = right = -1.0
    for pause in sorted(pauses):
        begin, end = across(pause.begin), max(across(pause.end), across(pause.begin) + 1)
        if begin > right:
            if right > 0:
                yield left, round(right - left, 1)
            left = begin
        right = max(right, end)
    if right > 0:
        yield left, round(right - left, 1)


def _bars(spans: Sequence[Span], kind: SpanKind, y: float, across: _Across) -> Iterator[Bar]:
    """A lane, in which no text runs into another or into a bar."""
    here = sorted((s for s in spans if s.kind is kind), key=lambda s: (s.begin, s.end))
    lefts = [across(span.begin) for span in here]
    widths = [max(_NARROWEST, across(s.end) - x) for s, x in zip(here, lefts, strict=True)]
    taken = float(LEFT)
    for span, x, width, (_, after) in zip(
        here, lefts, widths, pairwise([0.0, *lefts[1:], RIGHT + _LETTER]), strict=True
    ):
        text, text_x, before = "", 0.0, False
        for words in (label(span), span.name):
            needs = len(words) * _LETTER + 8
            if x + width + needs <= after:
                text, text_x, before = words, x + width + 4, False
                break
            if after > RIGHT and x - needs >= taken:
                text, text_x, before = words, x - 4, True
                break
        taken = max(taken, x + width, text_x + len(text) * _LETTER if not before else 0.0)
        yield Bar(kind, x, round(width, 1), y, described(span), text, round(text_x, 1), before)
