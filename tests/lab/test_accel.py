# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict on an accelerator."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab.accel import Accelerator, best, boot_sector, probe
from colorunbook.lab.life import Life
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World

#: What QEMU does with each accelerator: an exit status, or nothing within the bound.
Answers = dict[str, tuple[int, str] | None]


def world(folder: Path, monkeypatch: pytest.MonkeyPatch, answers: Answers) -> World:
    """A world whose QEMU answers so."""

    def run(_: World, argv: tuple[str, ...], *, seconds: float) -> CompletedProcess[str]:
        answer = answers[argv[argv.index("-accel") + 1]]
        if answer is None:
            raise TimedOut(f"after {seconds}")
        return CompletedProcess(argv, answer[0], "", answer[1])

    monkeypatch.setattr(World, "run", run)
    return World(Tree(Path("/t"), "11.1.3"), folder, Life(1, 1, ""))


def test_boot_sector_is_one() -> None:
    """It is 512 bytes with the mark that firmware looks for."""
    assert len(boot_sector()) == 512
    assert boot_sector().endswith(b"\x55\xaa")


def test_only_the_token_proves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit status that the boot sector causes proves that it ran; success does not."""
    answers: Answers = {"kvm": (85, ""), "tcg": (0, "")}
    there = world(tmp_path, monkeypatch, answers)
    assert probe(there, Accelerator.KVM).runs
    assert not probe(there, Accelerator.TCG).runs


def test_reason_is_qemus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is what QEMU said, without its warnings."""
    said = "qemu-system-x86_64: warning: x\nqemu-system-x86_64: Could not access KVM\n"
    there = world(tmp_path, monkeypatch, {"kvm": (1, said)})
    assert probe(there, Accelerator.KVM).reason == "kvm ran no boot sector: Could not access KVM."


def test_silence_is_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An accelerator under which nothing happens is given up after its bound."""
    there = world(tmp_path, monkeypatch, {"kvm": None})
    assert "in 2 s" in probe(there, Accelerator.KVM, seconds=2).reason


def test_best_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where KVM runs nothing TCG is taken, and the reason says why."""
    there = world(tmp_path, monkeypatch, {"kvm": (1, "no kvm"), "tcg": (85, "")})
    assert best(there).name is Accelerator.TCG
    assert "no kvm" in best(there).reason


def test_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither runs a guest, that is an error with both reasons."""
    there = world(tmp_path, monkeypatch, {"kvm": (1, "no kvm"), "tcg": (1, "no tcg")})
    with pytest.raises(Unavailable, match=r"no kvm.*no tcg"):
        best(there)
