# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped schemas and real QEMUs: they say the same, and mean the same by it."""

import re
from collections.abc import Iterator
from random import Random

import pytest

from colorunbook.lab.inquiry import Died, Qemu, in_tree, inquire
from colorunbook.lab.provision import RELEASES, Release, provision
from colorunbook.lab.tree import Tree
from colorunbook.qemu.dialect import Dialect, Version
from colorunbook.qemu.knowledge import Knowledge, knowledge
from colorunbook.qemu.payload import Payload, is_object
from tests.schemas import NOWHERE, Maker, mutations

pytestmark = pytest.mark.live

#: What QEMU's input visitor says, and nobody after it (qapi/qobject-input-visitor.c).
VISITOR = re.compile(
    r"Parameter '[^']*' (is unexpected|is missing|does not accept value '[^']*'|expects u?int64)"
    r"|QMP input member '[^']*' is unexpected"
    r"|Invalid parameter type for '[^']*', expected: "
    r"|Invalid parameter '[^']*'"
)

#: Commands that end in an error right after their arguments were read, or do no harm: what they
#: name is not there, is there already, or is no identifier.
COMMANDS = {
    "announce-self": 4,
    "block-dirty-bitmap-merge": 8,
    "block-export-add": 8,
    "blockdev-add": 90,
    "blockdev-backup": 4,
    "blockdev-mirror": 4,
    "blockdev-reopen": 30,
    "chardev-add": 40,
    "drive-mirror": 4,
    "migrate": 16,
    "migrate-set-capabilities": 6,
    "migrate-set-parameters": 20,
    "nbd-server-add": 4,
    "netdev_add": 40,
    "object-add": 60,
    "query-stats": 6,
    "transaction": 30,
    "x-blockdev-change": 4,
    "yank": 8,
}


@pytest.fixture(params=RELEASES, ids=[each.version for each in RELEASES], scope="module")
def tree(request: pytest.FixtureRequest) -> Tree:
    """Each QEMU that can be provisioned."""
    wanted: Release = request.param
    return provision(wanted=wanted)


@pytest.fixture(scope="module")
def known(tree: Tree) -> Knowledge:
    """What is shipped of it."""
    return knowledge(Dialect(Version.parse(tree.version)).schema)


class Reader:
    """A QEMU that reads arguments, and is replaced when it dies of them.

    It waits for a guest, so that it sends none, and has a chardev and a network of the one name.
    """

    def __init__(self, tree: Tree) -> None:
        self._command = (*in_tree(tree), "-incoming", "defer")
        self._qemu = self._started()
        self.deaths = 0

    def refusal(self, payload: Payload) -> str:
        """What the visitor said; empty where the arguments were read to their end.

        Whoever dies has read them: what comes after the visitor has assertions, and some fail when
        a node is not there.
        """
        try:
            error = self._qemu.ask(payload).get("error")
        except Died:
            self.close()
            self._qemu = self._started()
            self.deaths += 1
            return ""
        text = str(error.get("desc")) if is_object(error) else ""
        return text if VISITOR.match(text) else ""

    def close(self) -> None:
        """End it."""
        self._qemu.close()

    def _started(self) -> Qemu:
        made = Qemu(self._command)
        made.ask(Payload("chardev-add", {"id": NOWHERE, "backend": {"type": "null", "data": {}}}))
        made.ask(Payload("netdev_add", {"type": "hubport", "id": NOWHERE, "hubid": 0}))
        return made


@pytest.fixture(scope="module")
def reader(tree: Tree) -> Iterator[Reader]:
    """One of it."""
    made = Reader(tree)
    yield made
    made.close()


def harmless(payload: Payload) -> Payload:
    """The same without what QEMU would do something about."""
    arguments = dict(payload.arguments)
    if payload.execute == "blockdev-add":
        arguments.pop("node-name", None)  # without a name nothing is opened
    return Payload(payload.execute, arguments)


def test_a_qemu_tells_what_is_shipped_of_it(tree: Tree, known: Knowledge) -> None:
    """A fresh dump is the shipped one, but for the version and the package."""
    told = inquire(in_tree(tree))
    parts = told.keys() - {"version", "package"}
    differing = sorted(part for part in parts if told[part] != known.told.get(part))
    assert [] == differing, (
        f"QEMU {tree.version} tells other things than what is shipped of {known.version}. Run "
        "'colorunbook schema dump --qemu VERSION -o colorunbook/qemu/schemas', and name the new "
        "file in SCHEMAS of colorunbook/qemu/dialect.py."
    )


def test_what_fits_offline_fits_live(
    reader: Reader, known: Knowledge, capsys: pytest.CaptureFixture[str]
) -> None:
    """QEMU reads what the schema allows, and refuses it with one mistake in it."""
    random = Random(20261125)
    accepted = refused = 0
    for command, times in COMMANDS.items():
        maker = Maker(known.schema, random)
        for _ in range(times):
            payload = maker.payload(command)
            payload = harmless(payload)
            assert () == known.schema.problems(payload), payload.text
            assert "" == reader.refusal(payload), payload.text
            accepted += 1
            mistakes = list(mutations(known.schema, payload))
            for mistake in random.sample(mistakes, min(2, len(mistakes))):
                wrong = mistake.applied(payload)
                assert known.schema.problems(wrong), (mistake, wrong.text)
                assert reader.refusal(wrong), (mistake, wrong.text)
                refused += 1
    with capsys.disabled():
        print(
            f"\nQEMU {known.version}: {accepted} accepted, {refused} refused, by both alike; "
            f"{reader.deaths} deaths"
        )
    assert accepted > 300
    assert refused > 300
