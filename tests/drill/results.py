# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of drills: any that can be, and one as a drill would really have it."""

from random import Random

from hypothesis import strategies as st

from colorunbook.drill.acknowledged import DiskVerdict
from colorunbook.drill.answers import Finding, Flaw, Verdict
from colorunbook.drill.measures import Stretch, Times
from colorunbook.drill.parts import Impact, Sample, Span, SpanKind, Totals
from colorunbook.drill.requests import Outcome, Request, text_of, word_of
from colorunbook.drill.result import Result, Setting
from colorunbook.drill.summary import Course, summarise
from colorunbook.lab.guest.services import Service

text = st.text(st.characters(codec="utf-8"), max_size=12)
whole = st.integers(0, 2**40)
moments = st.floats(-1e9, 1e9)
seconds = st.floats(0, 1e9)
services = st.sampled_from(Service)
stretches = st.lists(moments, min_size=2, max_size=2).map(lambda two: Stretch(*sorted(two)))
times = st.builds(Times, st.integers(1, 2**40), seconds, seconds, seconds, seconds)
findings = st.builds(Finding, st.sampled_from(Flaw), text, st.none() | services, whole, whole)
some_findings = st.lists(findings, max_size=2).map(tuple)
numbers = st.integers(1, 1000)
verdicts = st.builds(Verdict, services, numbers, whole, whole, st.booleans(), some_findings)
disks = st.builds(DiskVerdict, whole, whole, st.integers(-(2**40), 2**40), some_findings)
spans = st.builds(
    lambda kind, name, host, lasted, note: Span(kind, name, host, lasted.begin, lasted.end, note),
    *(st.sampled_from(SpanKind), text, text, stretches, text),
)
samples = st.builds(Sample, services, numbers, moments, st.none() | seconds)
costs = (*[st.none() | seconds] * 5,)
impacts = st.builds(Impact, text, text, moments, *costs, *[st.none() | times] * 3)
words = st.sampled_from([word_of(service) for service in Service])
totals = st.builds(
    Totals,
    *(whole, whole, st.none() | seconds),
    *(st.dictionaries(words, times, max_size=3), st.none() | times),
)
settings = st.builds(
    Setting,
    *(text, text, text, text, text, text),
    *(whole, st.none() | whole),
    st.dictionaries(text, text | st.booleans() | whole | moments, max_size=3),
)
results = st.builds(
    Result,
    settings,
    seconds,
    st.lists(verdicts, max_size=3).map(tuple),
    st.none() | disks,
    st.lists(spans, max_size=4).map(tuple),
    st.lists(stretches, max_size=4).map(tuple),
    st.lists(samples, max_size=9).map(tuple),
    st.lists(impacts, max_size=2).map(tuple),
    totals,
    some_findings,
)

SETTING = Setting(
    scenario="full",
    date="2026-11-25T10:15:00+00:00",
    qemu="11.1.3",
    accel="tcg",
    why="KVM ran a boot sector, and did not boot the guest in 20 s.",
    kernel="6.1.0-37-amd64",
    cores=2,
    seed=7,
    knobs={"x-checkpoint-delay": 500, "compare_timeout": 3000, "vnet_hdr_support": False},
)


def usual() -> Result:
    """Two deaths and a resume, with two services, as they might have gone; made by a seed."""
    return summarise(SETTING, course(), DiskVerdict(194, 0, 194))


def course(begin: float = 5000.0) -> Course:
    """What was seen of it."""
    random = Random(7)
    kill, later = begin + 10, begin + 24
    checkpoints = [
        Stretch(at, at + random.uniform(0.03, 0.09))
        for at in (begin + step * 0.9 for step in range(33))
        if not kill - 0.2 < at < begin + 15.5 and not at > later
    ]
    pause = Stretch(begin + 14.1, begin + 14.9)
    holes = [*checkpoints, pause, Stretch(kill, kill + 0.42), Stretch(later, later + 0.45)]
    spans = [
        Span(SpanKind.FAULT, "kill", "10.0.0.1", kill, kill, "SIGKILL"),
        Span(SpanKind.DETECTION, "heartbeat", "10.0.0.2", kill, kill + 0.3),
        Span(SpanKind.FAILOVER, "secondary-failover", "10.0.0.2", kill + 0.3, kill + 0.345),
        Span(SpanKind.RESUME, "secondary-resume", "10.0.0.2", begin + 12, begin + 15.2),
        Span(SpanKind.FAULT, "power", "10.0.0.2", later, later),
        Span(SpanKind.DETECTION, "heartbeat", "10.0.0.1", later, later + 0.31),
        Span(SpanKind.FAILOVER, "secondary-failover", "10.0.0.1", later + 0.31, later + 0.36),
    ]
    requests = [
        request
        for service in (Service.MEMORY, Service.DISK)
        for connection in (1, 2)
        for request in _stream(random, service, connection, begin, holes)
    ]
    clients = {Service.MEMORY: 2, Service.DISK: 2}
    return Course(begin, begin + 30, requests, clients, spans, [*checkpoints, pause])


def _stream(
    random: Random, service: Service, connection: int, begin: float, holes: list[Stretch]
) -> list[Request]:
    """One connection's requests; one that falls into a hole is answered behind it."""
    found: list[Request] = []
    sent = begin + random.uniform(0, 0.3)
    least = 0.002 if service is Service.MEMORY else 0.006
    while sent < begin + 29.5:
        number = len(found) + 1
        got = sent + random.lognormvariate(0, 0.5) * least
        got = max([got, *(h.end + random.uniform(0, 0.02) for h in holes if h.meets(sent, got))])
        words = text_of(word_of(service), connection, number)
        answered = (Outcome.ANSWERED, f"{number} {words}")
        found.append(Request(service, connection, number, sent, got, words, *answered))
        sent = max(sent + 0.3, got)
    return found
