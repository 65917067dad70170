# SPDX-License-Identifier: GPL-2.0-or-later
"""The states of a pair, each as what has to be seen of it."""

from collections.abc import Iterable, Iterator

from colorunbook.book.colo import DISK, OWN_CHILD, PARENT, PEER_CHILD, REPLICA, RESYNC, Colo
from colorunbook.book.conditions import (
    Answers,
    ChardevsGone,
    ChardevsThere,
    Checkpoints,
    ChildrenAre,
    Connected,
    Exported,
    Listening,
    MigrationRests,
    NodeGone,
    NodeThere,
    NoJobs,
    ObjectIs,
    ObjectsGone,
    ObjectsThere,
    SizeIs,
    colo_mode_is,
    guest_is,
    migration_is,
)
from colorunbook.book.phrases import Expect
from colorunbook.hosts import Role, size_in_bytes
from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.objects import QemuObject

PRIMARY, SECONDARY = Role.PRIMARY, Role.SECONDARY


def alone(colo: Colo) -> Iterator[Expect]:
    """A primary that may take a new secondary: it runs the guest, and COLO is off."""
    yield Expect(PRIMARY, colo_mode_is("none"))
    yield Expect(PRIMARY, guest_is("running"))
    yield Expect(PRIMARY, ObjectsGone(_ids(colo.primary_filters)))


def ready_for_a_peer(colo: Colo) -> Iterator[Expect]:
    """A primary that may take a new secondary, with every socket that the pair will need."""
    yield from alone(colo)
    yield Expect(PRIMARY, ChardevsThere(_ids(colo.primary_chardevs)))
    yield from takes_a_copy(colo)


def takes_a_copy(colo: Colo) -> Iterator[Expect]:
    """A primary whose disk is of the right size and can be copied, and whose guest can be sent."""
    yield Expect(PRIMARY, SizeIs(DISK, size_in_bytes(colo.site.disk)))
    yield Expect(PRIMARY, NoJobs(RESYNC))
    yield Expect(PRIMARY, MigrationRests())


def exportable(colo: Colo) -> Iterator[Expect]:
    """The secondary's disk has the name that it is exported by; one edition needs a node's."""
    match colo.dialect.edition:
        case Edition.HMP:
            return
        case Edition.BLOCKDEV:
            yield Expect(SECONDARY, NodeThere(PARENT))


def prepared(colo: Colo) -> Iterator[Expect]:
    """A secondary that waits for its primary, has met it, and serves a disk of the right size."""
    yield Expect(SECONDARY, guest_is("inmigrate"))
    yield Expect(SECONDARY, Exported(PARENT))
    yield Expect(SECONDARY, SizeIs(PARENT, size_in_bytes(colo.site.disk)))
    yield Expect(PRIMARY, Connected(_ids(colo.peer_chardevs)))
    yield Expect(PRIMARY, Answers(colo.site.secondary.address, colo.site.ports.nbd))


def replicating(colo: Colo, *, before: str | None = None) -> Iterator[Expect]:
    """Both in COLO, every part in its place, and checkpoints seen.

    :param before: the filter that the primary's filters stand in front of.
    """
    yield Expect(PRIMARY, colo_mode_is("primary"))
    yield Expect(SECONDARY, colo_mode_is("secondary"))
    yield Expect(PRIMARY, migration_is("colo"))
    yield Expect(PRIMARY, Connected(_ids(colo.primary_chardevs)))
    yield Expect(SECONDARY, Connected(_ids(colo.secondary_chardevs)))
    of_secondary = (*colo.secondary_redirectors, colo.rewriter)
    yield Expect(PRIMARY, ObjectsThere(_ids(colo.primary_filters)))
    yield Expect(SECONDARY, ObjectsThere(_ids(of_secondary)))
    for part in colo.primary_filters:
        yield from _settings(PRIMARY, part, before)
    for part in of_secondary:
        yield from _settings(SECONDARY, part, None)
    yield Expect(PRIMARY, ChildrenAre(DISK, (OWN_CHILD, PEER_CHILD)))
    yield Expect(SECONDARY, ChildrenAre(DISK, (OWN_CHILD,)))
    yield Expect(PRIMARY, Checkpoints(2))
    yield Expect(SECONDARY, Checkpoints(2))


def survived_as_primary(colo: Colo) -> Iterator[Expect]:
    """The primary has let go of a dead secondary."""
    yield from alone(colo)
    yield Expect(PRIMARY, ChildrenAre(DISK, (OWN_CHILD,)))
    yield Expect(PRIMARY, NodeGone(REPLICA))


def survived_as_secondary(colo: Colo) -> Iterator[Expect]:
    """The secondary has taken over, and is ready to be a primary."""
    heir = colo.flipped()
    yield Expect(SECONDARY, colo_mode_is("none"))
    yield Expect(SECONDARY, guest_is("running"))
    yield Expect(SECONDARY, ObjectsThere((colo.rewriter.id,)))
    yield Expect(SECONDARY, ObjectsGone(_ids(colo.secondary_redirectors)))
    yield Expect(SECONDARY, ChardevsGone(_ids(colo.secondary_chardevs)))
    yield from has_sockets(heir, SECONDARY)
    yield Expect(SECONDARY, ChildrenAre(DISK, (OWN_CHILD,)))


def has_sockets(heir: Colo, role: Role) -> Iterator[Expect]:
    """A QEMU that was started as something else has the sockets of a primary.

    :param heir: the pair in which it is the primary.
    :param role: the one that it has until then.
    """
    for chardev in heir.peer_chardevs:
        yield Expect(role, Listening(chardev.id, chardev.address))
    yield Expect(role, Connected(_ids(heir.loop_chardevs)))


def _ids(parts: Iterable[QemuObject | SocketChardev]) -> tuple[str, ...]:
    return tuple(part.id for part in parts)


def _settings(role: Role, part: QemuObject, before: str | None) -> Iterator[Expect]:
    placed: tuple[tuple[str, str], ...] = ()
    if before is not None and part.kind.startswith("filter-"):
        placed = (("insert", "before"), ("position", f"id={before}"))
    if part.settings:
        yield Expect(role, ObjectIs(part.id, (*placed, *part.settings)))
