# SPDX-License-Identifier: GPL-2.0-or-later
"""The program that asks the guest about itself, with a stand-in for the guest."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from errno import ECONNREFUSED, ECONNRESET
from threading import Thread

import pytest

from colorunbook.drill import question

Guest = Callable[[Sequence[bytes]], int]


@pytest.fixture
def guest() -> Iterator[Guest]:
    """Listens, and gives one answer after the other to one client; the port."""
    servers: list[socket.socket] = []
    threads: list[Thread] = []

    def answering(answers: Sequence[bytes]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threads.append(Thread(target=_serve, args=(server, answers)))
        threads[-1].start()
        return int(server.getsockname()[1])

    yield answering
    for server in servers:
        server.close()
    for thread in threads:
        thread.join()


def _serve(server: socket.socket, answers: Sequence[bytes]) -> None:
    peer, _ = server.accept()
    with peer, peer.makefile("rb") as questions:
        for answer in answers:
            asked = questions.readline()
            peer.sendall(answer.replace(b"?", asked.strip()))


def asked(port: int, *questions: str) -> tuple[int, str, str]:
    """How the program ends, and what it says; no package of this project is there for it."""
    words = (sys.executable, "-I", "-S", question.__file__, "127.0.0.1", str(port), *questions)
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
    return done.returncode, done.stdout, done.stderr


def test_each_answer_is_a_line(guest: Guest) -> None:
    """In the order of the questions, on one connection."""
    port = guest([b"1 ?\n", b"2 ?\n", b"3 ?\n"])
    assert (0, "1 last\n2 digest\n3 ticks\n", "") == asked(port, "last", "digest", "ticks")


def test_what_is_no_text_is_passed_on_all_the_same(guest: Guest) -> None:
    """Whoever asked judges it."""
    code, out, _ = asked(guest([b"1 \xff?\n"]), "last")
    assert (0, "1 \N{REPLACEMENT CHARACTER}last\n") == (code, out)


def test_a_guest_that_hangs_up_has_not_answered(guest: Guest) -> None:
    """Nor has one that hangs up in the midst of it; what came before is put out."""
    for half in b"", b"2 di":
        code, out, err = asked(guest([b"1 ?\n", half]), "last", "digest")
        assert (1, "1 last\n") == (code, out)
        assert err in ("It has hung up.\n", f"{os.strerror(ECONNRESET)}\n")


def test_where_nobody_listens_it_ends_with_1() -> None:
    """With the system's reason, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    assert (1, "", f"{os.strerror(ECONNREFUSED)}\n") == asked(port, "last")
