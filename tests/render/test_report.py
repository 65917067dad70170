# SPDX-License-Identifier: GPL-2.0-or-later
"""The story of a run as one page of HTML."""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook.engine.events import Event, Fencing, ProofGiven, StepDone
from colorunbook.errors import StepFailed
from colorunbook.hosts import Role
from colorunbook.qemu.payload import JsonObject
from colorunbook.render.report import html
from colorunbook.story.reader import read
from tests.stories import (
    BEGIN,
    CONT,
    FAILED,
    HALF_UNDONE,
    INTERRUPTED,
    PLAN,
    STOP,
    UNDONE,
    WORKED,
    add,
    step,
    write,
)

VOID = {"meta", "line", "rect", "circle"}
HOSTILE = (
    "</script><script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    '" onload="alert(1)" x=\'',
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "\x1b[2J\0\x07",
    "\u202egnp.exe",
    "\ud800",
)


class Page(HTMLParser):
    """A page that is taken apart: every element has its end, and what is in it is kept."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        assert len(attrs) == len(dict(attrs))
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds nothing."""
        assert tag in VOID
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        """Text."""
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """Everything there is to read."""
        return "\n".join(piece for found in self.texts.values() for piece in found)


TAGS = {"html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "p", "table", "tr"}
TAGS |= {"th", "td", "b", "pre", "details", "summary", "svg", "line", "text", "rect", "circle"}


def must_be_harmless(page: Page) -> None:
    """No element, no attribute and no address that the template does not have."""
    assert {tag for tag, _ in page.elements} <= TAGS
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "href") for name in attributes)
    policy = [meta.get("content") for meta in page.all("meta") if meta.get("http-equiv")]
    assert ["default-src 'none'; style-src 'unsafe-inline'"] == policy


@pytest.mark.parametrize(
    ("events", "error"),
    [(WORKED, None), (UNDONE, FAILED), (BEGIN, INTERRUPTED), (BEGIN, None), ((), StepFailed(""))],
)
def test_a_page_is_whole(
    tmp_path: Path, events: Sequence[Event], error: BaseException | None
) -> None:
    """Every element has its end, and nothing is asked of a network."""
    text = html(read(write(tmp_path, events, error)))
    must_be_harmless(Page(text))
    assert text.isascii()
    assert "url(" not in text
    assert "@import" not in text


def test_a_page_says_how_it_went(tmp_path: Path) -> None:
    """First of all; then what was done, seen and heard."""
    story = read(write(tmp_path, [*WORKED, StepDone(1, step(1), {"a": [1]}, 0.25)]))
    page = Page(html(story))
    assert ["primary-failover: worked"] == page.texts["h1"]
    for piece in (
        "It has worked.",
        story.run,
        PLAN.digest,
        story.qemu,
        "10.0.0.2",
        "9 of 9",
        "let be",
        "ipmitool and 2 words more",
        "chardev:mirror0",
        "COLO_EXIT",
        "query-status on the primary says status=paused",
        "it is so",
        json.dumps({"a": [1]}, indent=2),
    ):
        assert piece in page.text
    assert {step.text.replace("``", "") for step in story.steps} <= {*page.texts["pre"]}


def test_the_picture_has_every_step_and_every_event(tmp_path: Path) -> None:
    """Each with a title; a bar has the state of its step."""
    story = read(write(tmp_path))
    page = Page(html(story))
    assert ["done"] * 8 + ["skipped"] == [bar["class"] for bar in page.all("rect")]
    assert 2 == len(page.all("circle"))
    titles = page.texts["title"]
    assert any(title.startswith("Step 1, Take children.1 out of colo-disk0") for title in titles)
    assert any(title.startswith("COLO_EXIT after ") and "primary" in title for title in titles)
    heights = {circle["cy"] for circle in page.all("circle")}
    assert 2 == len(heights)


def test_a_fence_command_is_told_without_its_words(tmp_path: Path) -> None:
    """A password may be among them, and a page is written to be passed on."""
    command = "ipmitool -P secret power off"
    events = (Fencing(Role.SECONDARY, command), ProofGiven("fence", Role.SECONDARY, command))
    page = html(read(write(tmp_path, [*BEGIN, *events], FAILED)))
    assert "the fence command for the secondary was begun" in page
    assert 2 == page.count("<td>ipmitool and 4 words more</td>")
    assert "secret" not in page


def test_what_was_taken_back_is_told(tmp_path: Path) -> None:
    """Each command with its reply, beside the reply to the step itself."""
    page = Page(html(read(write(tmp_path, HALF_UNDONE, FAILED))))
    told = [CONT.payload.text, "it <went> back", STOP.payload.text]
    assert ["the reply", *told] == page.texts["pre"][1:5]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_journal_says_is_only_text(tmp_path: Path, text: str) -> None:
    """Wherever it stands."""
    must_be_harmless(Page(html(read(hostile(tmp_path, text)))))


@settings(deadline=None)
@given(st.text())
def test_any_text_is_only_text(text: str) -> None:
    """Nothing in it can be mistaken for the page."""
    with TemporaryDirectory() as folder:
        must_be_harmless(Page(html(read(hostile(Path(folder), text)))))


def test_what_is_not_to_be_seen_is_spelled_out(tmp_path: Path) -> None:
    """A mark that turns the direction of reading could make text say another thing."""
    page = html(read(hostile(tmp_path, "\u202egnp.exe\x1b[2J\0")))
    assert not [mark for mark in ("&#8238;", "\x1b", "\0") if mark in page]
    assert r"\u202egnp.exe\x1b[2J\x00" in page


EVENTS = (
    *("GuardHeld", "GuardWaived", "Fencing", "ProofGiven", "Yanked", "StepStarted", "StepDone"),
    *(
        "UndoStarted",
        "UndoReplied",
        "UndoFailed",
        "QemuSpoke",
        "ExpectationMet",
        "Sung",
        "RunFailed",
    ),
)
PLACES = ("expect", "seen", "kind", "text", "command", "why", "name", "data", "error", "message")


def hostile(folder: Path, text: str) -> Path:
    """A journal that says a text in every place where it can."""
    path = write(folder)
    head = json.loads(path.read_text().splitlines()[0])
    plan = head["plan"]
    plan |= {"runbook": text, "qemu": text, "edition": text}
    plan["hosts"] = dict.fromkeys(plan["hosts"], text)
    for each in plan["steps"]:
        each |= {"title": text, "kind": text, "text": text}
    head |= {"run": text, "digest": text}
    head["who"] |= {"user": text, "host": text, "argv": [text]}
    path.write_text(json.dumps(head) + "\n")
    said: JsonObject = {"number": 1, "seconds": 0.5, "role": "primary", "instances": [text]}
    said |= dict.fromkeys(PLACES, text)
    said |= {"reply": {text: [text]}, "undone_by": [text]}
    add(path, *({"event": name, **said} for name in EVENTS))
    add(
        path,
        {"event": "Resumed", "who": head["who"]},
        {"event": "StepDone", "number": 2, "seconds": 0.5, "reply": text},
        {"event": "RunFailed", "error": text, "message": text},
    )
    return path
