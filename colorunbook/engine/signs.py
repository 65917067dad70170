# SPDX-License-Identifier: GPL-2.0-or-later
"""Signs by which a peer that lives may be known, each asked with a bound."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from colorunbook.addresses import Door, StdioMonitor
from colorunbook.book.colo import Colo
from colorunbook.book.conditions import ChardevsThere
from colorunbook.book.machines import NobodyListens, Output
from colorunbook.book.ports import Knock
from colorunbook.engine.standing import Lookout
from colorunbook.engine.transport import Transport
from colorunbook.errors import TimedOut, Unavailable
from colorunbook.hosts import Role, Site
from colorunbook.plan import Plan

KNOCK = 1.5
"""How long each sign may take, in seconds: a lost packet is sent again after one."""

_NOT_NEEDED = "something else answered already"
_BY_THE_RUN = "only the run asks it, as the asking is not harmless"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something by which a peer that lives may be known.

    :param asked: what was asked, as words after "its".
    :param knock: what came back; ``None``: it was not asked.
    :param why: why it was not.
    :param tells: it counts that it was not asked, as the answer could have been a sign of life.
    """

    asked: str
    knock: Knock | None
    why: str = ""
    tells: bool = True

    def __str__(self) -> str:
        found = f"was not asked: {self.why}" if self.knock is None else self.knock.value
        return f"its {self.asked} {found}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A port of the peer; at some a connection ``hurts`` whoever listens."""

    name: str
    port: int
    hurts: bool


async def signs_of_life(
    site: Site,
    survivor: Role,
    transport: Transport,
    own: Collection[int] = (),
    *,
    harmless: bool = False,
) -> tuple[Sign, ...]:
    """Ask whatever could answer of the peer of a survivor, each with a bound.

    Only ports of the peer's own role are asked: where both addresses are of one machine, the
    survivor's own, which listens everywhere, would answer.

    :param survivor: its role now.
    :param own: ports that the survivor listens on itself, as one that has taken over. Where both
        hosts are of one machine it would answer there, and nobody else can.
    :param harmless: ask nothing else, as it is only to be told.
    """
    if all(transport.sees_all(site.host(role)) for role in Role):
        found = await asyncio.gather(
            _of_monitor(site, survivor, transport),
            _of_guest(site, survivor, transport),
            _by_the_table(site, survivor, transport, own),
        )
        return tuple(sign for signs in found for sign in signs)
    peer = await _of_monitor(site, survivor, transport)
    signs = (*peer, *await _of_guest(site, survivor, transport))
    return await _by_knocks(site, survivor, transport, signs, harmless=harmless)


async def _by_the_table(
    site: Site, survivor: Role, transport: Transport, own: Collection[int]
) -> tuple[Sign, ...]:
    """What the kernel of the peer's host says of its ports: no cable and no queue is in the way."""
    try:
        told = await transport.tcp_tables(site.host(survivor.other), KNOCK)
    except (Unavailable, TimedOut):
        told = Output(1, "")
    signs = []
    for place in _places(site, survivor):
        if place.port in own:
            why = "the survivor itself listens there"
            signs.append(Sign(place.name, None, why, tells=False))
        else:
            signs.append(Sign(place.name, _KNOCKS[NobodyListens((place.port,)).holds((told,))]))
    return tuple(signs)


_KNOCKS = {True: Knock.REFUSED, False: Knock.ANSWERS, None: Knock.SILENT}


async def _by_knocks(
    site: Site,
    survivor: Role,
    transport: Transport,
    signs: tuple[Sign, ...],
    *,
    harmless: bool,
) -> tuple[Sign, ...]:
    """Knock at the peer's ports: what can be asked without harm, and the others one by one.

    They follow only while nothing has answered. A QEMU that waits for its migration takes a
    connection for it and ends. A chardev that has its client leaves another one in its queue, and
    ``mirror0`` for good where the guest sends nothing: a new secondary would find it full. So its
    port comes after that of ``compare1``.
    """
    peer = site.host(survivor.other)
    for place in _places(site, survivor):
        if place.hurts and alive(signs):
            sign = Sign(place.name, None, _NOT_NEEDED)
        elif place.hurts and harmless:
            sign = Sign(place.name, None, _BY_THE_RUN)
        else:
            door = Door(peer.address, place.port)
            (found,) = await transport.knock(site.host(survivor), (door,), KNOCK)
            sign = Sign(place.name, found)
        signs = (*signs, sign)
    return signs


async def own_ports(plan: Plan, lookout: Lookout, survivor: Role) -> tuple[int, ...]:
    """The ports that a survivor listens on for the pair that it will be the primary of.

    :raises Unavailable: it could not be asked.
    """
    site = plan.site if survivor is Role.PRIMARY else plan.site.flipped()
    chardevs = Colo(site, plan.dialect).peer_chardevs
    there = [(await lookout.ask(survivor, ChardevsThere((each.id,))))[0] for each in chardevs]
    return tuple(each.port for each, found in zip(chardevs, there, strict=True) if found)


def alive(signs: Sequence[Sign]) -> bool:
    """Tell whether anything answered: even a process that is stopped can go on at any time."""
    return any(sign.knock is Knock.ANSWERS for sign in signs)


def this_machine_knows(site: Site, signs: Sequence[Sign], transport: Transport) -> bool:
    """Tell whether nobody is there, by the word of the kernel that would have to run them.

    The monitor has to be among what it refused: a QEMU that has taken over on its own has closed
    the ports of its former role, and lives. Where the guest is served tells nothing of a process.
    """
    if not all(transport.sees_all(site.host(role)) for role in Role):
        return False
    of_process = [s for s in signs if s.tells and not s.asked.startswith("guest")]
    return all(sign.knock is Knock.REFUSED for sign in of_process)


async def _of_monitor(site: Site, survivor: Role, transport: Transport) -> tuple[Sign, ...]:
    peer = site.host(survivor.other)
    if isinstance(peer.monitor, StdioMonitor):
        return (Sign("monitor", None, "it is not known where that is"),)
    return (Sign(f"monitor {peer.monitor}", await transport.meet(peer, KNOCK)),)


async def _of_guest(site: Site, survivor: Role, transport: Transport) -> tuple[Sign, ...]:
    """While a primary lives, its guest answers there; the secondary's own cannot yet."""
    if survivor is Role.PRIMARY:
        return ()
    if site.service is None:
        return (Sign("guest", None, "the site names no service of it"),)
    (found,) = await transport.knock(site.host(survivor), (site.service,), KNOCK)
    return (Sign(f"guest at {site.service}", found),)


def _places(site: Site, survivor: Role) -> tuple[_Place, ...]:
    ports = site.ports
    if survivor is Role.PRIMARY:
        return (
            _Place(f"NBD port {ports.nbd}", ports.nbd, hurts=False),
            _Place(f"migration port {ports.migration}", ports.migration, hurts=True),
        )
    return (
        _Place(f"compare1 port {ports.secondary_in}", ports.secondary_in, hurts=True),
        _Place(f"mirror0 port {ports.mirror}", ports.mirror, hurts=True),
    )
