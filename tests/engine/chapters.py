# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped runbooks on hosts that are made up, each with the story that leads to it."""

from copy import deepcopy
from dataclasses import dataclass, fields

from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.engine.events import Event
from colorunbook.engine.fake import FakeTransport
from colorunbook.engine.mimic import Mimic
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.hosts import Host, Site
from colorunbook.qemu.dialect import Edition

SITE = Site(
    Host("127.0.0.1", "/mnt/vms/colo-test-primary", UnixMonitor("/run/colo/a.qmp")),
    Host("127.0.0.2", "/mnt/vms/colo-test-secondary", UnixMonitor("/run/colo/b.qmp")),
)
ONE, TWO = SITE.primary.address, SITE.secondary.address
PAIR = ("launch-primary", "launch-secondary", "prepare-secondary", "start-replication")


@dataclass(frozen=True)
class Chapter:
    """A runbook, and the story that leads to its beginning: names of runbooks, deaths."""

    name: str
    story: tuple[str, ...] = ()
    flipped: bool = False

    def __str__(self) -> str:
        return self.name


BEREFT = (*PAIR, f"-{TWO}", "primary-failover", "launch-secondary", "prepare-secondary")
TAKEN = (*PAIR, f"-{ONE}", "secondary-failover")
CHAPTERS = [
    *(Chapter(name, PAIR[:count]) for count, name in enumerate(PAIR)),
    Chapter("bring-up"),
    Chapter("set-checkpoint-delay", PAIR),
    Chapter("primary-failover", BEREFT[:5]),
    Chapter("primary-resume", BEREFT),
    Chapter("secondary-failover", TAKEN[:5]),
    Chapter("launch-alone"),
    Chapter("prepare-primary", ("launch-alone",)),
    Chapter("protect", ("launch-alone",)),
    Chapter("secondary-resume", (*TAKEN, "~launch-secondary", "~prepare-secondary")),
]


async def play(hosts: FakeTransport, name: str, edition: Edition, site: Site = SITE) -> list[Event]:
    """Do a runbook to its end."""
    async with Session(hosts, site, edition) as session:
        plan = await session.resolve(shelf.runbook(name))
        return [event async for event in run(plan, session)]


async def begin(chapter: Chapter, edition: Edition) -> FakeTransport:
    """Hosts as they are when the chapter begins."""
    hosts = FakeTransport()
    for word in chapter.story:
        if word.startswith("-"):
            hosts.kill(word[1:])
        else:
            site = SITE.flipped() if word.startswith("~") else SITE
            await play(hosts, word.removeprefix("~"), edition, site)
    return hosts


def shape(hosts: FakeTransport) -> dict[str, tuple[object, ...]]:
    """What is left of a run: everything but its events."""
    return {address: _of(qemu) for address, qemu in hosts.qemus.items()}


def _of(qemu: Mimic) -> tuple[object, ...]:
    untold = ("events", "peer", "argv", "nature", "cut", "is_written")
    told = (part.name for part in fields(qemu) if part.name not in untold)
    return tuple(deepcopy(getattr(qemu, name)) for name in told)  # it goes on changing
