# SPDX-License-Identifier: GPL-2.0-or-later
"""The matrix on the command line: its table, and what it does not take."""

import pytest

from colorunbook.check.matrix import judge
from colorunbook.cli.matrix import table
from colorunbook.hosts import Accel
from colorunbook.records import Verdict
from tests.cli.conftest import Colorunbook
from tests.trials import cell, record

TABLE = """\
QEMU    accel  edition  text for  verdict             declared
------  -----  -------  --------  ------------------  --------
11.1.3  kvm    hmp      itself    works with remarks  works
    line 1 gets a harmless reply: x
11.1.3  tcg    hmp      itself    not tried           works
    TCG ran no boot sector.
10.0.2  kvm    hmp      itself    broken              broken
    line 445: ``query-migrate`` on the primary
      COLO does not begin
7.2.22  kvm    hmp      itself    broken              NEWS
    line 445: ``query-migrate`` on the primary
      the primary hangs
    NEWS: It is known to work, and it is broken.
11.1.3  kvm    hmp      10.0.13   broken              broken
    line 445: ``query-migrate`` on the primary
      Capability 'x-colo' requires capability 'return-path'"""


def test_the_table_tells_verdicts_lines_and_news() -> None:
    """A row a cell; below it what a reader has to know."""
    new, translated, old, older = cell(), cell(accel=Accel.TCG), cell("10.0.2"), cell("7.2.22")
    wrong = cell(text="10.0.13")
    refused = "Capability 'x-colo' requires capability 'return-path'"
    outcomes = [
        judge(new, record(new, Verdict.REMARKS, "", "line 1 gets a harmless reply: x")),
        judge(translated, record(translated, Verdict.NOT_TRIED, "", "TCG ran no boot sector.")),
        judge(old, record(old, Verdict.BROKEN, "COLO does not begin")),
        judge(older, record(older, Verdict.BROKEN, "the primary hangs")),
        judge(wrong, record(wrong, Verdict.BROKEN, refused)),
    ]
    assert TABLE == table(outcomes)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--qemu", "9.9"), "QEMU 9.9 cannot be provisioned."),
        (("--text", "new"), "'new' is not a QEMU version."),
        (("--text", "2.8"), "QEMU 2.8.0 is older than the procedures can be spelled for."),
        (("--qemu-binary", "/nowhere/qemu"), "/nowhere/qemu"),
        (("--jobs", "0"), "--jobs"),
        (("--accel", "xen"), "--accel"),
        (("--records", "/dev/full"), "Records cannot be kept in /dev/full: File exists."),
        (("--records", "/proc/seen"), "Records cannot be kept in /proc/seen"),
    ],
)
def test_bad_input_is_told_before_anything_is_fetched(
    colorunbook: Colorunbook, words: tuple[str, ...], sentence: str
) -> None:
    """One sentence, exit code 2."""
    ended = colorunbook("matrix", *words)
    assert (2, "") == (ended.code, ended.out)
    assert sentence in ended.err
    assert "Traceback" not in ended.err
