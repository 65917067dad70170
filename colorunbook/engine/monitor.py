# SPDX-License-Identifier: GPL-2.0-or-later
"""A QMP session over ``qemu.qmp``, with a bound on everything."""

import asyncio

from qemu.qmp import ExecuteError, Message, QMPClient, QMPError, Runstate

from colorunbook.engine.client import LOST, Address, Client, connect, disconnect, no_qmp
from colorunbook.errors import InputError, StepFailed, TimedOut, Unavailable
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Json, JsonObject, Payload


async def open_monitor(
    name: str, address: Address, within: float, *, negotiate: bool = True
) -> "QmpMonitor":
    """Open a session.

    :param name: who it is, for messages: ``the monitor unix:/run/p``.
    :param address: path of a unix socket, host and port, or a connected socket.
    :param within: the longest wait for the connection and the greeting, in seconds. A QEMU whose
        monitor is taken, or that waits for a chardev's peer, accepts and does not greet.
    :param negotiate: leave QMP's negotiation mode; otherwise the first command has to.
    :raises Unavailable: nobody listens there, or the other end closed.
    :raises TimedOut: there was no greeting in time.
    """
    client = Client(name)
    client.negotiate = False
    monitor = None
    try:
        await connect(name, client, address, within, negotiate=negotiate)
        monitor = QmpMonitor(name, client)
        _ = monitor.version
    except BaseException:
        if monitor is not None:
            await monitor.close()
        await disconnect(client)
        raise
    return monitor


class QmpMonitor:
    """One open session; made by :func:`open_monitor`."""

    def __init__(self, name: str, client: QMPClient) -> None:
        self.name = name
        self._client = client
        self._events: list[JsonObject] = []
        self._news = asyncio.Event()
        self._pump = asyncio.create_task(self._collect())

    @property
    def version(self) -> Version:
        """What the greeting told.

        :raises Unavailable: it told none.
        """
        greeting = self._client.greeting
        try:
            return Version.of_greeting(greeting.QMP.version if greeting else None)
        except InputError as error:
            raise no_qmp(self.name, error) from error

    @property
    def events(self) -> list[JsonObject]:
        """Every event since the session was opened, oldest first."""
        return self._events

    async def execute(self, payload: Payload, within: float) -> Json:
        """Send one command; see :meth:`colorunbook.engine.transport.Monitor.execute`."""
        return await self._execute(Message(payload.as_json(), eager=False), payload, within)

    async def execute_text(self, text: str, within: float) -> Json:
        """Send one command as a line of JSON that somebody wrote.

        :raises StepFailed: QEMU replied with an error.
        :raises TimedOut: there was no reply in time.
        :raises Unavailable: the session was lost.
        """
        try:
            message = Message(text.encode(), eager=True)
        except (ValueError, QMPError) as error:
            raise StepFailed(f"{text!r} is not JSON for QMP: {error}") from error
        return await self._execute(message, text, within)

    async def _execute(self, message: Message, told: Payload | str, within: float) -> Json:
        """Send a message.

        :param told: what it was made from, which is what a person knows.
        """
        try:
            async with asyncio.timeout(within):
                reply = await self._client.execute_msg(message)
        except TimeoutError:
            raise TimedOut(
                f"Within {within:g} s {self.name} did not reply to {_text(told)}.",
                "QEMU hangs; if its peer has vanished, it may wait for it.",
            ) from None
        except ValueError as error:
            raise StepFailed(f"{_text(told)} is not a QMP command: {error}.") from error
        except ExecuteError as error:
            raise StepFailed(f"QEMU replied: {error.error_class}: {error}") from error
        except LOST as error:
            raise self._lost() from error
        return _as_json(reply)

    async def next_event(self, after: int, within: float) -> bool:
        """Wait for news; see :meth:`colorunbook.engine.transport.Monitor.next_event`."""
        if len(self._events) > after:
            return True
        if self._client.runstate is not Runstate.RUNNING:
            raise self._lost()
        self._news.clear()
        news = asyncio.ensure_future(self._news.wait())
        end = asyncio.ensure_future(self._client.runstate_changed())
        try:
            await asyncio.wait((news, end), timeout=within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            end.cancel()
        if len(self._events) == after and self._client.runstate is not Runstate.RUNNING:
            raise self._lost()
        return len(self._events) > after

    async def lost(self) -> None:
        """Wait for it; see :meth:`colorunbook.engine.transport.Monitor.lost`."""
        while self._client.runstate is Runstate.RUNNING:
            await self._client.runstate_changed()

    async def close(self) -> None:
        """End the session; QEMU goes on."""
        self._pump.cancel()
        await disconnect(self._client)

    def _lost(self) -> Unavailable:
        return Unavailable(
            f"The session with {self.name} was lost.", "See whether that QEMU still runs."
        )

    async def _collect(self) -> None:
        while True:
            event = await self._client.events.get()
            self._events.append({name: _as_json(value) for name, value in event.items()})
            self._news.set()


def _text(told: Payload | str) -> str:
    return told if isinstance(told, str) else told.text


def _as_json(value: object) -> Json:
    """Take what a JSON decoder made for what it is."""
    if isinstance(value, dict):
        return {str(name): _as_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} is not JSON")
