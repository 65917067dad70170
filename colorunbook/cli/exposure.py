# SPDX-License-Identifier: GPL-2.0-or-later
"""Monitors that others may reach: QMP knows no password, and who speaks it owns the guest."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address

from colorunbook.addresses import Monitor, StdioMonitor, TcpMonitor, parse_ip
from colorunbook.book.actions import Launch
from colorunbook.book.runbook import Runbook
from colorunbook.errors import Refused
from colorunbook.hosts import Host, Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition

FLAG = "--insecure-tcp"

_ADVICE = (
    "Let QEMU serve it on a unix socket, and reach that of another host with 'ssh -N -L "
    f"/run/user/UID/colo.qmp:THERE HOST'. Where nobody else is on that link, give {FLAG}."
)


def must_be_private(site: Site, roles: Iterable[Role], *, insecure: bool) -> tuple[str, ...]:
    """See that nobody else can reach the monitors that a run opens, or lets a QEMU open.

    :param site: with the roles as the plan has them.
    :param roles: those whose monitors are opened, looked for, or served by a QEMU that is started.
    :param insecure: a person has said that it shall be done all the same.
    :returns: a sentence a monitor that others may reach, to be told before anything is sent.
    :raises Refused: there is one, and ``insecure`` is not set.
    """
    warnings = tuple(
        f"The {role.value}'s monitor {monitor} is on no loopback: whoever reaches that port owns "
        "the guest, for QMP asks for no password."
        for role in dict.fromkeys(roles)
        for monitor in exposed(site.host(role))
    )
    if warnings and not insecure:
        raise Refused(f"It is refused, and nothing was sent: {warnings[0]}", _ADVICE)
    return warnings


def concerned(plan: Plan) -> tuple[Role, ...]:
    """The roles whose monitors a run opens, or lets a QEMU serve that it starts."""
    starts = {step.role for step in plan.steps if isinstance(step.action, Launch)}
    return tuple(role for role in Role if role in {*plan.roles, *starts})


def spoken_of(site: Site, runbook: Runbook, edition: Edition) -> tuple[Host, ...]:
    """The hosts that a run takes for itself: those it has to do with, and a peer that is known.

    A peer of which only the address is known may have QEMUs of many pairs.

    :param site: with the roles before the run.
    """
    draft = resolve(runbook, site, Dialect(NEWEST, edition))
    mine = {draft.site.host(role) for role in concerned(draft)}
    known = {host for host in (site.primary, site.secondary) if host.monitor != StdioMonitor()}
    return tuple(sorted(mine | known, key=lambda host: host.address))


def exposed(host: Host) -> Iterator[TcpMonitor]:
    """The monitors of a host that a neighbour may reach."""
    for monitor in _monitors(host):
        if isinstance(monitor, TcpMonitor) and not is_loopback(monitor.address):
            yield monitor


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's own for sure.

    Nobody knows of a name where it will lead to; ``localhost`` alone is taken at its word.
    """
    ip = parse_ip(address)
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    if ip is not None:
        return ip.is_loopback
    return address.removesuffix(".").lower() == "localhost"


def _monitors(host: Host) -> Iterator[Monitor]:
    yield host.monitor
    if host.spare is not None:
        yield host.spare
