# SPDX-License-Identifier: GPL-2.0-or-later
"""A migration that was to become COLO, and does not."""

from typing import Final

from benchmarks.findings.bare_pair import play
from benchmarks.findings.record import Words
from benchmarks.findings.reproducer import Reproducer

BEGINNING: Final = Reproducer(
    "never-begins",
    Words(
        title="COLO never begins, and every command answers success",
        expected=(
            "``query-migrate`` says ``colo``, or a command is refused: ``x-colo`` where it cannot "
            "be had, or ``migrate`` with it."
        ),
        likely=(
            "Upstream knows that COLO was broken from 10.0 on; Debian's 10.0.13 has the mend. As "
            "all commands of the document succeed, a test that does not ask afterwards does not "
            "notice."
        ),
        hurts=(
            "The guest has left the primary, as by an ordinary migration. Who trusts the replies "
            "believes it to be protected, and there is one copy of it: where the host dies that "
            "it runs on, it is gone."
        ),
        instead=(
            "A runbook succeeds only when QEMU says afterwards that it has: ``start-replication`` "
            "waits for ``query-migrate`` to say ``colo``, and fails when that does not come."
        ),
    ),
    lambda chance: play(chance, "kvm"),
    accel="kvm",
    releases=("11.1", "10.0", "10.0.2"),
)
