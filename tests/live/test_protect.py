# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that runs already is given a secondary, and then another one."""

import os
from collections.abc import Iterator

import pytest

from tests.live.program import Program

pytestmark = pytest.mark.live

ONE, TWO = "127.0.0.1", "127.0.0.2"


@pytest.fixture(params=[("hmp", None), ("blockdev", "tcg")], ids=lambda two: str(two[0]))
def program(request: pytest.FixtureRequest) -> Iterator[Program]:
    """A lab without a QEMU yet: the editions, and what runs a guest."""
    edition, accel = request.param
    program = Program(f"protect-{os.getpid()}")
    words = ("--empty", "--qemu", "11.1", "--edition", edition)
    program("lab", "up", "--name", program.lab, *words, *(("--accel", accel) if accel else ()))
    yield program
    program("lab", "down", "--name", program.lab)


def test_a_guest_that_runs_is_protected_and_survives(program: Program) -> None:
    """Its secondary dies, it gets a new one; then it lives on in that one."""
    program.run("launch-alone")
    assert {ONE: "primary", TWO: None} == program.roles()
    program.run("protect")
    assert {ONE: "primary", TWO: "secondary"} == program.roles()

    program.kill("secondary")
    program.run("primary-failover")
    for runbook in ("launch-secondary", "prepare-secondary", "primary-resume"):
        program.run(runbook)
    assert {ONE: "primary", TWO: "secondary"} == program.roles()

    program.kill("primary")
    program.run("secondary-failover")
    assert {ONE: None, TWO: "primary"} == program.roles()


@pytest.mark.long
def test_what_is_protected_already_is_left_alone(program: Program) -> None:
    """A second word for it changes nothing, and one for what took over is refused."""
    program.run("launch-alone")
    program.run("protect")
    program.run("protect")
    program.kill("primary")
    program.run("secondary-failover")
    refused = program.run("protect", "--primary", TWO, exits=3)
    assert "shows none of 'rew0'" in refused
