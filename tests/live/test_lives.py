# SPDX-License-Identifier: GPL-2.0-or-later
"""Every runbook by the command line, in the two lives of the document, each bereaved twice."""

import json
import os
from collections.abc import Iterator

import pytest

from colorunbook.qemu.payload import Json, is_object
from tests.live.program import Program

pytestmark = pytest.mark.live


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Iterator[Program]:
    """A lab with two hosts and no QEMU yet."""
    program = Program(f"t{os.getpid()}-{request.node.name[5:20]}")
    program("lab", "up", "--empty", "--name", program.lab)
    yield program
    program("lab", "down", "--name", program.lab)


def test_the_secondary_dies_and_later_the_primary(program: Program) -> None:
    """A pair that is brought up step by step survives the death of one side, then of the other."""
    program.run("launch-primary")
    program.run("launch-secondary")
    program.run("prepare-secondary")
    program.run("set-checkpoint-delay")
    program.run("start-replication")
    assert {"127.0.0.1": "primary", "127.0.0.2": "secondary"} == program.roles()

    program.kill("secondary")
    program.run("primary-failover", "--primary", "127.0.0.1")
    program.run("launch-secondary")
    program.run("prepare-secondary")
    program.run("primary-resume")

    program.kill("primary")
    program.run("secondary-failover", "--secondary", "127.0.0.2")
    assert {"127.0.0.1": None, "127.0.0.2": "primary"} == program.roles()


def test_the_primary_dies_and_later_the_secondary(program: Program) -> None:
    """After a secondary has taken over, the roles are exchanged, and it can fail over again."""
    program.run("bring-up")
    program.kill("primary")
    program.run("secondary-failover")

    exchanged = ("--primary", "127.0.0.2")
    program.run("launch-secondary", *exchanged)
    program.run("prepare-secondary", *exchanged)
    program.run("set-checkpoint-delay", *exchanged)
    program.run("secondary-resume")
    assert {"127.0.0.1": "secondary", "127.0.0.2": "primary"} == program.roles()

    program.kill("secondary")
    program.run("primary-failover", *exchanged)
    assert {"127.0.0.1": None, "127.0.0.2": "primary"} == program.roles()


def test_a_failover_is_refused_by_the_wrong_side(program: Program) -> None:
    """A QEMU that is not in the state that a runbook is for gets no command of it."""
    program.run("launch-primary")
    program.run("launch-secondary")
    assert "refused" in program.run("primary-failover", exits=3)
    assert "refused" in program.run("secondary-failover", exits=3)
    assert "refused" in program.run("start-replication", exits=3)
    program.run("launch-primary")  # it runs, with these very words: there is nothing to do
    assert {"127.0.0.1": "primary", "127.0.0.2": "secondary"} == program.roles()


def test_a_dry_run_has_the_digest_of_the_run(program: Program) -> None:
    """What a dry run prints is, by its digest, what the run then does."""
    program.run("launch-primary")
    program.run("launch-secondary")
    planned: Json = json.loads(program.run("prepare-secondary", "--dry-run", "--json"))
    started: Json = json.loads(program.run("prepare-secondary", "--json").splitlines()[0])
    assert is_object(planned) and is_object(started)
    assert planned["digest"] == started["digest"]
