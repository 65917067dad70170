# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill on a made-up stage: what is done in which order, and what counts as a finding."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from colorunbook.drill import hearts
from colorunbook.drill.answers import Flaw
from colorunbook.drill.crew import Crowd
from colorunbook.drill.director import Orders, play
from colorunbook.drill.parts import SpanKind
from colorunbook.drill.result import Result
from colorunbook.drill.scenes import SCENARIOS, Relapse, Scene
from colorunbook.errors import StepFailed, Unavailable
from colorunbook.hosts import Role
from colorunbook.lab.faults import Fault
from colorunbook.lab.guest.services import Service
from colorunbook.lab.pair import Lab
from tests.drill.results import SETTING
from tests.drill.theatre import ONE, TWO, Theatre, theatre_in

CROWD = Crowd({Service.MEMORY: 1, Service.DISK: 1}, 0.01)
BEGIN = [
    f"launch-alone at {ONE}",
    f"a guest boots on {ONE}",
    f"protect at {ONE}",
    "clients come",
]


@pytest.fixture
def theatre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Theatre:
    """A stage."""
    return theatre_in(tmp_path, monkeypatch)


async def played(
    theatre: Theatre, scenes: Sequence[Scene], told: list[str] | None = None
) -> Result:
    """Play scenes without a rest between them."""
    hurried = [Scene(each.victim, each.fault, 0.0, each.relapse) for each in scenes]
    orders = Orders(hurried, CROWD, bound=0.0, rest=0.0)
    tell: Callable[[str], None] = ([] if told is None else told).append
    return await play(theatre.lab, SETTING, orders, theatre.folder, tell)


def texts(result: Result) -> list[str]:
    """What was found."""
    return [finding.text for finding in result.findings]


def resume_of(survivor: str, kind: str) -> list[str]:
    """The runbooks that give a survivor a new secondary, and at whose primary each is done."""
    prepare = [
        f"{name} at {survivor}"
        for name in ("launch-secondary", "prepare-secondary", "set-checkpoint-delay")
    ]
    return [*prepare, kind]


async def test_the_secondary_takes_over_and_is_given_a_secondary(theatre: Theatre) -> None:
    """In this order; at the end both hosts lose their power, and the survivor's disk is booted."""
    result = await played(theatre, SCENARIOS["secondary-failover"])
    assert [
        *BEGIN,
        f"kill {ONE}",
        f"secondary-failover at {ONE}",
        *resume_of(TWO, f"secondary-resume at {ONE}"),
        "clients go",
        f"power {ONE}",
        f"power {TWO}",
        f"launch-alone at {TWO}",
        f"a guest boots on {TWO}",
        "everybody goes",
    ] == theatre.acts
    assert [] == texts(result)
    assert result.is_flawless
    assert result.disk is not None
    assert (3, 3) == (result.disk.acknowledged, result.disk.count)


async def test_the_primary_carries_on_and_is_given_a_secondary(theatre: Theatre) -> None:
    """It was no secondary, so its resume is another one; its own disk is the surviving one."""
    result = await played(theatre, SCENARIOS["primary-failover"])
    assert [
        f"kill {TWO}",
        f"primary-failover at {ONE}",
        *resume_of(ONE, f"primary-resume at {ONE}"),
    ] == theatre.acts[len(BEGIN) : len(BEGIN) + 6]
    assert f"launch-alone at {ONE}" == theatre.acts[-3]
    assert result.is_flawless


async def test_roles_change_with_each_takeover(theatre: Theatre) -> None:
    """Who is struck is the one who has the role then, wherever that is."""
    result = await played(theatre, SCENARIOS["full"])
    struck = [act for act in theatre.acts if act.startswith("kill ")]
    assert [f"kill {ONE}", f"kill {TWO}", f"kill {TWO}"] == struck
    resumes = [act for act in theatre.acts if "-resume at" in act]
    assert [
        f"secondary-resume at {ONE}",
        f"secondary-resume at {TWO}",
        f"secondary-resume at {TWO}",
    ] == resumes
    assert result.is_flawless
    assert [ONE, TWO, TWO] == [impact.host for impact in result.impacts]


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_what_went_on_is_in_the_result(theatre: Theatre, scenario: str) -> None:
    """Each fault has its detection, its failover, its repair and its resume, in that order."""
    told: list[str] = []
    result = await played(theatre, SCENARIOS[scenario], told)
    kinds = (
        SpanKind.FAULT,
        SpanKind.DETECTION,
        SpanKind.FAILOVER,
        SpanKind.REPAIR,
        SpanKind.RESUME,
    )
    expected = [SpanKind.BOOT, SpanKind.PROTECT, *kinds * len(SCENARIOS[scenario])]
    spans = sorted(result.spans, key=lambda span: (span.end, [*SpanKind].index(span.kind)))
    assert expected == [span.kind for span in spans if span.kind in {*expected}]
    for scene, impact in zip(SCENARIOS[scenario], result.impacts, strict=True):
        assert scene.fault.value == impact.name
        assert impact.detected_after is not None
    assert "The guest is up." == told[0]


async def test_a_runbook_that_fails_ends_the_drill_and_is_found(theatre: Theatre) -> None:
    """What the clients have seen until then is judged all the same."""
    theatre.fails["secondary-resume"] = StepFailed("The mirror was lost.", "Look at it.")
    told: list[str] = []
    result = await played(theatre, SCENARIOS["full"], told)
    assert ["The drill ended early: The mirror was lost. Look at it."] == texts(result)
    assert texts(result)[0] in told
    assert 1 == len(result.impacts)
    assert 2 == result.survived
    assert not result.is_flawless
    assert "clients go" in theatre.acts


async def test_a_death_that_nobody_notices_is_found(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not waited for without a bound."""
    monkeypatch.setattr(hearts, "UNSEEN", 0.1)
    theatre.unheard = True
    result = await played(theatre, SCENARIOS["secondary-failover"])
    (text,) = [each for each in texts(result) if each.startswith("The drill ended early")]
    assert "did not say 'lost'" in text
    assert not any("failover" in act for act in theatre.acts)


async def test_a_drill_that_does_not_come_to_its_first_scene_has_no_result(
    theatre: Theatre,
) -> None:
    """Nothing is known of clients then; everybody goes all the same."""
    theatre.fails["protect"] = Unavailable("There is no QEMU.")
    with pytest.raises(Unavailable, match="There is no QEMU"):
        await played(theatre, SCENARIOS["full"])
    assert "everybody goes" == theatre.acts[-1]


async def test_two_that_answer_are_found(theatre: Theatre) -> None:
    """The old primary has not fallen silent when the new one takes over."""
    theatre.intruder = True
    result = await played(theatre, SCENARIOS["secondary-failover"])
    (text,) = texts(result)
    assert text.startswith(f"While {TWO} was to answer, answers came from elsewhere")


async def test_a_line_that_the_surviving_disk_has_not_is_found(theatre: Theatre) -> None:
    """It was acknowledged: somebody relies on it."""
    theatre.forgets = 1
    result = await played(theatre, SCENARIOS["secondary-failover"])
    assert {Flaw.DISK} == {finding.flaw for finding in result.findings}
    assert any("has 2 lines, and 3 were acknowledged" in text for text in texts(result))


async def test_a_disk_that_does_not_boot_is_found(theatre: Theatre) -> None:
    """The verdict on the clients stands beside it."""
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if "is the secondary now" in text:
            theatre.fails["launch-alone"] = StepFailed("QEMU has ended.")

    orders = Orders([Scene(Role.PRIMARY, rest=0.0)], CROWD, bound=0.0, rest=0.0)
    result = await play(theatre.lab, SETTING, orders, theatre.folder, tell)
    assert ["The surviving disk could not be asked: QEMU has ended."] == texts(result)
    assert texts(result)[0] == told[-1]
    assert result.disk is None
    assert 2 == result.survived


async def test_a_qemu_that_was_to_be_gone_is_found(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failover counts only when its loser is dead; that is ended, and the drill goes on."""
    words = (sys.executable, "-c", "input()")
    process = await asyncio.create_subprocess_exec(*words, stdin=subprocess.PIPE)
    there = psutil.Process(process.pid)
    monkeypatch.setattr(Lab, "qemu_of", lambda _, host: there if host.address == ONE else None)
    result = await played(theatre, SCENARIOS["secondary-failover"])
    process.kill()
    await process.wait()
    assert [f"The QEMU of {ONE} was still there when it was to come back."] == texts(result)
    assert f"the QEMU of {ONE} ends" in theatre.acts
    assert 2 == result.survived


AGAIN = Scene(Role.PRIMARY, Fault.KILL, 0.0, Relapse(Fault.POWER, 0.01))
"""The new secondary loses its power while it is made one."""


@pytest.mark.parametrize("in_colo", [True, False])
async def test_a_resume_that_is_disturbed_is_done_again(theatre: Theatre, in_colo: bool) -> None:
    """That it fails is as it should be. A primary that took it for whole fails over first."""
    theatre.waits = {"prepare-secondary"}
    theatre.fails["prepare-secondary"] = StepFailed("The secondary has gone.")
    theatre.in_colo = in_colo
    told: list[str] = []
    result = await played(theatre, [AGAIN], told)
    assert [
        f"secondary-failover at {ONE}",
        f"launch-secondary at {TWO}",
        f"prepare-secondary at {TWO}",
        f"power {ONE}",
        f"the QEMU of {ONE} ends",
        *([f"primary-failover at {TWO}"] if in_colo else []),
        *resume_of(TWO, f"secondary-resume at {ONE}"),
    ] == theatre.acts[len(BEGIN) + 1 : -6]
    assert "  The resume ended as it should: The secondary has gone." in told
    assert [] == texts(result)
    assert result.is_flawless
    assert ["kill", "power"] == [impact.name for impact in result.impacts]


async def test_a_resume_that_is_over_sooner_is_not_disturbed(theatre: Theatre) -> None:
    """There is no new secondary any more to be taken away."""
    late = Scene(Role.PRIMARY, Fault.KILL, 0.0, Relapse(Fault.POWER, 60.0))
    result = await played(theatre, [late])
    assert result.is_flawless
    assert ["kill"] == [impact.name for impact in result.impacts]


async def test_a_secondary_that_is_not_there_yet_cannot_die(theatre: Theatre) -> None:
    """Its resume goes on as if nothing had been tried."""
    theatre.waits = {"launch-secondary"}
    theatre.impossible = {Fault.STOP}
    early = Scene(Role.PRIMARY, Fault.KILL, 0.0, Relapse(Fault.STOP, 0.01))
    result = await played(theatre, [early])
    assert result.is_flawless
    assert ["kill"] == [impact.name for impact in result.impacts]
    assert 1 == theatre.acts.count(f"launch-secondary at {TWO}")


async def test_everybody_goes_when_it_is_interrupted(theatre: Theatre) -> None:
    """Wherever it is; there is nothing to judge then."""
    theatre.waits = {"secondary-resume"}
    reached = asyncio.Event()

    def tell(text: str) -> None:
        if "carries on" in text:
            reached.set()

    orders = Orders([Scene(Role.PRIMARY, rest=0.0)], CROWD, bound=0.0, rest=0.0)
    playing = asyncio.create_task(play(theatre.lab, SETTING, orders, theatre.folder, tell))
    await reached.wait()
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert "everybody goes" == theatre.acts[-1]
    assert "clients go" not in theatre.acts
