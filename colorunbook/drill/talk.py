# SPDX-License-Identifier: GPL-2.0-or-later
"""One connection of a client: a request, its answer, a rest, the next request."""

import asyncio
import time
from collections.abc import Callable

from colorunbook.drill.requests import Outcome, Request, text_of
from colorunbook.lab.guest.services import Service


class Talk(asyncio.Protocol):
    """A connection to a service, as asyncio calls it.

    :param name: of the client; it is in each text.
    :param connection: the number of this connection, from 1.
    :param period: from one request to the next, in seconds; where an answer takes longer, the next
        request follows it at once.
    :param write: takes each request when it is known what became of it.
    :ivar over: done when the connection has ended and everything is written.
    """

    def __init__(
        self,
        service: Service,
        name: str,
        connection: int,
        period: float,
        write: Callable[[Request], None],
    ) -> None:
        self._service, self._name, self._connection = service, name, connection
        self._period, self._write = period, write
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._number = 0
        self._text = ""
        self._sent = 0.0
        self._waits = self._ends = self._hung_up = False
        self._rest = b""
        self.over: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what requests are written to; asyncio has switched Nagle's delay off."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def begin(self, delay: float) -> None:
        """Send the first request after a while, in seconds."""
        self._timer = self._loop.call_later(delay, self._ask)

    def end(self) -> None:
        """Send nothing new; what is under way may still be answered."""
        self._ends = True
        if self._timer is not None:
            self._timer.cancel()
        if not self._waits:
            self._hang_up()

    def give_up(self) -> None:
        """Wait for nothing any more."""
        if self._waits:
            self._put(Outcome.UNANSWERED)
        self._hang_up()
        if self._transport is not None:
            self._transport.abort()  # what was not sent will not be waited for

    def data_received(self, data: bytes) -> None:
        """Take what came; it may be a part of a line, or more than one."""
        got = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._hear(line.decode(errors="replace"), got)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell how it ended, where nobody here has ended it."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._hung_up:
            self._put(Outcome.DIED, error=_why(exc))
        if not self.over.done():
            self.over.set_result(None)

    def _ask(self) -> None:
        self._number += 1
        self._text = text_of(self._name, self._connection, self._number)
        self._waits = True
        self._sent = time.monotonic()
        if self._transport is not None:
            self._transport.write(f"{self._text}\n".encode())

    def _hear(self, line: str, got: float) -> None:
        if not self._waits:
            self._put(Outcome.UNASKED, answer=line, got=got)
            return
        self._put(Outcome.ANSWERED, answer=line, got=got)
        if self._ends:
            self._hang_up()
        else:
            self.begin(max(0.0, self._sent + self._period - time.monotonic()))

    def _put(
        self,
        outcome: Outcome,
        *,
        answer: str | None = None,
        got: float | None = None,
        error: str = "",
    ) -> None:
        """Write down what became of the request under way, or what came without one."""
        got = time.monotonic() if got is None else got
        number, text, sent = (self._number, self._text, self._sent) if self._waits else (0, "", got)
        self._waits = False
        self._write(
            Request(
                self._service, self._connection, number, sent, got, text, outcome, answer, error
            )
        )

    def _hang_up(self) -> None:
        self._hung_up = True
        if self._transport is not None:
            self._transport.close()


def _why(error: Exception | None) -> str:
    """Why a connection has ended."""
    match error:
        case None:
            return "end of file"
        case ConnectionResetError():
            return "connection reset"
        case OSError(strerror=str(words)):
            return words.lower()
        case _:
            return f"{error}".lower() or type(error).__name__
