# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of what is QEMU's own."""

import re
from collections.abc import Callable, Iterable
from typing import Protocol

import pytest

from benchmarks.findings.catalogue import REPRODUCERS
from benchmarks.findings.record import Finding, read
from benchmarks.findings.reproducer import Reproducer
from tests.benchmarks.findings.sightings import finding
from tests.docs import extensions

ROOT = extensions.ROOT
KEPT = ROOT / "docs/findings"


class Extension(Protocol):
    """What of the extension is used here."""

    lines: Callable[[Finding], Iterable[str]]


@pytest.fixture(scope="module")
def extension() -> Extension:
    """The extension of the site."""
    loaded: Extension = extensions.extension("findings")
    return loaded


@pytest.mark.parametrize("reproducer", REPRODUCERS, ids=lambda each: each.name)
def test_what_is_kept_has_the_words_of_now(reproducer: Reproducer) -> None:
    """And it was seen on some QEMU; one that was never seen is no finding."""
    kept = read(KEPT / f"{reproducer.name}.json")
    assert (reproducer.name, reproducer.words) == (kept.name, kept.words)
    assert kept.clearest.shown > 0


def test_nothing_is_kept_that_nobody_can_make_anew() -> None:
    """Each file has its reproducer."""
    names = {each.name for each in REPRODUCERS}
    assert names == {path.stem for path in KEPT.iterdir()}


def test_a_finding_can_be_led_to(extension: Extension) -> None:
    """It has a label and a title, and its words are text but for what QEMU calls things."""
    label, _, title, rule, *rest = extension.lines(finding())
    assert (".. _finding-sneeze:", "sneeze kills QEMU", "-" * 17) == (label, title, rule)
    assert r"It says ``bless you``\." in rest
    assert r"A \*cold\*." in rest


def test_the_page_has_no_evidence_of_its_own() -> None:
    """What was seen stands in the files alone."""
    page = (ROOT / "docs/explanation/findings.rst").read_text()
    prose = [row for row in page.splitlines() if not row.startswith("   $ ")]
    assert [] == [row for row in prose if re.search(r"\d", row) and "SPDX" not in row]
