# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of a pair that runs."""

from collections.abc import Iterator

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import StatusIs
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step, runbook
from colorunbook.book.verbs import set_parameter
from colorunbook.hosts import Role


@runbook("set-checkpoint-delay", on=Role.PRIMARY, title="Set the checkpoint delay")
def set_checkpoint_delay(colo: Colo) -> Iterator[Step]:
    """Bound the time between two checkpoints; it can be changed while the guest runs."""
    yield set_parameter("x-checkpoint-delay", colo.site.checkpoint_delay).because(
        "In milliseconds. A reply that the two guests do not give alike waits for the next "
        "checkpoint, so this is also the longest that a client can wait. QEMU's own value is "
        "20 seconds."
    )


@set_checkpoint_delay.ends_when
def delay_is_set(colo: Colo) -> Iterator[Expect]:
    """The primary has taken the number."""
    delay = str(colo.site.checkpoint_delay)
    yield Expect(Role.PRIMARY, StatusIs("query-migrate-parameters", "x-checkpoint-delay", delay))
