# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of a pair: two hosts, what is in them, and what passes between them.

Every id, port and connection is read from the parts (:mod:`colorunbook.render.wiring`): a picture
cannot say anything else than the commands.
"""

from dataclasses import dataclass

from colorunbook.book.colo import DISK, PARENT, PEER_CHILD, REPLICA, Colo
from colorunbook.hosts import Role
from colorunbook.render.drawing import Box, Drawing, Ink, Line
from colorunbook.render.network import of_primary, of_secondary
from colorunbook.render.sheet import PITCH, Columns, Sheet
from colorunbook.render.wiring import Side, drives, meets, sides

_GUEST, _DISKS, _REPLICAS, _NETWORK = 3, 8, 16, 21
"""The rows where the bands begin."""

_DISK_ROWS = 6


@dataclass(frozen=True, slots=True)
class Room:
    """How much space there is between things, in columns."""

    between_hosts: int = 1
    to_chardev: int = 2
    gutter: int = 2
    in_sockets: int = 0


NARROW, WIDE = Room(), Room(between_hosts=18, to_chardev=5, gutter=4, in_sockets=2)
"""For 79 columns of text, and for a page."""


def architecture(colo: Colo, room: Room = NARROW) -> Drawing:
    """Draw a pair."""
    primary, secondary = sides(colo)
    left, right = _columns(colo, primary, secondary, room)
    sheet = Sheet()
    for columns, role in ((left, Role.PRIMARY), (right, Role.SECONDARY)):
        sheet.host(columns.host, f"{role.value}  {colo.site.host(role).address}")
    _memory(sheet, colo, left, right)
    _disks(sheet, colo, left, right)
    slots = of_primary(sheet, left, primary, _NETWORK)
    of_secondary(sheet, right, secondary, _NETWORK, slots, _gap(left, right))
    return sheet.drawing("A COLO pair", _in_words(colo, primary, secondary))


def _columns(colo: Colo, primary: Side, secondary: Side, room: Room) -> tuple[Columns, Columns]:
    rows = sum(max(1, len(primary.ends(part))) for part in primary.in_order())
    height = _NETWORK + 1 + rows * PITCH + 1
    parts, sockets = primary.widths()
    sockets += room.in_sockets
    at = 2 + parts + room.to_chardev
    host = Box(0, 0, at + sockets + room.gutter + 1, height, Ink.HOST)
    left = Columns(host, (2, parts), (at, sockets))
    parts, sockets = secondary.widths()
    for port in (colo.site.ports.migration, colo.site.ports.nbd):
        sockets = max(sockets, len(f":{port}") + 2)
    sockets += room.in_sockets
    begin = host.right + 1 + room.between_hosts
    socket_at = begin + 2 + room.gutter - NARROW.gutter
    at = socket_at + sockets + room.to_chardev
    host = Box(begin, 0, at + parts + 2 - begin, height, Ink.HOST)
    return left, Columns(host, (at, parts), (socket_at, sockets))


def _gap(left: Columns, right: Columns) -> tuple[int, int]:
    """The columns between the hosts, or between their boxes where the hosts stand close."""
    gap = left.host.right, right.host.x
    return gap if gap[1] - gap[0] > 12 else (sum(left.parts), right.sockets[0])


def _memory(sheet: Sheet, colo: Colo, left: Columns, right: Columns) -> None:
    guests = []
    for begin, width in (left.parts, right.parts):
        box = Box(begin, _GUEST, width, PITCH)
        guests.append(sheet.part(box, ("guest", "memory, devices")))
    port = sheet.socket(right, _GUEST, f":{colo.site.ports.migration}")
    sheet.arrow(guests[0], port, _GUEST + 1, Ink.MEMORY)
    sheet.over(*_gap(left, right), _GUEST + 1, "checkpoints")
    sheet.arrow(port, guests[1], _GUEST + 1, Ink.MEMORY)


def _disks(sheet: Sheet, colo: Colo, left: Columns, right: Columns) -> None:
    ours, theirs = drives(colo.primary_command().drives), drives(colo.secondary_command().drives)
    images = [f"  {f}" for name in theirs if name not in (DISK, PARENT) for f in theirs[name][1:]]
    ends = []
    for columns, drive, replica in (
        (left, (*ours[DISK], f"{PEER_CHILD}  {REPLICA}"), (REPLICA, "to the other disk")),
        (right, (*theirs[DISK], *images), (PARENT, theirs[PARENT][-1])),
    ):
        (begin, width), (narrow, narrow_width) = columns.whole, columns.parts
        disk = Box(begin, _DISKS, width, _DISK_ROWS)
        sheet.part(disk, (DISK, *drive[1:]))
        sheet.edge(disk, _DISKS + 1, drive[0])
        end = sheet.part(Box(narrow, _REPLICAS, narrow_width, PITCH), replica)
        sheet.lines.append(Line(((end.middle, disk.bottom), (end.middle, end.y)), Ink.DISK))
        ends.append(end)
    port = sheet.socket(right, _REPLICAS, f":{colo.site.ports.nbd}")
    sheet.arrow(ends[0], port, _REPLICAS + 1, Ink.DISK)
    sheet.over(*_gap(left, right), _REPLICAS + 1, "writes")
    sheet.arrow(port, ends[1], _REPLICAS + 1, Ink.DISK)


def _in_words(colo: Colo, primary: Side, secondary: Side) -> str:
    """The picture for someone who cannot see it."""
    hosts, ports = colo.site, colo.site.ports
    said = [
        f"The primary {hosts.primary.address} sends checkpoints to port {ports.migration} and "
        f"disk writes to port {ports.nbd} of the secondary {hosts.secondary.address}."
    ]
    both = [
        (role, side, end)
        for role, side in ((Role.PRIMARY, primary), (Role.SECONDARY, secondary))
        for part in side.in_order()
        for end in side.ends(part)
    ]
    for role, _, end in both:
        for other_role, _, other in both:
            if end.sends and meets(end.chardev, other.chardev):
                said.append(
                    f"{end.part.id} of the {role.value} sends through {end.chardev.id}, port "
                    f"{end.chardev.port}, to {other.chardev.id} and {other.part.id} of the "
                    f"{other_role.value}."
                )
    return " ".join(said)
