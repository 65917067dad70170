# SPDX-License-Identifier: GPL-2.0-or-later
"""The client of ``qemu.qmp``: connected within a bound, and each of its errors in our words."""

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
    StateError,
)

from colorunbook.errors import Busy, TimedOut, Unavailable
from colorunbook.qemu.payload import NEGOTIATION

Address = str | tuple[str, int] | socket.socket

_ODD: Final = (ValueError, TypeError, LookupError, RecursionError)
"""What Python shows of a row that is too long, too deep, or of other types than QMP's."""

LOST: Final = (ExecInterruptedError, StateError, QMPError, OSError, EOFError, *_ODD)

_IN_A_ROW: Final = 16
"""Rows that are read without looking at anything else."""

_SAYS = 200
"""Letters of somebody else's message that are passed on."""


class Client(QMPClient):
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


async def connect(
    name: str, client: QMPClient, address: Address, within: float, *, negotiate: bool
) -> None:
    """Connect; see :func:`colorunbook.engine.monitor.open_monitor`.

    :raises Unavailable: nobody listens there, who does speaks no QMP, or it ends at once.
    :raises TimedOut: there was no greeting in time.
    """
    try:
        async with asyncio.timeout(within):
            await client.connect(address)
            if negotiate:
                await _negotiate(name, client)
    except TimeoutError:
        if client.greeting:
            raise TimedOut(
                f"Within {within:g} s {name} greeted, and answered nothing.",
                "That QEMU hangs; if its peer has vanished, it may wait for it. A session that was "
                "open before can free it, and this one cannot.",
            ) from None
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
            raise no_qmp(name, error.exc) from error
        told = f"Nobody answers at {name}: {_sentence(error.exc)}"
        if isinstance(error.exc, OSError) and error.exc.errno == errno.EINVAL:
            raise Busy(
                told, "That QEMU is stopped, hangs, or has another client: end that one."
            ) from error
        raise Unavailable(told, "See that QEMU runs and where it serves QMP.") from error
    except _ODD as error:
        raise no_qmp(name, error) from error


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
        raise no_qmp(name, error) from error
    except LOST as error:
        raise _ended(name) from error


def _ended(name: str) -> Unavailable:
    return Unavailable(
        f"{name[:1].upper()}{name[1:]} ended as soon as it had greeted.",
        "See whether that QEMU still runs.",
    )


def no_qmp(name: str, error: Exception) -> Unavailable:
    """What is to be said of an end that answers in another language."""
    told = " ".join(str(error).split())[:_SAYS].rstrip(".")
    return Unavailable(
        f"What answers at {name} does not speak QMP: {told or type(error).__name__}.",
        "See which of its sockets QEMU serves QMP on.",
    )


async def disconnect(client: QMPClient) -> None:
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


def _sentence(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it closed the connection."
    if isinstance(error, OSError) and error.errno == errno.EINVAL:
        return "too many wait there already."  # what Linux says of a full queue of a unix socket
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}."
    return f"{str(error) or type(error).__name__}."
