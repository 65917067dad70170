# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped runbooks on live QEMU, each with the story that leads to its beginning."""

from dataclasses import dataclass

from colorunbook import shelf
from colorunbook.book.actions import Launch
from colorunbook.hosts import Site
from colorunbook.plan import Plan, needs_monitor, resolve
from colorunbook.qemu.dialect import Dialect

ADDRESSES = Site()
ONE, TWO = ADDRESSES.primary.address, ADDRESSES.secondary.address
EXCHANGED = "~"
"""Before the name of a runbook: it is done with the roles of the two hosts exchanged."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A runbook, and what happens before it.

    :ivar story: names of runbooks, and deaths: an address with a minus before it.
    :ivar epilogue: what has to be done before the two can be looked at.
    """

    name: str
    story: tuple[str, ...] = ()
    epilogue: tuple[str, ...] = ()

    def plan(self, dialect: Dialect, site: Site = ADDRESSES) -> Plan:
        """The runbook's plan."""
        return resolve(shelf.runbook(self.name), site, dialect)

    def alive_at(self, plan: Plan, number: int) -> set[str]:
        """The addresses at which a QEMU runs when a step begins."""
        alive: set[str] = set()
        for word in self.story:
            if word.startswith("-"):
                alive.discard(word[1:])
            else:
                alive |= _launched(word.removeprefix(EXCHANGED), word.startswith(EXCHANGED))
        before = (s for s in plan.steps[: number - 1] if isinstance(s.action, Launch))
        return alive | {plan.site.host(step.role).address for step in before}

    def has_peer(self, plan: Plan, number: int) -> bool:
        """Tell whether the peer of the host that a step acts on has a QEMU then."""
        peer = plan.site.host(plan.steps[number - 1].role.other).address
        return peer in self.alive_at(plan, number)

    def has_own(self, plan: Plan, number: int) -> bool:
        """Tell whether the step is sent to a QEMU that runs."""
        step = plan.steps[number - 1]
        there = plan.site.host(step.role).address in self.alive_at(plan, number)
        return there and needs_monitor(step)

    @property
    def is_resume(self) -> bool:
        """Whether a survivor takes a new secondary in it."""
        return self.name.endswith("-resume")

    @property
    def is_protection(self) -> bool:
        """Whether a guest that runs alone takes its first secondary in it."""
        return self.name == "protect"


PAIR = ("launch-primary", "launch-secondary", "prepare-secondary", "start-replication")
BEREFT = (*PAIR, f"-{TWO}", "primary-failover", "launch-secondary", "prepare-secondary")
TAKEN = (*PAIR, f"-{ONE}", "secondary-failover", "~launch-secondary", "~prepare-secondary")
ALONE = ("launch-alone",)

CHAPTERS = {
    chapter.name: chapter
    for chapter in (
        # A primary answers nobody before its secondary has connected.
        Chapter("launch-primary", epilogue=PAIR[1:2]),
        Chapter("launch-secondary", PAIR[:1]),
        Chapter("prepare-secondary", PAIR[:2]),
        Chapter("start-replication", PAIR[:3]),
        Chapter("bring-up"),
        Chapter("set-checkpoint-delay", PAIR),
        Chapter("free-primary", BEREFT[:5]),
        Chapter("primary-failover", BEREFT[:5]),
        Chapter("secondary-failover", TAKEN[:5]),
        Chapter("primary-resume", BEREFT),
        Chapter("secondary-resume", TAKEN),
        Chapter("launch-alone"),
        Chapter("prepare-primary", ALONE),
        Chapter("protect", ALONE),
    )
}


def exchanged(site: Site, name: str) -> Site:
    """The site that a word of a story means."""
    return site.flipped() if name.startswith(EXCHANGED) else site


def _launched(name: str, is_exchanged: bool) -> set[str]:
    site = ADDRESSES.flipped() if is_exchanged else ADDRESSES
    plan = resolve(shelf.runbook(name), site, Dialect())
    return {plan.site.host(s.role).address for s in plan.steps if isinstance(s.action, Launch)}
