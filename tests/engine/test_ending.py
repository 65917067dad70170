# SPDX-License-Identifier: GPL-2.0-or-later
"""The end of a run, when somebody wants it to end before QEMU has told whether it worked."""

import asyncio
import json
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.engine.events import Event, ExpectationMet, Progress, RunEnded, StepDone
from colorunbook.engine.fake import Answers, FakeTransport, Fault
from colorunbook.engine.journal import Journal
from colorunbook.engine.manner import Manner
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.errors import Aborted
from colorunbook.qemu.dialect import Edition
from colorunbook.story.model import Verdict
from colorunbook.story.reader import read
from tests.engine.chapters import BEREFT, SITE, TWO, Chapter, begin
from tests.hurry import hurry

LEFT = 1.0


async def stopped(
    hosts: FakeTransport, name: str, folder: Path, kind: type[Event], after: float = 0.0
) -> tuple[list[Event], str, float]:
    """Want a run to end when all steps are done and an event has come.

    :param kind: of the event.
    :param after: how long after it, in seconds.
    :returns: what was told, the error's text, how long it took from then on, in seconds.
    """
    manner, told, loop = Manner(), list[Event](), asyncio.get_running_loop()
    begun = 0.0
    async with Session(hosts, SITE, Edition.HMP) as session:
        plan = await session.resolve(shelf.runbook(name))
        journal = Journal(folder, plan)
        with pytest.raises(Aborted) as caught:
            async for event in run(plan, session, journal, manner):
                told.append(event)
                done = sum(isinstance(each, StepDone) for each in told)
                if isinstance(event, kind) and done == len(plan.steps) and not begun:
                    begun = loop.time()
                    loop.call_later(after, manner.stop.ask) if after else manner.stop.ask()
        journal.close()
    return told, str(caught.value), loop.time() - begun


@pytest.mark.parametrize(
    ("name", "kind", "after"),
    [
        ("primary-failover", StepDone, 0.0),
        ("primary-failover", StepDone, 2.0),
        ("bring-up", Progress, 0.0),
    ],
    ids=["before the first look", "in a wait for a state", "in a wait for checkpoints"],
)
def test_a_stop_is_heeded_while_the_end_is_waited_for(
    name: str, kind: type[Event], after: float, tmp_path: Path
) -> None:
    """At the next look, and not when the bound of the wait is over."""

    async def work() -> tuple[list[Event], str, float]:
        hosts = await begin(Chapter(name, BEREFT[:4] if "fail" in name else ()), Edition.HMP)
        if "fail" in name:
            hosts.kill(TWO)
            hosts.faults = [Fault("drive_del", Answers(""))]
        return await stopped(hosts, name, tmp_path, kind, after)

    told, text, took = hurry(work())
    done = sum(isinstance(event, StepDone) for event in told)
    account = f"all {done} steps are done; whether it worked was not seen."
    assert f"{name} was interrupted: {account}" == text
    assert took < after + LEFT
    assert not any(isinstance(event, RunEnded) for event in told)
    (path,) = tmp_path.iterdir()
    last = json.loads(path.read_text().splitlines()[-1])
    assert ("RunFailed", "Aborted") == (last["event"], last["error"])
    story = read(path)
    assert Verdict.INTERRUPTED is story.verdict
    assert 1 == story.outcome.count("whether it worked was not seen")


def test_a_stop_before_the_look_is_heeded_though_all_would_hold(tmp_path: Path) -> None:
    """Nobody is told of success who wanted no more looks."""

    async def work() -> list[Event]:
        hosts = await begin(Chapter("primary-failover", BEREFT[:4]), Edition.HMP)
        hosts.kill(TWO)
        told, _, _ = await stopped(hosts, "primary-failover", tmp_path, StepDone)
        return told

    assert not any(isinstance(event, ExpectationMet | RunEnded) for event in hurry(work()))
