# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of a drill: well-formed, described, and as it was when it was last looked at."""

import re
from dataclasses import dataclass, replace
from xml.parsers.expat import ParserCreate

from hypothesis import given, settings

from colorunbook.drill.chart import MOST
from colorunbook.drill.parts import Sample, Span, SpanKind
from colorunbook.drill.picture import svg
from colorunbook.drill.result import Result
from colorunbook.lab.guest.services import Service
from tests.drill.results import results, usual
from tests.render.golden import golden

USUAL = usual()


@dataclass
class Element:
    """One of an SVG, with the text that follows its beginning."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


def elements(drawn: str) -> list[Element]:
    """All of them in order; what is no XML fails."""
    found: list[Element] = []

    def text(piece: str) -> None:
        found[-1].text += piece

    parser = ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append(Element(tag, attributes))
    parser.CharacterDataHandler = text
    parser.Parse(drawn, True)
    return found


def test_the_picture_of_a_drill() -> None:
    """As it was when somebody looked at it last."""
    drawn = svg(USUAL)
    assert golden("drill.svg", drawn) == drawn


@settings(deadline=None)
@given(results)
def test_whatever_a_result_holds_is_text(result: Result) -> None:
    """It is XML, and nothing in it is more than text."""
    tags = {each.tag for each in elements(svg(result))}
    assert {"svg", "title", "desc", "style", "text", "path", "rect"} >= tags


def test_it_is_described_for_who_cannot_see_it() -> None:
    """By ids that are its own."""
    root, title, about, *_ = elements(svg(USUAL, name="one"))
    assert ["svg", "title", "desc"] == [each.tag for each in (root, title, about)]
    assert "one-title one-about" == root.attributes["aria-labelledby"]
    assert ("one-title", "one-about") == (title.attributes["id"], about.attributes["id"])
    assert "Drill full: QEMU 11.1.3, tcg, 2026-11-25 10:15" == title.text.strip()
    assert "388 requests, 388 answered; the longest gap" in about.text


def test_both_axes_say_their_units() -> None:
    """Time, and latency."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", svg(USUAL))
    assert "time in s" in texts
    assert "latency in ms, logarithmic" in texts


def test_the_services_differ_in_shape_as_well() -> None:
    """Who sees no colours sees round dots and square ones."""
    drawn = svg(USUAL)
    for word, cap in (("memory", "round"), ("disk", "square")):
        assert re.search(rf"\.{word} {{.*stroke-linecap: {cap}", drawn)
        assert 2 == drawn.count(f'<path class="dots {word}"'), "the legend's, and the answers"


def test_of_its_own_it_follows_the_system_and_in_a_page_the_page() -> None:
    """A page has decided already."""
    assert "prefers-color-scheme: dark" in svg(USUAL)
    assert "prefers-color-scheme" not in svg(USUAL, inline=True)


def test_what_is_not_in_it_is_not_in_its_legend() -> None:
    """Nor does it say that anything was left out."""
    empty = replace(USUAL, spans=(), samples=(), checkpoints=())
    for drawn in (svg(empty), svg(USUAL)):
        assert "never answered" not in drawn
        assert "slowest" not in drawn
    assert ">fault<" not in svg(empty)
    assert ">checkpoints<" not in svg(empty)


def test_it_says_what_a_dot_stands_for() -> None:
    """Where there are more answers than dots; and what was never answered has its own mark."""
    samples = tuple(Sample(Service.DISK, 1, at / 100, 0.01) for at in range(MOST * 2))
    lost = Sample(Service.DISK, 1, 1.0, None)
    drawn = svg(replace(USUAL, seconds=40.0, samples=(*samples, lost)))
    assert "slowest answer of the disk service in each 20 ms" in drawn
    assert ">never answered<" in drawn
    assert 2 == drawn.count('class="lost"')


def test_a_name_that_would_be_markup_is_shown() -> None:
    """A result may be anybody's."""
    span = Span(SpanKind.FAULT, "<script>\x07&", "h", 1, 1, 'a "note"')
    drawn = svg(replace(USUAL, spans=(span,)))
    assert "<script>" not in drawn
    assert "&lt;script&gt;\\x07&amp; h" in drawn


def test_a_file_of_its_own_needs_nothing_that_a_page_knows() -> None:
    """Not every program that shows one knows of variables."""
    assert "var(" not in svg(USUAL)
    assert "var(--colo-memory, " in svg(USUAL, inline=True)
