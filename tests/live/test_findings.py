# SPDX-License-Identifier: GPL-2.0-or-later
"""Each QEMU still does what the page says of it, or has been mended."""

from pathlib import Path

import pytest

from benchmarks.findings.catalogue import REPRODUCERS
from benchmarks.findings.record import read
from benchmarks.findings.reproducer import Reproducer, tried
from colorunbook.lab.provision import RELEASES, provision

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(1800)]

KEPT = Path(__file__).parents[2] / "docs/findings"


@pytest.mark.parametrize("reproducer", REPRODUCERS, ids=lambda each: each.name)
def test_it_happens_as_the_page_says(reproducer: Reproducer) -> None:
    """On the newest QEMU that it was seen on; where that is mended, ./run findings says so."""
    kept = read(KEPT / f"{reproducer.name}.json").clearest
    to_be_had = {provision(wanted=each).version: each for each in RELEASES}
    assert kept.qemu in to_be_had, "the page tells of an older QEMU: try it anew, ./run findings"
    now = tried(reproducer, to_be_had[kept.qemu], reproducer.attempts, print)
    assert now.shown > 0, f"not any more: {now.attempt.outcome}"
