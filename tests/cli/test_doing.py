# SPDX-License-Identifier: GPL-2.0-or-later
"""Doing a plan as a person sees it."""

import pytest

from colorunbook import shelf
from colorunbook.cli.doing import warn_of_builds
from colorunbook.engine.session import Session
from colorunbook.qemu.dialect import Edition
from tests.engine.chapters import BEREFT, ONE, PAIR, SITE, TWO, Chapter, begin
from tests.hurry import hurry


async def warn(chapter: Chapter, one: str, two: str) -> None:
    """Be warned of builds at the beginning of a chapter."""
    hosts = await begin(chapter, Edition.HMP)
    hosts.builds = {ONE: one, TWO: two}
    async with Session(hosts, SITE) as session:
        await warn_of_builds(await session.resolve(shelf.runbook(chapter.name)), session)


def test_two_builds_of_one_version_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """They may differ in what they pass on of the guest."""
    hurry(warn(Chapter("primary-resume", BEREFT), "Debian 1", "Debian 2"))
    told = capsys.readouterr().err
    assert f"{ONE} has Debian 1 and {TWO} has Debian 2" in " ".join(told.split())


def test_one_build_is_not_spoken_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is that of a peer which has to be dead."""
    hurry(warn(Chapter("primary-resume", BEREFT), "Debian 1", "Debian 1"))
    hurry(warn(Chapter("primary-failover", (*PAIR, f"-{TWO}")), "Debian 1", "Debian 2"))
    assert "" == capsys.readouterr().err
