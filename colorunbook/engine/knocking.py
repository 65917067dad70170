# SPDX-License-Identifier: GPL-2.0-or-later
"""Trying TCP ports, from here or as a program of its own: ``python knocking.py WITHIN A P A P ...``

A lab has no Python and a network of its own. This file is run there by the Python outside, alone,
so it takes nothing but the standard library. What it says is a word for each port.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Sequence

ANSWERS, REFUSED, SILENT = "answers", "refused", "silent"


async def knock(doors: Sequence[tuple[str, int]], within: float) -> list[str]:
    """Try all of them at once.

    :param doors: address and TCP port each.
    :param within: how long each may take to answer, in seconds.
    :returns: a word each, in order.
    """
    return list(await asyncio.gather(*(_knock(*door, within) for door in doors)))


async def _knock(address: str, port: int, within: float) -> str:
    try:
        async with asyncio.timeout(within):
            _, writer = await asyncio.open_connection(address, port)
    except ConnectionRefusedError:
        return REFUSED
    except (OSError, ValueError):  # a time-out, no way there, a name that nobody knows
        return SILENT
    # A reset instead of an end: a chardev that writes only would take an end for a client.
    link: socket.socket = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return ANSWERS


def main(words: Sequence[str]) -> None:
    """Print the words, one a row."""
    doors = [(address, int(port)) for address, port in zip(words[1::2], words[2::2], strict=True)]
    print("\n".join(asyncio.run(knock(doors, float(words[0])))))


if __name__ == "__main__":
    main(sys.argv[1:])
