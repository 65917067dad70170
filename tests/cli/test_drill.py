# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook drill``: what is chosen for it, what is told of it, and what is refused."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from colorunbook.cli.drill import drill
from colorunbook.comparison import Comparison, Nic
from colorunbook.drill import staging
from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.result import Result, read
from colorunbook.drill.scenes import SCENARIOS, soak
from colorunbook.drill.staging import Wishes
from colorunbook.errors import InputError, StepFailed
from colorunbook.lab.faults import Fault
from tests.cli.conftest import Colorunbook
from tests.drill.results import usual

WRONG = replace(usual(), findings=(Finding(Flaw.LOST, "An answer was lost."),))
NOTHING = replace(usual(), connections=())
"""A drill that nobody has taken part in: nothing was wrong."""


@pytest.fixture
def wished(monkeypatch: pytest.MonkeyPatch) -> list[Wishes]:
    """The wishes of the drills that were asked for; none is played, and all go well."""
    return played(monkeypatch, usual())


def played(monkeypatch: pytest.MonkeyPatch, result: Result) -> list[Wishes]:
    """The wishes of the drills that were asked for; each ends with this result."""
    found: list[Wishes] = []

    def play(wishes: Wishes, tell: staging.Tell) -> Result:
        del tell
        found.append(wishes)
        return result

    monkeypatch.setattr(staging, "stage", play)
    return found


def test_nothing_is_chosen_unless_said(wished: list[Wishes]) -> None:
    """The document's card, and QEMU's own numbers."""
    drill("secondary-failover")
    (wishes,) = wished
    assert (Nic(), Comparison()) == (wishes.nic, wishes.comparison)


def test_the_network_is_chosen_in_the_words_of_a_site_file(wished: list[Wishes]) -> None:
    """As ``run --set`` takes them."""
    card = ["guest.nic=virtio-net-pci", "guest.vnet_hdr_support=true"]
    drill("full", settings=[*card, "comparison.compare_timeout=1000"])
    (wishes,) = wished
    assert Nic("virtio-net-pci", vnet_hdr_support=True) == wishes.nic
    assert Comparison(compare_timeout=1000) == wishes.comparison


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("guest.memory=64", "guest.memory cannot be chosen for a drill"),
        ("primary.address=10.0.0.9", "primary.address cannot be chosen for a drill"),
        ("guest.vnet_hdr_support=true", "rtl8139 has no header"),
        ("comparison.max_queue_size=0", "max_queue_size 0 is out of range"),
        ("comparison.size=5", "'size' in [comparison] is unknown"),
        ("compare_timeout=5", "'compare_timeout=5' is no setting"),
    ],
)
def test_what_cannot_be_chosen_is_refused(wished: list[Wishes], setting: str, said: str) -> None:
    """Before anything is made."""
    with pytest.raises(InputError, match=re.escape(said)):
        drill("full", settings=[setting])
    assert [] == wished


def test_the_program_takes_settings_for_a_drill(colorunbook: Colorunbook) -> None:
    """As often as one likes; a bad one ends it at once."""
    ended = colorunbook("drill", "full", "--set", "guest.nic=e1000", "--set", "guest.cpu=max")
    assert (2, "") == (ended.code, ended.out)
    assert "guest.cpu cannot be chosen for a drill" in ended.err


def test_a_scenario_is_played_as_it_is(wished: list[Wishes]) -> None:
    """By its name, and without a seed: nothing is left to chance."""
    for name in SCENARIOS:
        drill(name)
    assert [*SCENARIOS.items()] == [(wishes.scenario, wishes.scenes) for wishes in wished]
    assert {None} == {wishes.seed for wishes in wished}


def test_a_fault_and_a_rest_are_those_of_every_scene(wished: list[Wishes]) -> None:
    """The rest is that at the end too; who the victims are stays as it is."""
    drill("full", fault="stop", rest=0.5, detect=250)
    (wishes,) = wished
    assert [(scene.victim, Fault.STOP, 0.5) for scene in SCENARIOS["full"]] == [
        (scene.victim, scene.fault, scene.rest) for scene in wishes.scenes
    ]
    assert (0.5, 0.25) == (wishes.rest, wishes.bound)


def test_chance_is_made_of_the_seed(wished: list[Wishes]) -> None:
    """It is kept with the result, for who wants to play it again."""
    drill(faults=7, seed=3)
    (wishes,) = wished
    assert ("soak", 3, [*soak(7, 3)]) == (wishes.scenario, wishes.seed, [*wishes.scenes])


def test_a_flawless_drill_is_shown(
    wished: list[Wishes], capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard output, the last line says how it ended."""
    drill("full")
    assert wished
    shown = capsys.readouterr().out
    assert "388 requests, 388 answered" in shown
    assert "4 of 4 connections survived, and nothing was wrong" in shown.splitlines()[-1]


@pytest.mark.parametrize(
    ("result", "said"),
    [(WRONG, "found 1 thing that must not be"), (NOTHING, "too little to prove anything")],
)
def test_a_drill_with_a_flaw_ends_with_1(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    result: Result,
    said: str,
) -> None:
    """Each finding is listed, once, and what was seen is kept all the same."""
    played(monkeypatch, result)
    with pytest.raises(StepFailed, match=said) as failed:
        drill("full", out=tmp_path / "full.json")
    assert 1 == failed.value.exit_code
    shown = capsys.readouterr().out
    assert [1] * len(result.findings) == [shown.count(each.text) for each in result.findings]
    assert result == read(tmp_path / "full.json")


def test_the_result_is_data_too(wished: list[Wishes], capsys: pytest.CaptureFixture[str]) -> None:
    """What can be read back is all that is on standard output."""
    drill("full", as_json=True)
    assert wished
    assert usual() == Result.from_json(json.loads(capsys.readouterr().out))


def test_result_and_picture_are_kept(wished: list[Wishes], tmp_path: Path) -> None:
    """In place of what was there before."""
    out, picture = tmp_path / "full.json", tmp_path / "full.svg"
    out.write_text("before")
    drill("full", out=out, picture=picture)
    assert wished
    assert usual() == read(out)
    assert picture.read_text().startswith("<svg ")
    assert {"full.json", "full.svg"} == {path.name for path in tmp_path.iterdir()}


def test_what_cannot_be_kept_is_shown_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The place has gone while the drill was played; the work of minutes is not lost with it."""
    folder = tmp_path / "kept"
    folder.mkdir()

    def play(wishes: Wishes, tell: staging.Tell) -> Result:
        del wishes, tell
        folder.rmdir()
        folder.write_text("")
        return usual()

    monkeypatch.setattr(staging, "stage", play)
    with pytest.raises(InputError, match=r"full\.json cannot be written"):
        drill("full", out=folder / "full.json")
    assert "388 requests, 388 answered" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "No scenario was given"),
        (("fool",), "'fool' is no scenario. There are secondary-failover, primary-failover"),
        (("full", "--fault", "fire"), "'fire' is no fault of a drill. There are kill, stop"),
        (("full", "--fault", "uplink"), "'uplink' is no fault of a drill"),
        (("full", "--soak", "3"), "--soak leaves everything to chance"),
        (("--soak", "3", "--fault", "kill"), "--soak leaves everything to chance"),
        (("--soak", "3", "--rest", "1"), "--soak leaves everything to chance"),
        (("--soak", "0"), "Invalid value for '--soak'"),
        (("full", "--connections", "0"), "Invalid value for '--connections'"),
        (("full", "--rest", "-1"), "Invalid value for '--rest'"),
        (("full", "--period", "nan"), "Invalid value for '--period'"),
        (("full", "--accel", "hvf"), "Invalid value for '--accel'"),
        (("full", "--qemu", "3.14"), "3.14"),
        (("full", "--qemu", "11.1", "--qemu-binary", "/q"), "name two QEMUs"),
        (("full", "--out", "none/full.json"), "There is no folder none for full.json"),
        (("full", "--picture", "none/full.svg"), "There is no folder none for full.svg"),
        (("full", "--out", "."), ". is a folder"),
        (("full", "--out", "full", "--picture", "./full"), "full is named twice"),
        (("full", "--out", "/proc/full.json"), "/proc/full.json cannot be written"),
    ],
)
def test_bad_words_are_refused_before_anything_is_made(
    colorunbook: Colorunbook, folder: Path, words: Sequence[str], said: str
) -> None:
    """With 2 and a sentence; there is no lab, no guest and no file of it."""
    ended = colorunbook("drill", *words)
    assert (2, "") == (ended.code, ended.out)
    assert said in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
    assert [] == [path.name for path in folder.iterdir() if path.name != "state"]
