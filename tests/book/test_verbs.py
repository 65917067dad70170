# SPDX-License-Identifier: GPL-2.0-or-later
"""The vocabulary: what each verb sends."""

import pytest

from colorunbook.book import verbs
from colorunbook.book.actions import Qmp, Shell
from colorunbook.book.colo import Colo
from colorunbook.book.runbook import Step
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Dialect

COLO = Colo(Site(), Dialect())


def sent(step: Step) -> str:
    """The row that a step puts into a monitor."""
    assert isinstance(step.action, Qmp)
    return step.action.payload.text


@pytest.mark.parametrize(
    ("step", "row"),
    [
        (verbs.negotiate(), '{"execute": "qmp_capabilities"}'),
        (
            verbs.set_capabilities(("x-colo", "return-path")),
            '{"execute": "migrate-set-capabilities", "arguments": {"capabilities": ['
            '{"capability": "x-colo", "state": true}, '
            '{"capability": "return-path", "state": true}]}}',
        ),
        (
            verbs.set_parameter("x-checkpoint-delay", 500),
            '{"execute": "migrate-set-parameters", "arguments": {"x-checkpoint-delay": 500}}',
        ),
        (verbs.migrate("tcp:a:1"), '{"execute": "migrate", "arguments": {"uri": "tcp:a:1"}}'),
        (verbs.lost_heartbeat(Role.PRIMARY), '{"execute": "x-colo-lost-heartbeat"}'),
    ],
)
def test_a_verb_is_one_row(step: Step, row: str) -> None:
    """As it is printed."""
    assert row == sent(step)


def test_an_image_is_made_in_its_folder() -> None:
    """By the shell variable that names the folder."""
    action = verbs.create_image(COLO.image(Role.SECONDARY, "secondary-hidden"), "10G").action
    assert isinstance(action, Shell)
    folder = "/mnt/vms/colo-test-secondary"
    made = ["qemu-img", "create", "-f", "qcow2", f"{folder}/secondary-hidden.qcow2", "10G"]
    assert made == [word.text for word in action.words]
