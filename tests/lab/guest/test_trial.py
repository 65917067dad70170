# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict on an accelerator that is to boot a real Linux, with a made-up QEMU."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import psutil
import pytest

from colorunbook.errors import Unavailable
from colorunbook.lab.accel import Accel, Accelerator
from colorunbook.lab.guest import trial
from colorunbook.lab.guest.kept import Guest
from colorunbook.lab.guest.recipe import Recipe
from colorunbook.lab.guest.trial import best, boots
from colorunbook.lab.life import Life
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World

pytestmark = pytest.mark.timeout(15)  # nothing here has to wait for the end of a silence

QEMU = """
import json, re, socket, sys, time
words = dict(zip(sys.argv, sys.argv[1:]))

def part(option, name):
    parts = (part.partition("=") for part in re.split("(?<!,),(?!,)", words[option]))
    return {key: value.replace(",,", ",") for key, _, value in parts}[name]

disk = part("-drive", "file")
console = socket.socket(socket.AF_UNIX)
console.connect(part("-chardev", "path"))

def send(**row):
    print(json.dumps(row), flush=True)

def asked(state="running"):
    command = json.loads(sys.stdin.readline())["execute"]
    send(**{"return": {"status": state} if command == "query-status" else {}})

def say(text):
    console.sendall(text.encode())

def talks(state="running"):
    send(QMP={})
    asked()
    asked(state)

def stays():
    while True:
        time.sleep(60)
"""
"""A QEMU up to its greeting; what follows is how it goes on."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A world with a made-up QEMU, and a guest that could boot in it."""

    world: World
    guest: Guest

    def boots(self, name: Accelerator = Accelerator.KVM, *, silence: float = 20) -> Accel:
        """The verdict; nothing is left of the boot."""
        before = psutil.Process().children()
        verdict = boots(self.world, self.guest, name, silence=silence)
        assert before == psutil.Process().children()
        assert not any(self.world.runtime.iterdir())
        return verdict


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Its runtime folder has a comma in its name, which is QEMU's own separator."""
    runtime, disk = tmp_path / "r,t", tmp_path / "primary.qcow2"
    runtime.mkdir()
    disk.write_bytes(b"the disk")
    guest = Guest(disk, Recipe().address, "6.1.0-9-amd64", (), 8, 8, 1.0)
    return Machine(World(Tree(Path("/"), "11.1.3"), runtime, Life.of(os.getpid())), guest)


def goes_on(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """From now on the QEMU goes on so."""
    program = "\n".join((QEMU, *lines))

    def command(_: World, argv: tuple[str, ...], **_more: object) -> tuple[str, ...]:
        return (sys.executable, "-I", "-c", program, *argv)

    monkeypatch.setattr(World, "command", command)


def test_a_guest_that_is_up(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is enough that the guest says so; the last word is that of a whole line."""
    goes_on(
        monkeypatch,
        "talks()",
        "say('Linux\\r\\nguest: up 10.0.')",
        "say('0.10 1.5\\r\\n')",
        "stays()",
    )
    verdict = machine.boots()
    assert (Accelerator.KVM, True) == (verdict.name, verdict.runs)
    assert verdict.reason.startswith("kvm booted the guest in ")


def test_a_guest_that_is_up_and_gone(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said by a QEMU that ended at once is heard all the same."""
    goes_on(monkeypatch, "talks()", "say('guest: up 10.0.0.10 1.5\\r\\n')")
    assert machine.boots().runs


def test_it_boots_a_copy(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk in the cache is not written to."""
    goes_on(
        monkeypatch,
        "held = open(disk).read()",
        "open(disk, 'w').write('changed')",
        "say(f'guest: failed {held}\\n')",
        "stays()",
    )
    assert machine.boots().reason.endswith("says that it failed: the disk.")
    assert b"the disk" == machine.guest.disk.read_bytes()


def test_it_is_the_guest_of_a_site(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The accelerator, and the processor and memory that the pair will have."""
    goes_on(
        monkeypatch,
        'say(f\'guest: failed {[words[each] for each in ("-accel", "-cpu", "-m")]}\\n\')',
        "stays()",
    )
    assert "['tcg', 'qemu64,kvmclock=on', '512']" in machine.boots(Accelerator.TCG).reason


def test_a_guest_that_says_why_not(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence, fit for a terminal."""
    goes_on(monkeypatch, "say('guest: failed no \\x1b disk.\\n')", "stays()")
    verdict = machine.boots()
    assert not verdict.runs
    assert (
        "kvm did not boot the guest: the guest says that it failed: no \\x1b disk."
        == verdict.reason
    )


def test_a_kernel_that_panics(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the end of the silence that follows."""
    goes_on(
        monkeypatch, "say('[    0.1] Kernel panic - not syncing: No init found.\\r\\n')", "stays()"
    )
    reason = "kvm did not boot the guest: its kernel panicked: No init found."
    assert reason == machine.boots().reason


def test_a_qemu_that_stops_the_guest(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a nested KVM does; its state, and what QEMU complained of."""
    goes_on(
        monkeypatch,
        "print('qemu-system-x86_64: warning: x', file=sys.stderr)",
        "print('KVM internal error. Suberror: 1\\nEAX=0', file=sys.stderr)",
        "talks()",
        "send(event='STOP')",
        "asked('internal-error')",
        "stays()",
    )
    verdict = machine.boots()
    assert not verdict.runs
    assert verdict.reason.endswith(" s, internal-error: KVM internal error. Suberror: 1.")


def test_a_qemu_that_has_stopped_it_before_it_is_asked(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then no event tells."""
    goes_on(monkeypatch, "talks('internal-error')", "stays()")
    assert machine.boots().reason.endswith(" s, internal-error.")


def test_a_stop_that_is_none(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guest that goes on again is not given up."""
    goes_on(
        monkeypatch,
        "talks()",
        "print('{', flush=True)",
        "send(event='STOP')",
        "asked()",
        "say('guest: up 10.0.0.10 1.5\\n')",
        "stays()",
    )
    assert machine.boots().runs


def test_a_qemu_that_does_not_start(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it complained of."""
    goes_on(monkeypatch, "sys.exit('qemu-system-x86_64: Could not access KVM: No such file')")
    assert machine.boots().reason.endswith(" s: Could not access KVM: No such file.")


def test_a_qemu_that_ends_without_a_word(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guest that resets itself does it, since it may not reboot."""
    goes_on(monkeypatch, "talks()", "sys.exit(7)")
    assert machine.boots().reason.endswith(" s: exit status 7.")


def test_a_console_that_says_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much QEMU has to tell meanwhile."""
    goes_on(
        monkeypatch,
        "talks()",
        "while True:",
        "    send(event='RTC_CHANGE')",
        "    time.sleep(0.01)",
    )
    reason = "kvm did not boot the guest: its console said nothing for 0.5 s."
    assert reason == machine.boots(silence=0.5).reason


def test_a_console_that_falls_silent(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last that it said is the evidence."""
    goes_on(monkeypatch, "talks()", "say('SYSLINUX\\r\\nLoading.\\r\\n \\r\\n')", "stays()")
    assert machine.boots(silence=0.5).reason.endswith(" for 0.5 s after 'Loading'.")


def test_a_console_without_an_end(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not heard for ever."""
    monkeypatch.setattr(trial, "LONGEST", 0.5)
    goes_on(monkeypatch, "while True:", "    say('again\\n')", "    time.sleep(0.01)")
    assert machine.boots().reason.endswith(": it was not up after 0.5 s.")


def test_kvm_is_taken_where_it_boots(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """TCG is not even tried."""
    goes_on(monkeypatch, "say('guest: up 10.0.0.10 1.5\\n')", "stays()")
    verdict = best(machine.world, machine.guest)
    assert (Accelerator.KVM, True) == (verdict.name, verdict.runs)


@pytest.mark.parametrize(("status", "runs"), [(85, True), (1, False)])
def test_otherwise_tcg(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, status: int, runs: bool
) -> None:
    """Where it runs a boot sector; the reason says why not KVM."""

    def run(_: World, argv: tuple[str, ...], *, seconds: float) -> CompletedProcess[str]:
        assert "tcg" in argv
        return CompletedProcess(argv, status, "", "qemu-system-x86_64: no tcg")

    goes_on(monkeypatch, "sys.exit('no kvm')")
    monkeypatch.setattr(World, "run", run)
    if runs:
        verdict = best(machine.world, machine.guest)
        assert (Accelerator.TCG, True) == (verdict.name, verdict.runs)
        assert verdict.reason.startswith("tcg ran a boot sector. kvm did not boot the guest: ")
        assert verdict.reason.endswith("no kvm.")
    else:
        with pytest.raises(Unavailable, match=r"no kvm.*no tcg"):
            best(machine.world, machine.guest)


def test_a_disk_that_is_gone(machine: Machine) -> None:
    """Somebody has emptied the cache; that says nothing of the accelerator."""
    machine.guest.disk.unlink()
    with pytest.raises(Unavailable, match=r"The guest's disk cannot be copied"):
        machine.boots()
    assert not any(machine.world.runtime.iterdir())


def test_a_world_that_is_gone(machine: Machine) -> None:
    """It is told as of every other use of it."""
    machine.world.runtime.rmdir()
    with pytest.raises(Unavailable, match="has ended"):
        boots(machine.world, machine.guest, Accelerator.KVM)
