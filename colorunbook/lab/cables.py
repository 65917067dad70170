# SPDX-License-Identifier: GPL-2.0-or-later
"""The cables of a lab of two hosts, as they are seen and pulled from outside."""

import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab import itself
from colorunbook.lab.life import Life
from colorunbook.lab.switch import CLIENT, FAR, NEAR, SWITCH, UP_FAR, UP_NEAR, Spaces
from colorunbook.lab.tree import PATH

#: How long it may take to pull a cable, in seconds.
PATIENCE = 10.0


class Cable(Enum):
    """The two cables of a host, each as people call it."""

    PEER = "cable"
    """To its peer: what QEMU's sockets go through."""

    CLIENTS = "uplink"
    """To the clients: what the guest's packets go through."""


BOTH: Final = tuple(Cable)


@dataclass(frozen=True, slots=True)
class Cables:
    """Two hosts of a world that have a network each, a client, and the switches between them.

    :ivar near: the address of the host in the world's own network namespace.
    :ivar far: the address of the host in a second one.
    :ivar spaces: the namespaces, by the keeper's file descriptors.
    """

    near: str
    far: str
    spaces: Spaces

    def network_of(self, name: str, keeper: Life) -> str:
        """The option of ``nsenter`` that leads into the network of a host, or of the client.

        :param name: a host's address, :data:`~colorunbook.lab.switch.CLIENT`, or
            :data:`~colorunbook.lab.switch.SWITCH`.
        """
        if name == CLIENT:
            return _way(keeper, self.spaces.client)
        if name == SWITCH:
            return _way(keeper, self.spaces.switch)
        return _way(keeper, self.spaces.second) if name == self.far else "--net"

    def set(self, state: str, ports: Sequence[str], keeper: Life) -> None:
        """Set ports of the switches ``up`` or ``down``; one that is so already stays so.

        :raises Unavailable: the world has ended, or the kernel refused.
        """
        self._do(keeper, state, *ports)

    def ports_of(self, address: str, cables: Collection[Cable] = BOTH) -> tuple[str, ...]:
        """The ports at which cables of a host end."""
        link, uplink = (FAR, UP_FAR) if address == self.far else (NEAR, UP_NEAR)
        ends = {Cable.PEER: link, Cable.CLIENTS: uplink}
        return tuple(ends[cable] for cable in Cable if cable in cables)

    def those_cut(self, keeper: Life) -> dict[str, tuple[Cable, ...]]:
        """The cables that are pulled, by the address of their host, asked of the kernel.

        :raises Unavailable: the world has ended, or the kernel refused.
        """
        down = self._do(keeper).split()
        cut = {
            address: tuple(each for each in Cable if self.ports_of(address, (each,))[0] in down)
            for address in (self.near, self.far)
        }
        return {address: cables for address, cables in cut.items() if cables}

    @contextmanager
    def hand(self, keeper: Life) -> Iterator["Hand"]:
        """A hand at the switches, for as long as it is needed; it starts no process for a port.

        :raises Unavailable: the world has ended.
        """
        with subprocess.Popen(
            self._words(keeper, "-"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=itself.environment(),
            cwd="/",
            start_new_session=True,
        ) as process:
            try:
                hand = Hand(process)
                hand.set("up", ())  # it is there once it has answered
                yield hand
            finally:
                process.kill()

    def _do(self, keeper: Life, *words: str) -> str:
        try:
            done = subprocess.run(
                self._words(keeper, *words),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
                env=itself.environment(),
                cwd="/",
            )
        except subprocess.TimeoutExpired:
            raise TimedOut(f"The lab's switch did not obey within {PATIENCE:g} s.") from None
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no reason was given"]
            raise Unavailable(f"The lab's switch cannot be reached: {said[-1]}")
        return done.stdout

    def _words(self, keeper: Life, *words: str) -> tuple[str, ...]:
        if keeper.is_over:
            raise Unavailable("The lab has ended.", "Start it again.")
        return (
            shutil.which("nsenter", path=PATH) or "nsenter",
            f"--target={keeper.pid}",
            *("--user", "--preserve-credentials", _way(keeper, self.spaces.switch), "--"),
            *itself.words("colorunbook.lab.switch"),
            *words,
        )

    @classmethod
    def read(cls, told: dict[str, str | dict[str, int]]) -> Self:
        """Read what ``dataclasses.asdict`` has made of one.

        :raises KeyError, TypeError: it has made something else.
        """
        spaces = told["spaces"]
        if not isinstance(spaces, dict):
            raise TypeError(spaces)
        return cls(str(told["near"]), str(told["far"]), Spaces(**spaces))


@dataclass(frozen=True, slots=True)
class Hand:
    """Sets ports at once, without starting a process for it."""

    process: subprocess.Popen[str]

    def set(self, state: str, ports: Sequence[str]) -> float:
        """Set ports ``up`` or ``down``.

        :returns: when it was done, in seconds of ``time.monotonic``.
        :raises Unavailable: the switch has ended.
        """
        orders, answers = self.process.stdin, self.process.stdout
        if orders is None or answers is None:
            raise Unavailable("The lab's switch was started without pipes.")
        try:
            orders.write(f"{' '.join((state, *ports))}\n")
            orders.flush()
            return float(answers.readline())
        except (OSError, ValueError) as error:
            raise Unavailable("The lab's switch has ended.", "Start the lab again.") from error


def _way(keeper: Life, descriptor: int) -> str:
    return f"--net=/proc/{keeper.pid}/fd/{descriptor}"
