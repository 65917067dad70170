# SPDX-License-Identifier: GPL-2.0-or-later
"""The story of a run as reStructuredText."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook.engine.events import Event, Fencing, ProofGiven, QemuSpoke, StepDone, UndoReplied
from colorunbook.errors import StepFailed
from colorunbook.hosts import Role
from colorunbook.render.transcript import rst
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

#: What the language or a terminal would take for more than text.
HOSTILE = (
    "- a list", "1. one", ".. raw:: html", "====", "+---+", "*bold*", "`role`_", "|sub|", "a_ b_",
    "::", ":field: x", "http://x.invalid/_", "[1]_", "\\", "   indented", "\t", "\x1b[2J", "\x0c",
    "\u2028", "\u202e", "", "x::", "mailto:a@b.invalid", "ISBN:1", "a:`b`", "12:", "1:a",
    "漢字漢字", "\n\n", "x\n====\n", ">>> 1", "__ x", "'''", "(a) b", "ä" * 5,
)  # fmt: skip


def parsed(text: str) -> nodes.document:
    """What docutils makes of it; a warning is an error."""
    settings = {"report_level": 1, "halt_level": 2, "_disable_config": True, "raw_enabled": True}
    return publish_doctree(text, settings_overrides=settings)


@pytest.mark.parametrize(
    ("events", "error"),
    [(WORKED, None), (UNDONE, FAILED), (BEGIN, INTERRUPTED), (BEGIN, None), ((), StepFailed(""))],
)
def test_a_transcript_is_parsed_without_a_warning(
    tmp_path: Path, events: Sequence[Event], error: BaseException | None
) -> None:
    """However the run went."""
    assert parsed(rst(read(write(tmp_path, events, error))))


def test_a_transcript_has_what_a_report_of_a_bug_needs(tmp_path: Path) -> None:
    """The QEMU, the digest of the plan, each command with its reply, the events."""
    story = read(write(tmp_path, [*BEGIN, StepDone(1, step(1), {"a": [1]}, 0.25), *WORKED[-3:]]))
    document = parsed(rst(story))
    text = document.astext()
    assert "primary-failover: worked" in document["title"]
    for piece in (PLAN.digest, f"{story.qemu}, hmp edition", "1 of 9", "10.0.0.2", "250 ms"):
        assert piece in text
    blocks = [block.astext() for block in document.findall(nodes.literal_block)]
    assert "It has worked." == blocks[0]
    assert {story.steps[0].text, '{"a": [1]}'} <= {*blocks}
    assert "secondary STOP" in blocks[-1]
    assert "query-status on the primary says status=running; seen: status=running" in blocks


def test_a_fence_command_is_told_without_its_words(tmp_path: Path) -> None:
    """A password may be among them, and a transcript is written to be passed on."""
    command = "ipmitool -P secret power off"
    events = (Fencing(Role.SECONDARY, command), ProofGiven("fence", Role.SECONDARY, command))
    page = rst(read(write(tmp_path, [*BEGIN, *events], FAILED)))
    assert "the fence command for the secondary was begun: ipmitool and 4 words more" in page
    assert "the secondary is dead (fence): ipmitool and 4 words more" in page
    assert "secret" not in page


@settings(deadline=None)
@given(st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"])))
def test_text_of_others_stays_text(text: str) -> None:
    """It makes no list, no link, no section and no warning."""
    events = (
        Fencing(Role.SECONDARY, text),
        ProofGiven(text, Role.SECONDARY, text),
        StepDone(1, step(1), text, 0.5),
        UndoReplied(1, text, text, refused=False),
        QemuSpoke(Role.PRIMARY, text, {text: text}),
    )
    with TemporaryDirectory() as folder:
        path = write(Path(folder), events, StepFailed(text))
        lines = path.read_text(encoding="utf-8").split("\n")
        path.write_text("\n".join([lines[0].replace("10.0.0.1", "10_*`x`__"), *lines[1:]]))
        add(path, {"event": "StepSkipped", "number": 2, "seen": text})
        page = rst(read(path))
    document = parsed(page)
    assert all(character.isprintable() for line in page.split("\n") for character in line)
    kinds = {type(node) for node in document.findall()}
    assert not kinds & {nodes.raw, nodes.bullet_list, nodes.enumerated_list, nodes.reference}
    assert not kinds & {
        nodes.strong,
        nodes.emphasis,
        nodes.target,
        nodes.block_quote,
        nodes.comment,
    }


def test_what_was_taken_back_is_told(tmp_path: Path) -> None:
    """Each command with its reply, beside the reply to the step itself."""
    document = parsed(rst(read(write(tmp_path, HALF_UNDONE, FAILED))))
    blocks = [block.astext() for block in document.findall(nodes.literal_block)]
    at = blocks.index("the reply")
    assert [CONT.payload.text, "it <went> back", STOP.payload.text] == blocks[at + 1 : at + 4]


def test_a_long_reply_is_shortened(tmp_path: Path) -> None:
    """docutils refuses a line of more than 10000 characters."""
    page = rst(read(write(tmp_path, [StepDone(1, step(1), "x" * 50_000, 0.5)], FAILED)))
    assert parsed(page)
    assert "characters more)" in page
    assert 2100 > max(len(line) for line in page.split("\n"))
