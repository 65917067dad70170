# SPDX-License-Identifier: GPL-2.0-or-later
"""Signs by which a peer that lives may be known, each asked with a bound."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import ChardevsThere
from colorunbook.book.ports import Knock
from colorunbook.engine.standing import Lookout
from colorunbook.engine.transport import Transport
from colorunbook.hosts import Door, Role, Site, StdioMonitor
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


async def signs_of_life(
    site: Site,
    survivor: Role,
    transport: Transport,
    own: Collection[int] = (),
    *,
    harmless: bool = False,
) -> tuple[Sign, ...]:
    """Ask whatever could answer of the peer of a survivor, each with a bound.

    What can be asked without harm is asked at once: the monitor, the secondary's disk, the guest.
    The others follow one by one, and only while nothing has answered. A QEMU that waits for its
    migration takes a connection for it and ends. A chardev that has its client leaves another one
    in its queue, and ``mirror0`` for good where the guest sends nothing: a new secondary would
    find it full. So its port comes after that of ``compare1``.

    Only ports of the peer's own role are asked: where both addresses are of one machine, the
    survivor's own, which listens everywhere, would answer.

    :param survivor: its role now.
    :param own: ports that the survivor listens on itself, as one that has taken over. Where both
        hosts are of one machine it would answer there, and nobody else can.
    :param harmless: ask nothing else, as it is only to be told.
    """
    peer = site.host(survivor.other)
    monitor = await _of_monitor(site, survivor, transport)
    places = [_Place(*each) for each in _harmless(site, survivor)]
    knocks = await transport.knock(site.host(survivor), [p.door for p in places], KNOCK)
    signs = [*monitor, *(Sign(p.name, k) for p, k in zip(places, knocks, strict=True))]
    if survivor is Role.SECONDARY and site.service is None:
        signs.append(Sign("guest", None, "the site names no service of it"))
    one_machine = all(transport.sees_all(site.host(role)) for role in Role)
    for name, port in _delicate(site, survivor):
        if port in own and one_machine:
            signs.append(Sign(name, None, "the survivor itself listens there", tells=False))
        elif alive(signs):
            signs.append(Sign(name, None, _NOT_NEEDED))
        elif harmless:
            signs.append(Sign(name, None, _BY_THE_RUN))
        else:
            door = Door(peer.address, port)
            found = await transport.knock(site.host(survivor), (door,), KNOCK)
            signs.append(Sign(name, found[0]))
    return tuple(signs)


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

    What was left to the run is taken to be refused then.

    The monitor has to be among what it refused: a QEMU that has taken over on its own has closed
    the ports of its former role, and lives. Where the guest is served tells nothing of a process.
    """
    if not all(transport.sees_all(site.host(role)) for role in Role):
        return False
    of_process = [s for s in signs if s.tells and not s.asked.startswith("guest")]
    return all(sign.knock is Knock.REFUSED or sign.why is _BY_THE_RUN for sign in of_process)


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    door: Door


async def _of_monitor(site: Site, survivor: Role, transport: Transport) -> tuple[Sign, ...]:
    peer = site.host(survivor.other)
    if isinstance(peer.monitor, StdioMonitor):
        return (Sign("monitor", None, "it is not known where that is"),)
    return (Sign(f"monitor {peer.monitor}", await transport.meet(peer, KNOCK)),)


def _harmless(site: Site, survivor: Role) -> Iterator[tuple[str, Door]]:
    if survivor is Role.PRIMARY:
        yield f"NBD port {site.ports.nbd}", Door(site.secondary.address, site.ports.nbd)
    elif site.service is not None:
        # While the primary lives, its guest answers there; the secondary's own cannot yet.
        yield f"guest at {site.service}", site.service


def _delicate(site: Site, survivor: Role) -> Iterator[tuple[str, int]]:
    if survivor is Role.PRIMARY:
        yield f"migration port {site.ports.migration}", site.ports.migration
    else:
        yield f"compare1 port {site.ports.secondary_in}", site.ports.secondary_in
        yield f"mirror0 port {site.ports.mirror}", site.ports.mirror
