# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a finding is shown: a world of its own, and QEMUs in it."""

import shlex
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.findings.machine import COMES_UP, PATIENCE, Machine
from benchmarks.findings.monitor import Monitor
from benchmarks.findings.notes import Notes, tail
from benchmarks.findings.record import Kind
from colorunbook.errors import Unavailable
from colorunbook.lab.tree import QEMU


@dataclass(slots=True)
class Scene(Notes):
    """One attempt on one QEMU."""

    def greeted(self, name: str) -> bool:
        """Whether a human monitor at a socket in the folder greets who connects to it."""
        self.note("", Kind.SHELL, f"socat -t {PATIENCE:g} - UNIX-CONNECT:$d/{name} < /dev/null")
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            client.connect(str(self.folder / name))
            try:
                text = client.recv(4096).decode(errors="replace").strip()
            except TimeoutError:
                text = ""
        self.seen("", text.splitlines()[0] if text else f"no greeting within {PATIENCE:g} s")
        return bool(text)

    @contextmanager
    def peer(self, address: str, port: int) -> Iterator[None]:
        """Somebody who is connected to a port, and says nothing; at the end the shell closes it."""
        opens, closes = f"exec 3<>/dev/tcp/{address}/{port}", "exec 3>&-"
        self.note("", Kind.SHELL, opens)
        words = ("bash", "-c", f"{opens} && echo open; read -r _")
        pipe = subprocess.PIPE
        with self.world.popen(words, stdin=pipe, stdout=pipe) as shell:
            try:
                if shell.stdout is None or not shell.stdout.readline():
                    raise Unavailable(f"Nobody listens at port {port} of {address}.")
                yield
                shell.communicate(timeout=COMES_UP)
            finally:
                shell.kill()
        self.note("", Kind.SHELL, closes)

    @contextmanager
    def qemu(self, name: str, *words: str) -> Iterator["Machine"]:
        """A QEMU that serves QMP on its standard input and output, as QEMU's document has it.

        :param words: of its command line, each an option with its value.
        :raises Unavailable: it does not come up.
        """
        argv = [QEMU, "-name", name, "-display", "none", "-qmp", "stdio"]
        argv += [part.replace("$d", str(self.folder)) for w in words for part in shlex.split(w)]
        self.note(name, Kind.SHELL, shlex.join(argv))
        path = self.folder / f"{name}.log"
        pipe = subprocess.PIPE
        with path.open("wb") as log:
            process = self.world.popen(argv, stdin=pipe, stdout=pipe, stderr=log)
        machine = Machine(self, name, process, Monitor(process))
        try:
            machine.negotiate()
            yield machine
        finally:
            self.log = self.log or tail(path)
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None and not stream.closed:
                    stream.close()
