# SPDX-License-Identifier: GPL-2.0-or-later
"""The seam between the engine and the world: the same run goes live, into a lab, or at a fake."""

from collections.abc import Sequence
from typing import Protocol

from colorunbook.addresses import Door
from colorunbook.book.machines import Output
from colorunbook.book.ports import Knock
from colorunbook.hosts import Host
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Json, JsonObject, Payload

__all__ = ["Monitor", "Output", "Transport"]


class Monitor(Protocol):
    """One open QMP session."""

    @property
    def version(self) -> Version:
        """What the greeting told."""

    @property
    def events(self) -> Sequence[JsonObject]:
        """Every event since the session was opened, oldest first."""

    async def execute(self, payload: Payload, within: float) -> Json:
        """Send one command.

        :param within: the longest wait for the reply, in seconds.
        :raises StepFailed: QEMU replied with an error.
        :raises TimedOut: there was no reply in time.
        :raises Unavailable: the session was lost.
        """

    async def next_event(self, after: int, within: float) -> bool:
        """Wait until there are more than ``after`` events; tell whether there are.

        :raises Unavailable: the session was lost.
        """

    async def lost(self) -> None:
        """Wait until the session is lost."""

    async def close(self) -> None:
        """End the session; QEMU goes on."""


class Transport(Protocol):
    """Reaches the hosts of a site."""

    async def connect(self, host: Host, within: float) -> Monitor:
        """Open a QMP session with the QEMU of a host.

        :raises Unavailable: nobody listens there, or the QEMU has ended.
        :raises TimedOut: there was no greeting in time.
        """

    async def qemu_version(self, host: Host) -> Version:
        """The version of the QEMU that would be launched on a host.

        :raises Unavailable: there is none.
        """

    async def runs(self, host: Host, argv: Sequence[str]) -> bool:
        """Tell whether a QEMU that was started with these words runs on a host.

        :raises Unavailable: it cannot be told.
        """

    async def end(self, host: Host, argv: Sequence[str]) -> None:
        """End the QEMU that was started with these words, and see it gone.

        :raises TimedOut: it does not end.
        """

    async def serves(self, host: Host) -> bool:
        """Tell whether somebody serves the monitor of a host already."""

    async def meet(self, host: Host, within: float) -> Knock:
        """Try the monitor of a host, without a word to whoever serves it.

        :param within: how long a connection may take, and a greeting again, in seconds; whoever
            accepts and greets nobody answers all the same.
        """

    async def knock(self, host: Host, doors: Sequence[Door], within: float) -> tuple[Knock, ...]:
        """Try TCP ports from a host, all at once; what cannot be tried is silent.

        :param host: where the connections come from.
        :param within: how long each may take to answer, in seconds.
        """

    def sees_all(self, host: Host) -> bool:
        """Tell whether what lives at a host's address lives on this machine, in its own sight.

        Then a refusal of the kernel is the word of the one who would know.
        """

    async def shell(self, host: Host, argv: Sequence[str], within: float) -> Output:
        """Run one command on a host to its end, without a shell in between.

        :raises Unavailable: it could not be started.
        :raises TimedOut: it did not end in time, and was killed.
        """

    async def tcp_tables(self, host: Host, within: float) -> Output:
        """What the kernel of a host tells of its TCP ports, the soonest way.

        :param host: one that :meth:`sees_all` is true of.
        :returns: what the question of :class:`colorunbook.book.machines.NobodyListens` puts out.
        :raises Unavailable: it cannot be told.
        :raises TimedOut: not in time.
        """

    async def launch(self, host: Host, argv: Sequence[str]) -> str:
        """Start a QEMU that goes on after the run, until its monitor is there.

        :returns: what is known of it, for the account.
        :raises StepFailed: it ended at once; the message has what it wrote.
        """
