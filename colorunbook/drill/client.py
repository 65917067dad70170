# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that must not notice anything, as a program of its own::

    python -m colorunbook.drill.client --address 10.0.0.10 --service disk \\
        --connections 2 --period 0.05 --out disk.jsonl

It opens its connections, says :data:`READY` and their number in a line on standard output, and
begins. On each connection it sends a request, waits for the answer, and then for the rest of the
period. What became of a request is a line of :class:`~colorunbook.drill.requests.Request` in the
file, as soon as it is known. A connection that dies is not opened again.

It ends with SIGTERM or SIGINT, or when no connection is left: it sends nothing new, waits a while
for what is under way, and writes down what was never answered. Then it exits with 0, whatever it
has met: to judge is not its business. It exits with 2 for words that it does not understand, and
with 4 when it cannot connect or write.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from colorunbook.drill.notebook import Notebook
from colorunbook.drill.requests import service_of, word_of
from colorunbook.drill.talk import Talk
from colorunbook.errors import ColorunbookError, InputError, TimedOut, Unavailable
from colorunbook.lab.guest.services import Service

READY: Final = "ready"
"""What is said once all connections stand."""

PATIENCE: Final = 30.0
"""How long connecting, and what is under way at the end, may take, in seconds."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a client is told to do.

    :param name: in each of its texts.
    :param period: from one request of a connection to the next, in seconds.
    :param patience: see :data:`PATIENCE`.
    """

    address: str
    service: Service
    connections: int
    period: float
    out: Path
    name: str
    patience: float = PATIENCE


def command(orders: Orders) -> tuple[str, ...]:
    """The words that start a client with this machine's Python."""
    return (
        *(sys.executable, "-m", "colorunbook.drill.client"),
        *("--address", orders.address, "--service", word_of(orders.service)),
        *("--connections", str(orders.connections), "--period", str(orders.period)),
        *("--out", str(orders.out), "--name", orders.name, "--patience", str(orders.patience)),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Be a client; the exit code."""
    try:
        asyncio.run(stream(orders(argv)))
    except ColorunbookError as error:
        print(f"client: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def orders(argv: Sequence[str] | None = None) -> Orders:
    """Read the words of the command line.

    :raises SystemExit: they are none; what is wrong has been said.
    """
    parser = argparse.ArgumentParser(
        "python -m colorunbook.drill.client", description="A client of a drill."
    )
    parser.add_argument("--address", required=True)
    parser.add_argument("--service", required=True, type=_service)
    parser.add_argument("--connections", type=_number, default=1)
    parser.add_argument("--period", type=_seconds, default=0.05)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--name", type=_word, default="")
    parser.add_argument("--patience", type=_seconds, default=PATIENCE)
    told = parser.parse_args(argv)
    service: Service = told.service
    name = str(told.name) or word_of(service)
    return Orders(
        told.address, service, told.connections, told.period, told.out, name, told.patience
    )


async def stream(orders: Orders) -> None:
    """Ask until a signal says that it is enough.

    :raises Unavailable: it cannot connect, or the file cannot be written.
    """
    loop, enough = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, enough.set)
    ending = asyncio.create_task(enough.wait())
    with Notebook(orders.out, enough.set) as notebook:
        connecting = asyncio.create_task(_connect(orders, notebook))
        await asyncio.wait((connecting, ending), return_when=asyncio.FIRST_COMPLETED)
        if not connecting.done():
            return
        talks = await connecting
        print(READY, len(talks), flush=True)
        for at, talk in enumerate(talks):
            talk.begin(orders.period * at / len(talks))
        over = asyncio.gather(*(talk.over for talk in talks))
        await asyncio.wait((over, ending), return_when=asyncio.FIRST_COMPLETED)
        for talk in talks:
            talk.end()
        await asyncio.wait((over,), timeout=orders.patience)
        for talk in talks:
            talk.give_up()
        await over


async def _connect(orders: Orders, notebook: Notebook) -> list[Talk]:
    """Open every connection, within the patience.

    :raises Unavailable: one cannot be opened.
    """
    loop, talks = asyncio.get_running_loop(), []
    door = f"{orders.address} port {orders.service.value}"
    try:
        async with asyncio.timeout(orders.patience):
            for connection in range(1, orders.connections + 1):
                make = partial(
                    Talk, orders.service, orders.name, connection, orders.period, notebook.write
                )
                _, talk = await loop.create_connection(make, orders.address, orders.service.value)
                talks.append(talk)
    except TimeoutError:
        raise TimedOut(
            f"{door} did not take the client's connections in {orders.patience:g} s.",
            "See whether the guest is up, and whether a way leads to it.",
        ) from None
    except OSError as error:
        raise Unavailable(
            f"{door} takes no connection: {_why(error)}.",
            "See whether the guest is up, and whether a way leads to it.",
        ) from error
    return talks


def _why(error: OSError) -> str:
    """The system's own words; asyncio's name the address once more."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else error.strerror or f"{error}"


def _service(text: str) -> Service:
    try:
        service = service_of(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(f"{error}") from error
    if service is Service.STATUS:
        raise argparse.ArgumentTypeError("the status service is not for clients")
    return service


def _word(text: str) -> str:
    if not text.isprintable() or " " in text or len(text) > 60:
        raise argparse.ArgumentTypeError(f"{text!r:.70} is no word of 60 letters at most")
    return text


def _number(text: str) -> int:
    return int(_within(text, int(text), 1, 1000))


def _seconds(text: str) -> float:
    return _within(text, float(text), 0.001, 3600)


def _within(text: str, value: float, least: float, most: float) -> float:
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not from {least:g} to {most:g}")
    return value


if __name__ == "__main__":
    sys.exit(main())
