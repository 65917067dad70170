# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that runs already is given a secondary, and then another one."""

import os
from collections.abc import Iterator

import pytest

from colorunbook.lab import genesis, runtime
from colorunbook.lab.accel import Accelerator, probe
from colorunbook.lab.provision import provision, release
from tests.live.program import Program

pytestmark = pytest.mark.live

ONE, TWO = "127.0.0.1", "127.0.0.2"


@pytest.fixture(scope="module")
def able() -> frozenset[str]:
    """The accelerators that run a guest here."""
    folder = runtime.folder_of(f"protect-{os.getpid()}-able")
    with genesis.create(provision(wanted=release("11.1")), folder) as world:
        return frozenset(each.value for each in Accelerator if probe(world, each).runs)


@pytest.fixture(params=["kvm", "tcg"])
def accel(request: pytest.FixtureRequest, able: frozenset[str]) -> str:
    """What runs the guest."""
    wanted = str(request.param)
    if wanted not in able:
        pytest.skip(f"{wanted} runs no guest here")
    return wanted


@pytest.fixture(params=["hmp", "blockdev"])
def program(request: pytest.FixtureRequest, accel: str) -> Iterator[Program]:
    """A lab without a QEMU yet."""
    program = Program(f"protect-{os.getpid()}")
    words = ("--empty", "--qemu", "11.1", "--accel", accel, "--edition", str(request.param))
    program("lab", "up", "--name", program.lab, *words)
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


def test_what_is_protected_already_is_left_alone(program: Program) -> None:
    """A second word for it changes nothing, and one for what took over is refused."""
    program.run("launch-alone")
    program.run("protect")
    program.run("protect")
    program.kill("primary")
    program.run("secondary-failover")
    refused = program.run("protect", "--primary", TWO, exits=3)
    assert "shows none of 'rew0'" in refused
