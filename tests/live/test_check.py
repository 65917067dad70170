# SPDX-License-Identifier: GPL-2.0-or-later
"""The check by the command line: true pages pass, a damaged one names its line and QEMU's word."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from colorunbook.check.life import OWED
from colorunbook.qemu.payload import JsonObject
from colorunbook.render.rst import PAGES

pytestmark = pytest.mark.live

DOCS = Path(__file__).parents[2] / "docs"


def check(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the verb."""
    return subprocess.run(
        [sys.executable, "-m", "colorunbook", "check", *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_committed_pages_are_true_under_tcg() -> None:
    """They pass where nothing but translation runs the guest, and the check says so."""
    done = check(str(DOCS), "--accel", "tcg")
    assert 0 == done.returncode, done.stderr
    assert "-enable-kvm became -accel tcg" in done.stderr
    for page in PAGES:
        assert f"The page is true: {DOCS / page}, " in done.stderr


@pytest.mark.long
def test_where_nobody_dies_checkpoints_are_seen_at_their_place() -> None:
    """Nothing is put off to a death that does not come."""
    done = check(str(DOCS / PAGES[1]), "--json")
    assert 0 == done.returncode, done.stderr
    rows: list[JsonObject] = [json.loads(row) for row in done.stdout.splitlines()]
    seen = [str(row["seen"]) for row in rows if "``STOP``" in str(row.get("text"))]
    assert 2 == len(seen)
    assert not [text for text in seen if text.startswith(OWED)]


def test_a_damaged_page_is_found_out(tmp_path: Path) -> None:
    """File, line, command and QEMU's answer are told, and the exit code is 1."""
    text = (DOCS / "system" / "qemu-colo.rst").read_text()
    page = tmp_path / "qemu-colo.rst"
    page.write_text(text.replace('"device": "parent0"', '"device": "parent1"', 1))
    line = text[: text.index('"device": "parent0"')].count("\n") + 1
    done = check(str(page))
    assert 1 == done.returncode
    assert f"{page}:{line}: " in done.stderr
    assert '"device": "parent1"' in done.stderr
    assert "QEMU replied: GenericError: Cannot find device='parent1'" in done.stderr
