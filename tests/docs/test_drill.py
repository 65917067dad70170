# SPDX-License-Identifier: GPL-2.0-or-later
"""The drills that the site shows are what its page says of them."""

from pathlib import Path

import pytest

from colorunbook.drill.result import read
from colorunbook.drill.scenes import SCENARIOS

ROOT = Path(__file__).parents[2]
SHOWN = ("full", "partition", "soak")


@pytest.mark.parametrize("scenario", sorted(SCENARIOS.keys() & {*SHOWN}))
def test_a_scenario_that_is_shown_was_played_whole(scenario: str) -> None:
    """Each of its faults has happened."""
    result = read(ROOT / "docs/measured" / f"{scenario}.json")
    assert [scene.fault.value for scene in SCENARIOS[scenario]] == [
        impact.name for impact in result.impacts
    ]


def test_the_soak_that_is_shown_has_disturbed_resumes_too() -> None:
    """Of its faults at least thirty have happened: for one in a resume there may be no QEMU yet."""
    result = read(ROOT / "docs/measured/soak.json")
    assert 30 <= len(result.impacts)
    assert any(impact.detected_after is None for impact in result.impacts)


@pytest.mark.parametrize("scenario", SHOWN)
def test_a_drill_that_is_shown_is_flawless(scenario: str) -> None:
    """One that has found something is a defect to be looked into, and no example."""
    result = read(ROOT / "docs/measured" / f"{scenario}.json")
    assert scenario == result.setting.scenario
    assert result.is_flawless
    assert len(result.connections) == result.survived > 0
    assert result.disk is not None
    assert result.disk.acknowledged > 0
    assert () == result.disk.findings


def test_the_page_shows_them() -> None:
    """Each once, and no other."""
    page = (ROOT / "docs/explanation/drill.rst").read_text(encoding="utf-8")
    assert [f".. colo-drill:: ../measured/{scenario}.json" for scenario in SHOWN] == [
        line for line in page.splitlines() if line.startswith(".. colo-drill::")
    ]
