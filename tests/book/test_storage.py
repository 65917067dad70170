# SPDX-License-Identifier: GPL-2.0-or-later
"""The verbs of disks: one meaning, two spellings."""

from collections.abc import Callable, Iterator

import pytest

from colorunbook.book import storage
from colorunbook.book.actions import Await, Hmp, Qmp
from colorunbook.book.colo import Colo
from colorunbook.book.runbook import Step
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition

HMP = Colo(Site(), Dialect())
BLOCKDEV = Colo(Site(), Dialect(NEWEST, Edition.BLOCKDEV))
SERVER = '{"type": "inet", "host": "127.0.0.2", "port": "9999"}'


def sent(step: Step) -> str:
    """The row that a step puts into a monitor."""
    assert isinstance(step.action, Qmp | Hmp)
    return step.action.payload.text


@pytest.mark.parametrize(
    ("step", "row"),
    [
        (
            storage.serve_disks(HMP),
            '{"execute": "nbd-server-start", "arguments": {"addr": {"type": "inet", '
            '"data": {"host": "0.0.0.0", "port": "9999"}}}}',
        ),
        (storage.stop_serving(), '{"execute": "nbd-server-stop"}'),
        (
            storage.attach(),
            '{"execute": "x-blockdev-change", '
            '"arguments": {"parent": "colo-disk0", "node": "replication0"}}',
        ),
        (
            storage.detach("children.1"),
            '{"execute": "x-blockdev-change", '
            '"arguments": {"parent": "colo-disk0", "child": "children.1"}}',
        ),
        (
            storage.end_copy(HMP),
            '{"execute": "block-job-cancel", "arguments": {"device": "resync"}}',
        ),
    ],
)
def test_a_verb_is_one_row(step: Step, row: str) -> None:
    """As it is printed."""
    assert row == sent(step)


@pytest.mark.parametrize(
    ("verb", "hmp", "blockdev"),
    [
        (
            storage.export,
            '{"execute": "nbd-server-add", "arguments": {"device": "parent0", "writable": true}}',
            '{"execute": "block-export-add", "arguments": {"type": "nbd", "id": "parent0", '
            '"node-name": "parent0", "name": "parent0", "writable": true}}',
        ),
        (
            storage.open_replica,
            '{"execute": "human-monitor-command", "arguments": {"command-line": '
            '"drive_add -n buddy driver=replication,mode=primary,file.driver=nbd,'
            "file.host=127.0.0.2,file.port=9999,file.export=parent0,"
            'node-name=replication0"}}',
            '{"execute": "blockdev-add", "arguments": {"driver": "replication", '
            '"node-name": "replication0", "mode": "primary", "file": {"driver": "nbd", '
            f'"server": {SERVER}, "export": "parent0"}}}}}}',
        ),
        (
            storage.close_replica,
            '{"execute": "human-monitor-command", '
            '"arguments": {"command-line": "drive_del replication0"}}',
            '{"execute": "blockdev-del", "arguments": {"node-name": "replication0"}}',
        ),
        (
            storage.copy_disk,
            '{"execute": "drive-mirror", "arguments": {"device": "colo-disk0", '
            '"job-id": "resync", "target": "nbd://127.0.0.2:9999/parent0", '
            '"mode": "existing", "format": "raw", "sync": "full"}}',
            '{"execute": "blockdev-mirror", "arguments": {"device": "colo-disk0", '
            '"job-id": "resync", "target": "resync0", "sync": "full", "auto-dismiss": false}}',
        ),
    ],
)
def test_a_verb_has_two_spellings(verb: Callable[[Colo], Step], hmp: str, blockdev: str) -> None:
    """One title, one meaning; the edition chooses the words."""
    assert (hmp, blockdev) == (sent(verb(HMP)), sent(verb(BLOCKDEV)))
    assert verb(HMP).title == verb(BLOCKDEV).title


@pytest.mark.parametrize("verb", [storage.reach_target, storage.see_copy_gone])
def test_what_one_edition_needs_more_has_reasons_of_its_own(
    verb: Callable[[Colo], Iterator[Step]],
) -> None:
    """The runbook does not know of it."""
    more = list(verb(BLOCKDEV))
    assert len(more) > len(list(verb(HMP)))
    assert all(step.why for step in more)


def test_a_job_is_dismissed_when_it_has_concluded_and_its_target_goes_last() -> None:
    """Before that QEMU refuses the one, and after it nothing holds the other."""
    waits, dismiss, close = storage.see_copy_gone(BLOCKDEV)
    assert isinstance(waits.action, Await)
    assert '{"execute": "job-dismiss", "arguments": {"id": "resync"}}' == sent(dismiss)
    assert '{"execute": "blockdev-del", "arguments": {"node-name": "resync0"}}' == sent(close)


def test_only_the_close_of_a_dead_disk_tolerates_a_reply() -> None:
    """And says why."""
    closing, opening = storage.close_replica(HMP).action, storage.open_replica(HMP).action
    assert isinstance(closing, Hmp) and isinstance(opening, Hmp)
    assert closing.tolerates
    assert closing.because
    assert "" == opening.tolerates
