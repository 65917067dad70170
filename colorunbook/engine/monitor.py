# SPDX-License-Identifier: GPL-2.0-or-later
"""A QMP session over ``qemu.qmp``, with a bound on everything."""

import asyncio
import errno
import socket
from logging import DEBUG
from typing import Final

from qemu.qmp import (
    ConnectError,
    ExecInterruptedError,
    ExecuteError,
    Message,
    QMPClient,
    QMPError,
    Runstate,
    StateError,
)

from colorunbook.errors import InputError, StepFailed, TimedOut, Unavailable
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Json, JsonObject, Payload

Address = str | tuple[str, int] | socket.socket
NEGOTIATION: Final = "qmp_capabilities"

_ODD: Final = (ValueError, TypeError, LookupError, RecursionError)
"""What Python shows of a row that is too long, too deep, or of other types than QMP's."""

_LOST: Final = (ExecInterruptedError, StateError, QMPError, OSError, EOFError, *_ODD)

_IN_A_ROW: Final = 16
"""Rows that are read without looking at anything else."""

_SAYS = 200
"""Letters of somebody else's message that are passed on."""


class _Client(QMPClient):
    """One that lets others have their turn, however many rows wait to be read.

    Rows that are there already are read without a pause; no bound would be kept meanwhile.
    """

    _rows = 0

    async def _do_recv(self) -> Message:
        self._rows += 1
        if self._rows % _IN_A_ROW == 0:
            await asyncio.sleep(0)
        return await super()._do_recv()

    async def _issue(self, msg: Message) -> str | None:
        """Send at once; qemu.qmp has another task do it, later."""
        self._do_send(self._cb_outbound(msg))
        name = str(msg["id"])
        self._pending[name] = asyncio.Queue(maxsize=1)
        return name

    def _cb_outbound(self, msg: Message) -> Message:
        """Write it down for a developer, if there is one: for the log each row is made up anew."""
        return super()._cb_outbound(msg) if self.logger.isEnabledFor(DEBUG) else msg

    def _cb_inbound(self, msg: Message) -> Message:
        """The same; a reply of QEMU's block layer has thousands of lines then."""
        return super()._cb_inbound(msg) if self.logger.isEnabledFor(DEBUG) else msg


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
    client = _Client(name)
    client.negotiate = False
    monitor = None
    try:
        await _connect(name, client, address, within, negotiate=negotiate)
        monitor = QmpMonitor(name, client)
        _ = monitor.version
    except BaseException:
        if monitor is not None:
            await monitor.close()
        await _disconnect(client)
        raise
    return monitor


async def _connect(
    name: str, client: QMPClient, address: Address, within: float, *, negotiate: bool
) -> None:
    try:
        async with asyncio.timeout(within):
            await client.connect(address)
            if negotiate:
                await _negotiate(name, client)
    except TimeoutError:
        raise TimedOut(
            f"Within {within:g} s {name} accepted nobody and greeted nobody.",
            "A monitor takes one client: end the other one. A primary that has just been started "
            "greets only when its secondary has connected.",
        ) from None
    except AssertionError as error:
        # What qemu.qmp shows of an end that closes between its greeting and its first word.
        raise _ended(name) from error
    except ConnectError as error:
        if isinstance(error.exc, (QMPError, *_ODD)):
            raise _no_qmp(name, error.exc) from error
        raise Unavailable(
            f"Nobody answers at {name}: {_sentence(error.exc)}",
            "See that QEMU runs and where it serves QMP.",
        ) from error
    except _ODD as error:
        raise _no_qmp(name, error) from error


async def _negotiate(name: str, client: QMPClient) -> None:
    """Leave the negotiation mode.

    Not left to qemu.qmp, which takes whatever comes next for the reply: a QEMU that takes a
    checkpoint at this moment may send an event first.
    """
    offered = client.greeting.QMP.capabilities if client.greeting else ()
    enable = ["oob"] if "oob" in offered else []
    try:
        await client.execute(NEGOTIATION, {"enable": enable} if enable else None)
    except ExecuteError as error:
        raise _no_qmp(name, error) from error
    except _LOST as error:
        raise _ended(name) from error


def _ended(name: str) -> Unavailable:
    return Unavailable(
        f"{name[:1].upper()}{name[1:]} ended as soon as it had greeted.",
        "See whether that QEMU still runs.",
    )


def _no_qmp(name: str, error: Exception) -> Unavailable:
    told = " ".join(str(error).split())[:_SAYS].rstrip(".")
    return Unavailable(
        f"What answers at {name} does not speak QMP: {told or type(error).__name__}.",
        "See which of its sockets QEMU serves QMP on.",
    )


async def _disconnect(client: QMPClient) -> None:
    """End a session; that it had failed before, in whichever way, is told here once more.

    In a task of its own: qemu.qmp makes an assertion of a cancellation that comes meanwhile, and
    a Ctrl-C would be lost with it.
    """
    closing = asyncio.ensure_future(client.disconnect())
    closing.add_done_callback(_forget)
    await asyncio.wait((closing,))


def _forget(closing: "asyncio.Future[None]") -> None:
    if not closing.cancelled():
        closing.exception()


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
            raise _no_qmp(self.name, error) from error

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
        except _LOST as error:
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
        await _disconnect(self._client)

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


def _sentence(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it closed the connection."
    if isinstance(error, OSError) and error.errno == errno.EINVAL:
        return "too many wait there already."  # what Linux says of a full queue of a unix socket
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}."
    return f"{str(error) or type(error).__name__}."
