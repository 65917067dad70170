# SPDX-License-Identifier: GPL-2.0-or-later
"""What the text of a document from others cannot do to the machine that it is checked on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from colorunbook.check.adapt import Adaptation
from colorunbook.check.machine import Machine
from colorunbook.errors import StepFailed
from colorunbook.lab import making
from colorunbook.lab.pair import Lab

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab without a pair."""
    made = making.make("containment", print, bound=True)
    with made.world:
        yield made


@pytest.fixture
def machine(lab: Lab) -> Machine:
    """The primary's host, as a check types into it."""
    return Machine(lab, lab.site.primary.address, Adaptation(lab.site))


async def test_its_shell_does_what_the_document_needs(machine: Machine) -> None:
    """Folders and images of the lab are its own."""
    assert "" == await machine.shell("mkdir -p /mnt/vms/x && touch /mnt/vms/x/y")


@pytest.mark.parametrize(
    "line",
    [
        "unshare --mount true",
        "unshare --user --map-root-user true",
        "chroot / true",
        "mknod /tmp/sda b 8 0",
        "touch /usr/x",
    ],
)
async def test_it_has_no_power_over_the_lab_itself(machine: Machine, line: str) -> None:
    """Root by name, it can mount nothing and leave no root."""
    with pytest.raises(StepFailed):
        await machine.shell(line)


async def test_it_has_one_capability(machine: Machine) -> None:
    """The one that makes a tap, and no way to another."""
    told = await machine.shell("while read -r line; do echo $line; done </proc/self/status")
    found = dict(line.partition(": ")[::2] for line in told.splitlines())
    assert {"0000000000001000"} == {found[f"Cap{kind}"] for kind in ("Eff", "Prm", "Bnd")}
    assert {"0000000000000000"} == {found[f"Cap{kind}"] for kind in ("Inh", "Amb")}
    assert "1" == found["NoNewPrivs"]


async def test_the_home_folder_cannot_be_written(machine: Machine) -> None:
    """Where it is seen at all."""
    target = Path.home() / "colorunbook-was-here"
    with pytest.raises(StepFailed):
        await machine.shell(f"mkdir -p {Path.home()} && touch {target} && test -e /dev/no")
    assert not target.exists()


async def test_there_is_no_network_but_the_labs_own(machine: Machine) -> None:
    """Nothing leads out."""
    with pytest.raises(StepFailed, match=r"[Uu]nreachable"):
        await machine.shell("exec 3<>/dev/tcp/192.0.2.1/80")


async def test_what_is_written_beside_it_goes_through_no_link(
    machine: Machine, lab: Lab, tmp_path: Path
) -> None:
    """The runtime folder is seen inside: a link there would lead to the reader's files."""
    victim = tmp_path / "profile"
    victim.write_text("mine")
    runtime, name = lab.world.runtime, lab.site.primary.address
    links = (f"ln -sf {victim} {runtime}/{name}.{end}" for end in ("sh", "log"))
    await machine.shell("; ".join(links))
    await machine.shell("echo harmless")
    with pytest.raises(StepFailed):
        await machine.launch("echo not a QEMU >&2; exit 1", 1)
    await machine.end()
    assert "mine" == victim.read_text()
