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
class Asked:
    """A version as people ask for it: ``10.0`` is any 10.0, ``10.0.2`` is that one.

    :param first: the oldest that is meant.
    :param last: the newest that is meant.
    """

    first: Version
    last: Version

    @classmethod
    def parse(cls, text: str) -> "Asked":
        """Read ``10.0`` or ``10.0.2``.

        :raises InputError: it is no version.
        """
        first = Version.parse(text)
        is_whole = text.count(".") > 1
        return cls(first, first if is_whole else Version(first.major, first.minor, 999))

    def means(self, version: Version) -> bool:
        """Tell whether a version is one that was asked for."""
        return self.first <= version <= self.last


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is known not to work, for versions from ``first`` up to but not including ``fixed``.

    :param accel: with this accelerator only; ``None``: with any.
    :param what: what happens, as a clause.
    :param shows: a piece of the symptom by which a check recognises it.
    :param text: only with documents for versions from the first up to but not including the
        second of these; ``None``: with any document.
    """

    first: Version
    fixed: Version
    accel: Accel | None
    what: str
    shows: str
    text: tuple[Version, Version] | None = None

    def concerns(self, text: Version, qemu: Version, accel: Accel) -> bool:
        """Tell whether it happens to a document for one version, on a QEMU of another."""
        if self.text is not None and not self.text[0] <= text < self.text[1]:
            return False
        return self.accel in (None, accel) and self.first <= qemu < self.fixed


OLDEST = Version(6, 0)
"""``object-add`` takes its properties as plain members from here on ("Removed features", 6.0)."""

NEWEST = Version(11, 1)
"""What a document is rendered for when nobody says otherwise."""

_RECONNECT_MS = Version(9, 2)
"""``reconnect-ms`` of socket chardevs (qapi/char.json, "Since: 9.2")."""

_RECONNECT_GONE = Version(11, 1)
"""The older ``reconnect``, deprecated in 9.2, is gone: seen on 11.1.3; it was there on 10.0.13."""

_COLO_NEEDS_RETURN_PATH = Version(11, 0)
"""11.x refuses ``x-colo`` alone: "Capability 'x-colo' requires capability 'return-path'"."""

_EVER = Version(999, 0)
_CHANGES = (_RECONNECT_MS, _COLO_NEEDS_RETURN_PATH)
"""Where a spelling changes, oldest first: every version that :class:`Dialect` compares with."""

SCHEMAS = (Version(7, 2, 22), Version(10, 0, 2), Version(10, 0, 13), Version(11, 1, 3))
"""What is shipped of what QEMUs tell of themselves, the oldest first (``schemas/``)."""

TROUBLES = (
    Trouble(
        Version(10, 0, 0),
        Version(10, 0, 13),
        None,
        "COLO never starts although every command succeeds (seen on 10.0.2; 10.0.13 works)",
        "COLO does not begin",
    ),
    Trouble(
        Version(10, 1),
        Version(10, 2),
        None,
        "COLO was broken upstream in 10.1",
        "COLO does not begin",
    ),
    Trouble(
        OLDEST,
        Version(11, 1),
        Accel.TCG,
        "under TCG one of the first checkpoints deadlocks (seen on 7.2.22 and 10.0.13)",
        "hangs",
    ),
    Trouble(
        _RECONNECT_GONE,
        _EVER,
        None,
        "its text has reconnect, which this QEMU does not know any more (seen on 11.1.3)",
        "Invalid parameter 'reconnect'",
        text=(OLDEST, _RECONNECT_MS),
    ),
    Trouble(
        _COLO_NEEDS_RETURN_PATH,
        _EVER,
        None,
        "its text does not switch return-path on, and this QEMU refuses x-colo without",
        "requires capability 'return-path'",
        text=(OLDEST, _COLO_NEEDS_RETURN_PATH),
    ),
    Trouble(
        OLDEST,
        _RECONNECT_MS,
        None,
        "its text has reconnect-ms, which this QEMU does not know (seen on 7.2.22)",
        "Invalid parameter 'reconnect-ms'",
        text=(_RECONNECT_MS, _EVER),
    ),
    Trouble(
        _RECONNECT_MS,
        _COLO_NEEDS_RETURN_PATH,
        None,
        "its text switches return-path on, and with that COLO does not begin (seen on 10.0.13)",
        "COLO does not begin",
        text=(_COLO_NEEDS_RETURN_PATH, _EVER),
    ),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Versions between two changes of spelling: all of them spell everything alike.

    :param first: the oldest of them.
    :param until: the first that is none of them any more; ``None``: it goes on.
    """

    first: Version
    until: Version | None

    @property
    def label(self) -> str:
        """What people call it: ``QEMU 9.2 to 10.2``."""
        first = _short(self.first)
        if self.until is None:
            return f"QEMU {first} and newer"
        last = _short(_release_before(self.until))
        return f"QEMU {first}" if first == last else f"QEMU {first} to {last}"

    def holds(self, version: Version) -> bool:
        """Tell whether a version lies in it."""
        return self.first <= version and (self.until is None or version < self.until)

    def joined(self, newer: "Stretch") -> "Stretch":
        """This one and the one that follows it, as one."""
        return Stretch(self.first, newer.until)


def stretches() -> tuple[Stretch, ...]:
    """The stretches between the dated changes, the oldest first."""
    return tuple(map(Stretch, (OLDEST, *_CHANGES), (*_CHANGES, None)))


def stretch_of(version: Version) -> Stretch:
    """The stretch that a version lies in.

    :raises InputError: it is older than anything the procedures can be spelled for.
    """
    oldest, *newer = stretches()
    return next((each for each in newer if each.holds(Dialect(version).version)), oldest)


def _short(version: Version) -> str:
    return str(version) if version.micro else f"{version.major}.{version.minor}"


def _release_before(version: Version) -> Version:
    """The release before; since 3.0 each year has three: ``.0``, ``.1`` and ``.2``."""
    if version.micro:
        return Version(version.major, version.minor, version.micro - 1)
    if version.minor:
        return Version(version.major, version.minor - 1)
    return Version(version.major - 1, 2)


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

    @property
    def schema(self) -> Version:
        """The version whose schema commands are held against.

        It is this one, or else the newest of the same minor version, or else the newest that is
        not newer, or else the oldest there is.
        """
        if self.version in SCHEMAS:
            return self.version
        siblings = [found for found in SCHEMAS if self._is_sibling(found)]
        older = [found for found in SCHEMAS if found < self.version]
        return (siblings or older or SCHEMAS[:1])[-1]

    @property
    def has_schema(self) -> bool:
        """Whether :attr:`schema` can refuse a command: QMP changes with the minor version only.

        That of another one can be wrong about this one in both directions.
        """
        return self._is_sibling(self.schema)

    def _is_sibling(self, other: Version) -> bool:
        return (self.version.major, self.version.minor) == (other.major, other.minor)

    def trouble(self, accel: Accel) -> str | None:
        """What is known not to work with this version and accelerator; ``None``: nothing."""
        found = self.trouble_on(self.version, accel)
        return found.what if found else None

    def trouble_on(self, qemu: Version, accel: Accel) -> Trouble | None:
        """What is known not to work when this dialect is spoken to another QEMU."""
        found = (t for t in TROUBLES if t.concerns(self.version, qemu, accel))
        return next(found, None)
