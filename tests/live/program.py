# SPDX-License-Identifier: GPL-2.0-or-later
"""The program, used on one lab."""

import json
import subprocess
import sys
from dataclasses import dataclass

from colorunbook.qemu.payload import Json, JsonObject, as_objects


@dataclass(frozen=True, slots=True)
class Program:
    """The program, used on one lab."""

    lab: str

    def __call__(self, *words: str, exits: int = 0) -> str:
        """Run it and hold it to its exit code; what it put out."""
        done = subprocess.run(
            [sys.executable, "-m", "colorunbook", *words],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert exits == done.returncode, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout if exits == 0 else done.stderr

    def run(self, runbook: str, *words: str, exits: int = 0) -> str:
        """Run a runbook in the lab."""
        return self("run", runbook, "--lab", self.lab, *words, exits=exits)

    def kill(self, role: str) -> None:
        """Take one side away."""
        self("lab", "kill", role, "--name", self.lab)

    def hosts(self) -> list[JsonObject]:
        """What is told of the two hosts."""
        labs: Json = json.loads(self("lab", "status", "--json"))
        (mine,) = [lab for lab in as_objects(labs) if lab.get("name") == self.lab]
        return as_objects(mine.get("hosts"))

    def roles(self) -> dict[str, Json]:
        """Who is what, by address."""
        return {str(host.get("address")): host.get("role") for host in self.hosts()}
