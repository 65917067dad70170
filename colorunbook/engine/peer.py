# SPDX-License-Identifier: GPL-2.0-or-later
"""Split brain: what counts as proof that the peer is dead.

A survivor that takes over while its peer still runs the guest makes two guests of one. So a
failover wants a proof (:func:`prove_dead`), and any sign of life refuses it, whatever was given.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from colorunbook.addresses import StdioMonitor
from colorunbook.book.ports import Knock
from colorunbook.engine.events import ProofGiven
from colorunbook.engine.fencing import fence_off
from colorunbook.engine.signs import Sign, alive, signs_of_life, this_machine_knows
from colorunbook.engine.transport import Transport
from colorunbook.errors import Refused
from colorunbook.hosts import Role, Site

Ask = Callable[[str], Awaitable[str | None]]
"""Asks a person a question on a terminal; ``None``: there is no terminal."""

FADE = 10.0
"""How long a machine that was fenced may go on answering, in seconds."""

MOMENT = 1.0
"""How long the ports of a QEMU that has ended on this machine may still be seen, in seconds."""

_LOOK_AGAIN, _AT_ONCE, _LOOK = 0.001, 0.1, 0.5
"""How soon it is asked once more, for how long so soon, and later, in seconds: a QEMU that is
killed takes a few hundredths of a second to give back its memory, its tap and its ports."""


async def prove_dead(
    site: Site,
    survivor: Role,
    transport: Transport,
    *,
    name: str,
    own: Collection[int] = (),
    fence: str | None = None,
    ask_person: Ask | None = None,
) -> ProofGiven:
    """Have it proved that the peer of a survivor is dead.

    A fence command is run first, if there is one. Then signs of life are looked for; with any, it
    is refused. Without one, three things are proof: the fence; that this machine's own kernel says
    that nobody is there; the word of a person.

    :param survivor: its role now.
    :param name: the runbook that wants to know.
    :param own: ports that the survivor listens on itself.
    :param fence: a command line that cuts the peer off, from its power or its disk.
    :param ask_person: where a person has said that the peer is dead; asks for its address.
    :raises Refused: the peer lives, or nothing proves that it does not.
    :raises InputError: the fence command cannot be read.
    """
    peer = survivor.other
    address = site.host(peer).address
    if fence is not None:
        said = await fence_off(fence, peer, address, name)
        signs = await _faded(site, survivor, transport, own, FADE)
        _must_be_none(signs, peer, address, name, after=" although the fence command ended well")
        return ProofGiven("fence", peer, said)
    signs = await signs_of_life(site, survivor, transport, own)
    if alive(signs) and this_machine_knows(site, signs[:1], transport):
        # Its monitor is gone: the kernel may only be about to close the ports of one that ended.
        signs = await _faded(site, survivor, transport, own, MOMENT)
    _must_be_none(signs, peer, address, name)
    if this_machine_knows(site, signs, transport):
        return ProofGiven("machine", peer, "; ".join(map(str, signs)))
    if ask_person is not None:
        return ProofGiven("person", peer, await _word(ask_person, peer, address, name))
    told = "; ".join(map(str, signs))
    raise Refused(
        f"{name} is refused, and nothing was sent: nothing proves that the {peer.value} {address} "
        f"is dead ({told}).",
        ways_to_prove(site, peer, transport),
    )


def ways_to_prove(site: Site, peer: Role, transport: Transport) -> str:
    """What can be done where nothing proves that a peer is dead."""
    hidden = transport.sees_all(site.host(peer)) and site.host(peer).monitor == StdioMonitor()
    return (
        f"{f'Name its monitor with --{peer.value}-qmp, or cut' if hidden else 'Cut'} it off with "
        "--fence COMMAND, or see for yourself that it is off and say so with --peer-is-dead."
    )


async def _faded(
    site: Site, survivor: Role, transport: Transport, own: Collection[int], seconds: float
) -> tuple[Sign, ...]:
    """Look for signs until there are none: a fence may need a moment to take effect."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    pause = _LOOK_AGAIN
    while True:
        signs = await signs_of_life(site, survivor, transport, own)
        now = loop.time()
        if not alive(signs) or now > begun + seconds:
            return signs
        await asyncio.sleep(pause)
        if now > begun + _AT_ONCE:
            pause = min(2 * pause, _LOOK)


def _must_be_none(
    signs: Sequence[Sign], peer: Role, address: str, name: str, *, after: str = ""
) -> None:
    answered = [sign for sign in signs if sign.knock is Knock.ANSWERS]
    if answered:
        to_qemu = " to a QEMU" if after else ""
        raise Refused(
            f"{name} is refused, and nothing was sent{to_qemu}: the {peer.value} {address} is "
            f"alive{after}: "
            f"{' and '.join(map(str, answered))}.",
            "Two would run the guest. End its QEMU or cut it off, with --fence COMMAND for "
            "instance; whatever else was said does not count while it answers.",
        )


async def _word(ask_person: Ask, peer: Role, address: str, name: str) -> str:
    question = (
        f"Nothing answers at the {peer.value} {address}; that alone proves nothing. If you have "
        "seen that it is off, type its address"
    )
    typed = await ask_person(question)
    if typed is None:
        raise Refused(
            f"{name} is refused, and nothing was sent: --peer-is-dead asks a person, and there is "
            "no terminal.",
            "Where nobody watches, cut the peer off with --fence COMMAND.",
        )
    if typed.strip() != address:
        raise Refused(
            f"{name} is refused, and nothing was sent: {typed.strip()!r} is not the "
            f"{peer.value}'s address {address}.",
            "Look again which of the two hosts is dead.",
        )
    return f"typed {address}"
