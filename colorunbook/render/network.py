# SPDX-License-Identifier: GPL-2.0-or-later
"""The network band of the picture of a pair: objects, chardevs, and the ways of the packets."""

from colorunbook.qemu.objects import QemuObject
from colorunbook.render.drawing import Box, Ink, Label, Line
from colorunbook.render.sheet import PITCH, Columns, Sheet
from colorunbook.render.wiring import End, Side, meets

Slots = list[tuple[End, Box]]


def of_primary(sheet: Sheet, columns: Columns, side: Side, top: int) -> Slots:
    """Draw the primary's objects, a slot for each chardev that one speaks to.

    :param top: the row where the band begins.
    :returns: each end with the box of its chardev.
    """
    slots: Slots = []
    row = _netdev(sheet, columns, side, top)
    for part in side.in_order():
        ends = side.ends(part)
        box = _part(sheet, columns, side, part, row)
        for number, end in enumerate(ends):
            slots.append((end, _end(sheet, columns, end, box, row + number * PITCH)))
        row = box.bottom + 1
    for start, box in slots:
        for end, target in slots:
            if start.sends and meets(start.chardev, end.chardev):
                _loop(sheet, columns, box, target)
    return slots


def of_secondary(
    sheet: Sheet, columns: Columns, side: Side, top: int, slots: Slots, gap: tuple[int, int]
) -> None:
    """Draw the secondary's objects, each beside the chardev of the primary that it meets.

    :param gap: the columns between the hosts.
    """
    free = [box.y for _, box in slots]
    _netdev(sheet, columns, side, top)
    for part in side.parts:
        for end in side.ends(part):
            for peer, target in slots:
                if meets(peer.chardev, end.chardev):
                    free.remove(target.y)
                    box = _part(sheet, columns, side, part, target.y)
                    socket = _end(sheet, columns, end, box, target.y)
                    _across(sheet, end, socket, target)
                    sheet.over(*gap, target.y + 1, "output" if end.sends else "input")
    for part in side.parts:
        if not side.ends(part):
            _part(sheet, columns, side, part, free.pop(0))


def _netdev(sheet: Sheet, columns: Columns, side: Side, row: int) -> int:
    begin, _ = columns.parts
    sheet.labels.append(Label(begin + 0.5, row, f"network {side.netdev}", Ink.KIND))
    return row + 1


def _part(sheet: Sheet, columns: Columns, side: Side, part: QemuObject, row: int) -> Box:
    begin, width = columns.parts
    slots = max(1, len(side.ends(part)))
    box = Box(begin, row, width, slots * PITCH)
    sheet.part(box, (part.id, part.kind, *side.helpers(part)))
    if queue := dict(part.settings).get("queue"):
        sheet.edge(box, row + 1, queue)
    return box


def _end(sheet: Sheet, columns: Columns, end: End, box: Box, row: int) -> Box:
    socket = sheet.socket(columns, row, end.chardev.id, _port(end))
    if box.height > PITCH:
        sheet.edge(box, row + 1, end.name)
    sheet.arrow(*((box, socket) if end.sends else (socket, box)), row + 1, Ink.LOOP)
    return socket


def _port(end: End) -> str:
    return f":{end.chardev.port}" if end.chardev.server else ""


def _loop(sheet: Sheet, columns: Columns, start: Box, end: Box) -> None:
    turn = columns.host.right - 1
    rows = start.y + 1, end.y + 1
    corners = ((start.right, rows[0]), (turn, rows[0]), (turn, rows[1]), (end.right, rows[1]))
    sheet.lines.append(Line(corners, Ink.LOOP))


def _across(sheet: Sheet, end: End, socket: Box, target: Box) -> None:
    way = (socket, target) if end.sends else (target, socket)
    sheet.arrow(*way, target.y + 1, Ink.NETWORK)
