# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's COLO procedures, modelled once: rendered, run on live QEMU, and checked from the text.

What is here is what programs may rely on. Each name is imported when it is first used::

    import asyncio
    import colorunbook as cb

    async def failover(site: cb.Site, transport: cb.Transport) -> None:
        async with cb.Session(transport, site) as session:
            plan = await session.resolve(cb.find_runbook("primary-failover"))
            async for event in cb.run(plan, session):
                print(event)

.. the list below is the public interface

===================  ==============================================================
name                 what it is
===================  ==============================================================
Accel                how guest code is run: KVM or TCG
ColorunbookError     the root of everything that is raised on purpose
Colo                 the cast of a pair, which runbooks are written against
Dialect              how one QEMU version spells things
Event                what happens in a run
Expect               a condition, and of which role it is asked
Host                 one machine: address, image folder, monitor
Journal              the record of one run
LocalTransport       reaches hosts on this machine
Plan                 a runbook resolved for one site and one dialect
Ports                the six TCP ports of a pair
Role                 primary or secondary
Runbook              a procedure
Session              the open monitors of one run
Site                 the two hosts and what their guest is
Step                 an action with its title, its reason and its role
Transport            the seam between the engine and the world
UnixMonitor          QMP over a unix socket
TcpMonitor           QMP over TCP
compose              makes a runbook of others
find_runbook         a runbook by its name
resolve              makes every step of a runbook concrete
run                  does a plan
runbook              makes a runbook of a function that yields steps
runbooks             every runbook by its name
===================  ==============================================================
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from colorunbook.addresses import TcpMonitor, UnixMonitor
    from colorunbook.book.colo import Colo
    from colorunbook.book.phrases import Expect
    from colorunbook.book.runbook import Runbook, Step, compose, runbook
    from colorunbook.engine.events import Event
    from colorunbook.engine.journal import Journal
    from colorunbook.engine.local import LocalTransport
    from colorunbook.engine.runner import run
    from colorunbook.engine.session import Session
    from colorunbook.engine.transport import Transport
    from colorunbook.errors import ColorunbookError
    from colorunbook.hosts import Accel, Host, Ports, Role, Site
    from colorunbook.plan import Plan, resolve
    from colorunbook.qemu.dialect import Dialect
    from colorunbook.shelf import runbook as find_runbook
    from colorunbook.shelf import runbooks

__all__ = [
    "Accel",
    "Colo",
    "ColorunbookError",
    "Dialect",
    "Event",
    "Expect",
    "Host",
    "Journal",
    "LocalTransport",
    "Plan",
    "Ports",
    "Role",
    "Runbook",
    "Session",
    "Site",
    "Step",
    "TcpMonitor",
    "Transport",
    "UnixMonitor",
    "compose",
    "find_runbook",
    "resolve",
    "run",
    "runbook",
    "runbooks",
]

_HOMES = {
    "addresses": ("TcpMonitor", "UnixMonitor"),
    "book.colo": ("Colo",),
    "book.phrases": ("Expect",),
    "book.runbook": ("Runbook", "Step", "compose", "runbook"),
    "engine.events": ("Event",),
    "engine.journal": ("Journal",),
    "engine.local": ("LocalTransport",),
    "engine.runner": ("run",),
    "engine.session": ("Session",),
    "engine.transport": ("Transport",),
    "errors": ("ColorunbookError",),
    "hosts": ("Accel", "Host", "Ports", "Role", "Site"),
    "plan": ("Plan", "resolve"),
    "qemu.dialect": ("Dialect",),
    "shelf": ("find_runbook", "runbooks"),
}
_NAMES_THERE = {"find_runbook": "runbook"}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            value: object = getattr(
                import_module(f"colorunbook.{home}"), _NAMES_THERE.get(name, name)
            )
            globals()[name] = value
            return value
    raise AttributeError(f"module 'colorunbook' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Every public name, imported already or not."""
    return sorted({*globals(), *__all__})
