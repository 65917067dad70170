# SPDX-License-Identifier: GPL-2.0-or-later
"""The matrix by the command line: what is declared broken is seen to be, with line and evidence."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.records import Record, Verdict, read_all

pytestmark = pytest.mark.live


def program(*words: str, exits: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the program and hold it to its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "colorunbook", *words],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert exits == done.returncode, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


def tried(folder: Path, *words: str) -> Record:
    """Try one cell, which is as declared; its record."""
    program("matrix", "--own", "--edition", "hmp", "--records", str(folder), *words)
    (record,) = read_all(folder)
    return record


def test_colo_never_starts_on_10_0_2_although_every_command_succeeds(tmp_path: Path) -> None:
    """The first line that is not true is the wait for COLO, after every command before it."""
    record = tried(tmp_path, "--qemu", "10.0.2", "--accel", "kvm")
    assert Verdict.BROKEN is record.verdict
    assert record.failure is not None
    assert "``query-migrate`` on the primary says ``status=colo``" == record.failure.text
    assert record.failure.symptom.startswith("COLO does not begin, although every command succeed")
    assert any(sight.text.startswith('{"execute": "migrate"') for sight in record.sights)


def test_a_checkpoint_deadlocks_7_2_under_tcg(tmp_path: Path) -> None:
    """A QEMU that hangs is a finding with a bounded wait, not a hung test."""
    record = tried(tmp_path, "--qemu", "7.2", "--accel", "tcg")
    assert Verdict.BROKEN is record.verdict
    assert record.failure is not None
    assert "the primary hangs: its monitor does not answer any more" == record.failure.symptom
    (primary,) = [line for line in record.failure.evidence if line.startswith("primary ")]
    assert "STOP" in primary.partition("last events: ")[2].partition(";")[0].split(", ")[-1]


def test_the_text_for_10_0_fails_on_11_1_at_its_first_line_about_colo(tmp_path: Path) -> None:
    """The line is told, with QEMU's own words."""
    record = tried(tmp_path, "--qemu", "11.1", "--text", "10.0", "--accel", "kvm")
    assert Verdict.BROKEN is record.verdict
    assert record.failure is not None
    assert "migrate-set-capabilities" in record.failure.text
    assert "Capability 'x-colo' requires capability 'return-path'" in record.failure.symptom


def test_a_matrix_that_is_killed_leaves_nothing() -> None:
    """Its checks end with it, and their labs with them."""
    words = ("--own", "--qemu", "11.1", "--accel", "tcg", "--edition", "hmp")
    matrix = psutil.Popen([sys.executable, "-m", "colorunbook", "matrix", *words])
    try:
        below = wait_for(lambda: _with_qemu(matrix))
    finally:
        matrix.kill()
        matrix.wait()
    gone, alive = psutil.wait_procs(below, timeout=30)
    assert [] == alive
    assert len(gone) > 3


def _with_qemu(matrix: psutil.Popen) -> list[psutil.Process]:
    """Everything below a matrix, once a QEMU with a guest is among it."""
    below = matrix.children(recursive=True)
    return below if any("-incoming" in _words(each) for each in below) else []


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def wait_for(look: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    """Look until there is something."""
    for _ in range(300):
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come about")


def test_the_document_for_11_1_has_one_line_without_a_future(tmp_path: Path) -> None:
    """It is told with QEMU's answer and with what the other edition has instead."""
    program("render", str(tmp_path))
    page = tmp_path / "system/qemu-colo.rst"
    done = program("check", str(page), "--future", "--json", exits=1)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    (refused,) = [record for record in told if "refused" in record]
    assert '{"execute": "nbd-server-add"' in refused["text"]
    assert "Deprecated command nbd-server-add disabled by policy" in refused["refused"]
    assert '{"execute": "block-export-add"' in refused["instead"]


@pytest.mark.long
def test_the_blockdev_edition_has_a_future(tmp_path: Path) -> None:
    """Its story is true on QEMUs that refuse what is deprecated."""
    assert Edition.BLOCKDEV is not Dialect().edition
    program("render", str(tmp_path), "--edition", "blockdev")
    page = tmp_path / "system/qemu-colo.rst"
    done = program("check", str(page), "--future")
    assert "The page is true, also where what is deprecated is refused" in done.stderr
