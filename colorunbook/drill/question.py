# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks the guest about itself, as a program in the client's network::

    python question.py 10.0.0.10 7002 acknowledged last digest

It prints an answer a line. This file is run by Python alone, without the package.
"""

import socket
import sys
from collections.abc import Sequence

PATIENCE = 30.0
"""How long connecting, and each answer, may take, in seconds."""


def main(words: Sequence[str]) -> int:
    """Ask each question on one connection; the exit status tells whether it was answered."""
    address, port, *questions = words
    try:
        with socket.create_connection((address, int(port)), PATIENCE) as peer:
            answers = peer.makefile("r", encoding="utf-8", errors="replace", newline="\n")
            for question in questions:
                peer.sendall(f"{question}\n".encode())
                answer = answers.readline()
                if not answer.endswith("\n"):
                    raise ConnectionError("It has hung up.")
                sys.stdout.write(answer)
    except OSError as error:
        sys.stderr.write(f"{error.strerror or error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
