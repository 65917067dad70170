# SPDX-License-Identifier: GPL-2.0-or-later
"""What the QEMUs of this machine write, a file each."""

import contextlib
import re
from pathlib import Path
from typing import BinaryIO

from colorunbook.engine.private import create, private
from colorunbook.errors import Unavailable
from colorunbook.hosts import Host


class Logs:
    """A folder of them; made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, host: Host) -> Path:
        """The file for what the QEMU of a host writes."""
        return self._folder / f"qemu-{re.sub(r'[^0-9A-Za-z.]', '_', host.address)}.log"

    def new(self, host: Host) -> BinaryIO:
        """A new one, in place of the last.

        :raises Unavailable: it cannot be written.
        """
        path = self.of(host)
        try:
            return create(private(self._folder) / path.name)
        except Unavailable as error:
            raise Unavailable(error.message, f"QEMU's messages go there. {error.advice}") from error
        except OSError as error:
            raise Unavailable(
                f"{path} cannot be written: {error.strerror}.", "QEMU's messages go there."
            ) from error

    def last_words(self, host: Host) -> str:
        """What a QEMU that has ended wrote last."""
        with contextlib.suppress(OSError):
            lines = self.of(host).read_text(errors="replace").strip().splitlines()
            if lines:
                return lines[-1]
        return "it wrote nothing."
