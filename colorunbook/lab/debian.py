# SPDX-License-Identifier: GPL-2.0-or-later
"""A private apt: Debian's packages, checked by apt's own keys, without touching the host's apt."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from colorunbook.errors import Unavailable
from colorunbook.lab.dpkg import BOUND, environment, failure, native, run
from colorunbook.lab.tree import PATH
from colorunbook.qemu.dialect import NEWEST

#: Where Debian is when the host does not name a mirror.
USUAL_MIRROR = "http://deb.debian.org/debian"

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_URIS = re.compile(r"^URIs:\s*(https?://\S+)", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"^deb\s+(?:\[[^]]*\]\s*)?(https?://\S+)", re.MULTILINE)
_FETCHING = re.compile(r"^dlstatus:.*Retrieving file (\d+) of (\d+)")

# What the host's hooks do to the host's own caches is not for this apt to do.
_CONFIGURATION = """\
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::DEP-11;
APT::Architectures { "{native}"; };
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
Dir "/";
Dir::Cache "{home}/cache";
Dir::Etc::SourceList "{home}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "{home}/state";
Dir::State::Lists "{home}/lists";
Dir::State::status "{home}/status";
"""


def mirror(etc: Path = Path("/etc")) -> str:
    """The mirror that this host uses, or Debian's usual one.

    :param etc: where ``os-release`` and apt's sources are read.
    """
    if not re.search(r"^ID=\"?debian\"?$", _read(etc / "os-release"), re.MULTILINE):
        return USUAL_MIRROR
    found = _URIS.search(_read(etc / "apt/sources.list.d/debian.sources")) or _LINE.search(
        _read(etc / "apt/sources.list")
    )
    return found[1].rstrip("/") if found else USUAL_MIRROR


@dataclass(frozen=True, slots=True)
class Apt:
    """An apt whose state is all in one folder.

    :ivar home: an absolute path.
    :ivar what: what its packages are for, as an error says it.
    :ivar instead: what to do where there is no apt, as a sentence.
    """

    home: Path
    what: str = "QEMU"
    instead: str = f"Install QEMU {NEWEST} or newer with qemu-img and qemu-bridge-helper."

    def set_up(self, suites: tuple[str, ...], source: str, components: str = "main") -> None:
        """Write its configuration.

        :param suites: the suites to take packages from.
        :param source: the mirror's address.
        :param components: which parts of the suites, with blanks between them.
        :raises Unavailable: this host has no apt-get, no dpkg-deb or not Debian's keys.
        """
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool, path=PATH) is None:
                raise Unavailable(
                    f"The packages of {self.what} can be fetched only where there is {tool}.",
                    self.instead,
                )
        if not _KEYRING.exists():
            raise Unavailable(f"There is no {_KEYRING}.", "Install debian-archive-keyring.")
        for name in ("cache/archives/partial", "lists/partial", "state"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        (self.home / "status").touch()
        lines = (f"deb [signed-by={_KEYRING}] {source} {suite} {components}\n" for suite in suites)
        (self.home / "sources.list").write_text("".join(lines), encoding="utf-8")
        text = _CONFIGURATION.replace("{home}", str(self.home)).replace("{native}", native())
        (self.home / "apt.conf").write_text(text, encoding="utf-8")

    def update(self) -> None:
        """Fetch the lists of packages, and drop the downloads that are no longer in them.

        :raises Unavailable: apt failed; its error is in the message.
        """
        for word in ("update", "autoclean"):
            self._get((word,), lambda _done, _total: None)

    def download(
        self, packages: tuple[str, ...], suite: str, fetching: Callable[[int, int], None]
    ) -> tuple[Path, ...]:
        """Fetch packages and all that they depend on; what is already there is kept.

        :param suite: preferred over the others.
        :param fetching: told the number of the file that comes next, and of all.
        :raises Unavailable: apt failed; its error is in the message.
        """
        self._get(("--download-only", f"--target-release={suite}", "install", *packages), fetching)
        # Those of the installer end in .udeb.
        return tuple(sorted((self.home / "cache/archives").glob("*deb")))

    def names(self, beginning: str) -> tuple[str, ...]:
        """The packages in the lists whose names begin so.

        :raises Unavailable: apt failed; its error is in the message.
        """
        configuration = f"--config-file={self.home / 'apt.conf'}"
        told = run(("apt-cache", configuration, "pkgnames", beginning), self.home, self.what)
        return tuple(sorted(told.split()))

    def _get(self, words: tuple[str, ...], fetching: Callable[[int, int], None]) -> None:
        reading, writing = os.pipe()
        log = self.home / "apt.log"
        with log.open("wb") as said, os.fdopen(reading, encoding="utf-8", errors="replace") as told:
            try:
                apt = subprocess.Popen(
                    (
                        *BOUND,
                        "apt-get",
                        f"--config-file={self.home / 'apt.conf'}",
                        f"--option=APT::Status-Fd={writing}",
                        *words,
                    ),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    env=environment(self.home),
                    pass_fds=(writing,),
                )
            finally:
                os.close(writing)
            with apt:
                try:
                    for done, total in fetched(told):
                        fetching(done, total)
                except BaseException:
                    apt.terminate()
                    raise
        if apt.returncode != 0:
            said_all = log.read_text(encoding="utf-8", errors="replace")
            raise failure(said_all, self.home, self.what)


def fetched(status: Iterator[str]) -> Iterator[tuple[int, int]]:
    """The progress of downloads in what apt writes to its ``Status-Fd``: number, of how many."""
    for line in status:
        found = _FETCHING.match(line)
        if found:
            yield int(found[1]), int(found[2])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
