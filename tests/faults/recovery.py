# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes after a peer has died: sooner or later a failover, and it has to succeed."""

from colorunbook.hosts import Host, Role
from colorunbook.qemu.dialect import Edition
from tests.faults.chapters import ALONE, EXCHANGED, PAIR, Chapter
from tests.faults.stage import Stage, colo_mode

LOST = "a later failover was not to be had"


async def fail_over(stage: Stage, chapter: Chapter, edition: Edition) -> None:
    """Fail over; where the survivor is in no COLO, come there first, and let its peer die.

    :raises ColorunbookError: what the engine says.
    """
    survivor = await _in_colo(stage)
    if survivor is None:
        await _come_to_colo(stage, chapter, edition)
        primary = stage.site.flipped().primary if _flips(chapter) else stage.site.primary
        peer = next(host for host in stage.hosts if host != primary)
        stage.kill(peer)
        survivor = primary
    for host in stage.hosts:
        if host != survivor:
            stage.kill(host)
    mode = await colo_mode(stage, survivor)
    role = Role(mode) if mode in _ROLES else Role.PRIMARY
    site = stage.site if stage.site.host(role) == survivor else stage.site.flipped()
    await stage.act(f"{role.value}-failover", site, edition)


_ROLES = tuple(role.value for role in Role)


async def _in_colo(stage: Stage) -> Host | None:
    """The host whose QEMU is in COLO still."""
    for host in stage.hosts:
        if await colo_mode(stage, host) in _ROLES:
            return host
    return None


async def _come_to_colo(stage: Stage, chapter: Chapter, edition: Edition) -> None:
    """Give the survivor a new peer, and do the runbook again."""
    if chapter.is_resume:
        await stage.play(_exchanged(chapter, ("launch-secondary", "prepare-secondary")), edition)
        await stage.act(chapter.name, stage.site, edition)
        return
    primary, secondary = stage.hosts
    if chapter.is_protection:
        if not stage.has(primary):
            stage.kill(secondary)
            await stage.play(ALONE, edition)
        await stage.act(chapter.name, stage.site, edition)
        return
    if not stage.has(primary):
        # The guest is lost. A secondary that has lost its primary before COLO is no use for
        # another one: its red1, which only writes, does not notice, and does not connect again.
        stage.kill(secondary)
        await stage.play(PAIR[:1], edition)
    if not stage.has(secondary):
        await stage.play(PAIR[1:2], edition)
    await stage.play(PAIR[2:], edition)


def _flips(chapter: Chapter) -> bool:
    return chapter.name == "secondary-resume"


def _exchanged(chapter: Chapter, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{EXCHANGED}{name}" for name in names) if _flips(chapter) else names
