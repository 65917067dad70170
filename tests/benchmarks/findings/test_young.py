# SPDX-License-Identifier: GPL-2.0-or-later
"""What clients noticed of a drill, reign by reign."""

from dataclasses import replace

from benchmarks.findings.young import seen
from colorunbook.drill.parts import SpanKind
from tests.drill.results import usual


def test_a_reign_is_between_a_resume_and_the_next_fault() -> None:
    """The first begins with the first request, the last ends with the drill."""
    drill = usual()
    resumes = [span for span in drill.spans if span.kind is SpanKind.RESUME]
    told = seen(drill)
    assert len(drill.faults) + 1 >= len(told.reigns) > len(resumes)
    assert (drill.survived, len(drill.connections)) == (told.survived, told.connections)
    first, *_ = told.reigns
    assert first is not None
    assert first.seconds == round(drill.faults[0].begin - min(s.sent for s in drill.samples), 3)


def test_it_is_told_in_figures() -> None:
    """Of who was never answered there is no figure."""
    told = seen(usual())
    assert "1.0 checkpoints a second, median answer 1.9 ms" == told.told(0)
    assert "no answers" == replace(told, reigns=()).told(0)
