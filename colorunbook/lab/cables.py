# SPDX-License-Identifier: GPL-2.0-or-later
"""The cables of a lab of two hosts, as they are seen and pulled from outside."""

import shutil
import subprocess
from dataclasses import dataclass

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab import itself
from colorunbook.lab.life import Life
from colorunbook.lab.switch import FAR, NEAR
from colorunbook.lab.tree import PATH

#: How long it may take to pull a cable, in seconds.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Cables:
    """Two hosts of a world that have a network each, and the switch between them.

    :ivar near: the address of the host in the world's own network namespace.
    :ivar far: the address of the host in a second one.
    :ivar second: the keeper's file descriptor of the far host's namespace.
    :ivar switch: the keeper's file descriptor of the switch's namespace.
    """

    near: str
    far: str
    second: int
    switch: int

    def network_of(self, address: str, keeper: Life) -> str:
        """The option of ``nsenter`` that leads into the network of a host."""
        return _way(keeper, self.second) if address == self.far else "--net"

    def cut(self, address: str, keeper: Life) -> None:
        """Pull the cable of a host; nothing happens when it is pulled already.

        :raises Unavailable: the world has ended, or the kernel refused.
        """
        self._do(keeper, "down", self._port(address))

    def mend(self, address: str, keeper: Life) -> None:
        """Give a host its cable back; nothing happens when it has it.

        :raises Unavailable: the world has ended, or the kernel refused.
        """
        self._do(keeper, "up", self._port(address))

    def those_cut(self, keeper: Life) -> frozenset[str]:
        """The addresses of the hosts whose cable is pulled, asked of the kernel.

        :raises Unavailable: the world has ended, or the kernel refused.
        """
        down = self._do(keeper).split()
        return frozenset(each for each in (self.near, self.far) if self._port(each) in down)

    def _port(self, address: str) -> str:
        return FAR if address == self.far else NEAR

    def _do(self, keeper: Life, *words: str) -> str:
        if keeper.is_over:
            raise Unavailable("The lab has ended.", "Start it again.")
        enter = (
            shutil.which("nsenter", path=PATH) or "nsenter",
            f"--target={keeper.pid}",
            *("--user", "--preserve-credentials", _way(keeper, self.switch), "--"),
        )
        try:
            done = subprocess.run(
                (*enter, *itself.words("colorunbook.lab.switch"), *words),
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


def _way(keeper: Life, descriptor: int) -> str:
    return f"--net=/proc/{keeper.pid}/fd/{descriptor}"
