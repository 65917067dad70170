# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be taken from a host of a lab, one by one, and given back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from signal import SIGCONT, SIGSTOP

import psutil

from colorunbook.errors import InputError
from colorunbook.hosts import Host
from colorunbook.lab.cables import BOTH, Cable
from colorunbook.lab.pair import Lab

#: Sets ports of the lab's switches ``up`` or ``down``.
SetPorts = Callable[[str, Sequence[str]], object]


class Fault(StrEnum):
    """What happens to a host."""

    POWER = "power"
    """It is off: nothing of it answers or says good-bye, and its QEMU is gone."""

    CABLE = "cable"
    """The cable to its peer is pulled; its clients go on reaching it."""

    UPLINK = "uplink"
    """The cable to the clients is pulled; its peer goes on reaching it."""

    STOP = "stop"
    """Its QEMU stands still, and the kernel goes on holding its connections."""

    KILL = "kill"
    """Its QEMU is killed, and the kernel closes its connections."""

    @property
    def cables(self) -> tuple[Cable, ...]:
        """The cables that are pulled for it."""
        match self:
            case Fault.POWER:
                return BOTH
            case Fault.CABLE:
                return (Cable.PEER,)
            case Fault.UPLINK:
                return (Cable.CLIENTS,)
            case Fault.STOP | Fault.KILL:
                return ()


def inject(lab: Lab, fault: Fault, host: Host, set_ports: SetPorts | None = None) -> None:
    """Let a fault happen; one that has happened already changes nothing.

    :param set_ports: a faster way to the switches than :meth:`Lab.set_ports`.
    :raises InputError: it takes a cable that this lab does not have, or a QEMU that does not run.
    :raises Unavailable: the lab has ended, or the kernel refused.
    """
    if fault.cables and lab.world.cables is not None:
        # First, so that not even the end of a connection gets out of a host without power.
        (set_ports or lab.set_ports)("down", lab.cables.ports_of(host.address, fault.cables))
    elif fault is Fault.CABLE or fault is Fault.UPLINK:
        lab.cables.ports_of(host.address)
    match fault:
        case Fault.CABLE | Fault.UPLINK:
            return
        case Fault.STOP:
            try:
                _qemu(lab, host).send_signal(SIGSTOP)
            except psutil.NoSuchProcess:  # it has ended in this very moment
                raise _nothing_to_take(host) from None
        case Fault.KILL:
            _qemu(lab, host)
            lab.kill_host(host)
        case Fault.POWER:
            lab.kill_host(host)


def mend(lab: Lab, host: Host, set_ports: SetPorts | None = None) -> tuple[str, ...]:
    """Give a host back what was taken, as far as it can be: nobody starts its QEMU again.

    :param set_ports: a faster way to the switches than :meth:`Lab.set_ports`.
    :returns: what was given back, a sentence each.
    :raises Unavailable: the lab has ended, or the kernel refused.
    """
    return tuple(_mend(lab, host, set_ports or lab.set_ports))


def _mend(lab: Lab, host: Host, set_ports: SetPorts) -> Iterator[str]:
    cut = lab.those_cut().get(host.address, ())
    if cut:
        set_ports("up", lab.cables.ports_of(host.address, cut))
    for cable in cut:
        yield f"The {cable.value} of {host.address} is whole again."
    qemu = lab.qemu_of(host)
    with suppress(psutil.NoSuchProcess):
        if qemu is not None and qemu.status() == psutil.STATUS_STOPPED:
            qemu.send_signal(SIGCONT)
            yield f"The QEMU of {host.address} goes on."


def _qemu(lab: Lab, host: Host) -> psutil.Process:
    qemu = lab.qemu_of(host)
    if qemu is None:
        raise _nothing_to_take(host)
    return qemu


def _nothing_to_take(host: Host) -> InputError:
    return InputError(
        f"No QEMU runs on {host.address}, so there is nothing to take.",
        "'colorunbook lab status' shows what runs.",
    )
