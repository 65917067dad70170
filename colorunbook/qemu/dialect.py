# SPDX-License-Identifier: GPL-2.0-or-later
"""How one QEMU version spells things, and what is known of it: the table of dated changes.

The only place where a version is compared. A builder says what it means; the dialect spells it.
"""

import re
from dataclasses import dataclass
from enum import Enum

from colorunbook.errors import InputError
from colorunbook.hosts import Accel
from colorunbook.qemu.payload import is_object

_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A QEMU version: major, minor, micro."""

    major: int
    minor: int
    micro: int = 0

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read ``11.1`` or ``11.1.3``.

        :raises InputError: it is no version.
        """
        match = _VERSION.fullmatch(text) if text.isascii() else None
        if match is None:
            raise InputError(f"{text!r} is not a QEMU version.", "Give one like 11.1 or 10.0.2.")
        return cls(int(match[1]), int(match[2]), int(match[3] or 0))

    @classmethod
    def of_greeting(cls, greeting: object) -> "Version":
        """Read the ``qemu`` member of a QMP greeting's or ``query-version``'s version.

        :raises InputError: it holds no three numbers.
        """
        qemu = greeting.get("qemu") if is_object(greeting) else None
        if is_object(qemu):
            major, minor, micro = qemu.get("major"), qemu.get("minor"), qemu.get("micro")
            if isinstance(major, int) and isinstance(minor, int) and isinstance(micro, int):
                return cls(major, minor, micro)
        raise InputError(f"The monitor's greeting {greeting!r} tells no QEMU version.")

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.micro}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is known not to work, for versions from ``first`` up to but not including ``fixed``."""

    first: Version
    fixed: Version
    accel: Accel | None
    what: str


OLDEST = Version(6, 0)
"""``object-add`` takes its properties as plain members from here on ("Removed features", 6.0)."""

NEWEST = Version(11, 1)
"""What a document is rendered for when nobody says otherwise."""

_RECONNECT_MS = Version(9, 2)
"""``reconnect-ms`` of socket chardevs (qapi/char.json, "Since: 9.2")."""

_COLO_NEEDS_RETURN_PATH = Version(11, 0)
"""11.x refuses ``x-colo`` alone: "Capability 'x-colo' requires capability 'return-path'"."""

TROUBLES = (
    Trouble(
        Version(10, 0, 0),
        Version(10, 0, 13),
        None,
        "COLO never starts although every command succeeds (seen on 10.0.2)",
    ),
    Trouble(Version(10, 1), Version(10, 2), None, "COLO was broken upstream in 10.1"),
    Trouble(
        OLDEST,
        Version(11, 1),
        Accel.TCG,
        "under TCG the first checkpoint deadlocks (seen on 7.2.22 and 10.0.13)",
    ),
)


class Edition(Enum):
    """Which of two spellings of the same procedures: both do the same to the guest's disks.

    ``hmp`` is QEMU's own document. ``blockdev`` uses no human monitor and no deprecated command.
    """

    HMP = "hmp"
    BLOCKDEV = "blockdev"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version's spelling, in one edition.

    :raises InputError: the version is older than anything the procedures can be spelled for.
    """

    version: Version = NEWEST
    edition: Edition = Edition.HMP

    def __post_init__(self) -> None:
        if self.version < OLDEST:
            raise InputError(
                f"QEMU {self.version} is older than the procedures can be spelled for.",
                f"The oldest is {OLDEST}.",
            )

    @classmethod
    def of(cls, version: str | None, edition: Edition = Edition.HMP) -> "Dialect":
        """The dialect of a version given as text; ``None``: the newest.

        :raises InputError: it is no version, or too old.
        """
        return cls(NEWEST if version is None else Version.parse(version), edition)

    def reconnect(self, seconds: int) -> tuple[str, str]:
        """Spell the pause between two attempts of a socket chardev to connect."""
        if self.version < _RECONNECT_MS:
            return "reconnect", str(seconds)
        return "reconnect-ms", str(seconds * 1000)

    @property
    def colo_capabilities(self) -> tuple[str, ...]:
        """The migration capabilities that COLO needs, in the order they are set."""
        if self.version < _COLO_NEEDS_RETURN_PATH:
            return ("x-colo",)
        return ("x-colo", "return-path")

    @property
    def name_of_drive(self) -> str:
        """The option that names a disk without a device.

        ``block-export-add`` knows nodes only, not the drives that ``id`` names.
        """
        match self.edition:
            case Edition.HMP:
                return "id"
            case Edition.BLOCKDEV:
                return "node-name"

    @property
    def end_of_copy(self) -> str:
        """The command that ends a copy which is ready, and leaves two equal disks.

        The same up to 11.1: ``block-job-cancel`` is not deprecated, and neither ``job-cancel`` nor
        ``job-complete`` does that (qapi/block-core.json, block-job-cancel).
        """
        return "block-job-cancel"

    def trouble(self, accel: Accel) -> str | None:
        """What is known not to work with this version and accelerator; ``None``: nothing."""
        for trouble in TROUBLES:
            concerned = trouble.accel in (None, accel)
            if concerned and trouble.first <= self.version < trouble.fixed:
                return trouble.what
        return None
