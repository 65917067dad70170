# SPDX-License-Identifier: GPL-2.0-or-later
"""Option lines and real QEMUs: what starts is called no problem, and a problem never starts."""

import subprocess

import pytest

from colorunbook.lab.inquiry import BARE, in_tree
from colorunbook.lab.provision import RELEASES, Release, provision
from colorunbook.lab.tree import PATH, Tree
from colorunbook.qemu.dialect import Dialect, Version
from colorunbook.qemu.judgement import Problem, Unchecked
from colorunbook.qemu.knowledge import Knowledge, knowledge
from colorunbook.qemu.optionstrings import judge
from tests.qemu.lines import ACCEPTED, MACHINES, REFUSED, UNTOLD

pytestmark = pytest.mark.live

HELLO = '{"execute": "qmp_capabilities"}\n{"execute": "quit"}\n'


@pytest.fixture(params=RELEASES, ids=[each.version for each in RELEASES], scope="module")
def tree(request: pytest.FixtureRequest) -> Tree:
    """Each QEMU that can be provisioned."""
    wanted: Release = request.param
    return provision(wanted=wanted)


@pytest.fixture(scope="module")
def known(tree: Tree) -> Knowledge:
    """What is shipped of it."""
    return knowledge(Dialect(Version.parse(tree.version)).schema)


def refusal(tree: Tree, *words: str) -> str | None:
    """What a QEMU says that does not start with these words; ``None``: it has started."""
    bare = BARE[2:] if {"-machine", "-M"} & set(words) else BARE
    ended = subprocess.run(
        (*in_tree(tree), *bare, *words, "-qmp", "stdio"),
        input=HELLO,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={"PATH": PATH},
    )
    started = ended.returncode == 0 and '{"return": {}}' in ended.stdout
    return None if started else ended.stderr


def test_what_starts_is_no_problem_offline(tree: Tree, known: Knowledge) -> None:
    """All lines at once, and each machine by itself."""
    together = tuple(word for line in ACCEPTED for word in line)
    for line in (together, *MACHINES):
        assert None is refusal(tree, *line), line
        assert [] == [found for found in judge(line, known) if isinstance(found, Problem)]


@pytest.mark.parametrize("kind", [Problem, Unchecked])
def test_what_is_told_does_not_start(
    tree: Tree, known: Knowledge, kind: type[Problem] | type[Unchecked]
) -> None:
    """Each line by itself: a problem is refused, and what is refused is told."""
    for line in REFUSED if kind is Problem else UNTOLD:
        assert any(isinstance(found, kind) for found in judge(line, known)), line
        assert None is not refusal(tree, *line), line
