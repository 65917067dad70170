# SPDX-License-Identifier: GPL-2.0-or-later
"""How two commands differ, member by member, and how far apart they are."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from colorunbook.drift.shapes import ARGUMENT, Kind, Leaf, Member, Scalar, Shape

FAR = 9.0
"""The distance of two commands that have nothing to do with each other."""

Same = Callable[[Leaf, Leaf], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """One member that differs.

    :param member: where; as a person says it: ``-chardev mirror0: port``, ``argument uri``.
    :param ours: the model's value as it is shown; ``None``: the model has no such member.
    :param theirs: the document's.
    :param row: in which row of the command.
    """

    member: str
    ours: str | None
    theirs: str | None
    row: int = 0

    def __str__(self) -> str:
        if self.theirs is None:
            return f"{self.member} is missing; in the model it is {self.ours}"
        if self.ours is None:
            return f"{self.member} is {self.theirs} here; the model has none"
        return f"{self.member} is {self.ours} in the model, {self.theirs} here"


def distance(ours: Shape, theirs: Shape, same: Same) -> float:
    """How far apart two commands are: 0 when they are one, below 2 when one may be the other.

    2 is what it costs to say that one is missing and the other was added.
    """
    if ours.kind is not theirs.kind:
        crossed = {ours.kind, theirs.kind} == {Kind.QMP, Kind.HMP}
        return 1.6 if crossed and plain_name(ours) == plain_name(theirs) else FAR
    if ours.name != theirs.name:
        return FAR
    members = ours.leaves.keys() | theirs.leaves.keys()
    differing = sum(not _alike(ours, theirs, member, same) for member in members)
    if not differing:
        return 0.0
    if ours.kind is Kind.ASSIGN:
        return 0.3
    if ours.kind is Kind.LAUNCH:  # there is nothing else that it could be
        return 0.3 + 0.7 * differing / len(members)
    far = 0.3 + 1.7 * differing / (len(members) + 1)
    # Two siblings that changed places are two that moved, not two that turned into each other.
    return max(far, 1.05) if ours.identity != theirs.identity else far


def plain_name(shape: Shape) -> str:
    """A command's name as both monitors would spell it."""
    return shape.name.replace("_", "-").removeprefix("x-")


def changes(ours: Shape, theirs: Shape, same: Same, show: Callable[[Leaf], Scalar]) -> list[Change]:
    """Every member that differs.

    :param show: the value of a leaf of the model.
    """
    if ours.kind is not theirs.kind:
        names = {Kind.QMP: "QMP", Kind.HMP: "the human monitor"}
        return [Change(f"the monitor of {ours.name}", names[ours.kind], names[theirs.kind])]
    renamed = dict(_renamed(ours, theirs, same)) if ours.kind is Kind.LAUNCH else {}
    hoisted = ours.kind is Kind.QMP and _hoisted(ours, theirs, same)
    found: list[Change] = []
    for member in dict.fromkeys((*ours.leaves, *theirs.leaves)):
        one, two = ours.leaves.get(member), theirs.leaves.get(member)
        part, name = member
        if one is not None and two is None and part in renamed:
            two = theirs.leaves.get((renamed[part], name))
        if one is None and (part in renamed.values() and _known(renamed, member, ours)):
            continue
        if hoisted and (name.startswith("props.") or (ARGUMENT, f"props.{name}") in theirs.leaves):
            continue
        if one is None or two is None or not same(one, two):
            found.append(_change(member, one, two, show))
    if hoisted:
        found.append(Change("the place of its properties", "among the arguments", "in props"))
    return _parts(found, ours, theirs) + list(_disorder(ours, theirs, renamed))


def _alike(ours: Shape, theirs: Shape, member: Member, same: Same) -> bool:
    one, two = ours.leaves.get(member), theirs.leaves.get(member)
    return one is not None and two is not None and same(one, two)


def _hoisted(ours: Shape, theirs: Shape, same: Same) -> bool:
    """Tell whether the document has in ``props``, as before QEMU 6.0, what the model has not."""
    inside = [(p, n) for p, n in theirs.leaves if p == ARGUMENT and n.startswith("props.")]
    return bool(inside) and all(
        (ARGUMENT, name.removeprefix("props.")) in ours.leaves
        and same(ours.leaves[ARGUMENT, name.removeprefix("props.")], theirs.leaves[part, name])
        for part, name in inside
    )


def _known(renamed: dict[str, str], member: Member, ours: Shape) -> bool:
    part, name = member
    return any(new == part and (old, name) in ours.leaves for old, new in renamed.items())


def _renamed(ours: Shape, theirs: Shape, same: Same) -> Iterator[tuple[str, str]]:
    """Options that have another id in the document: the closest one of the same kind."""
    mine, yours = _grouped(ours), _grouped(theirs)
    free = [part for part in yours if part not in mine and " " in part]
    for part in [part for part in mine if part not in yours and " " in part]:
        best, most = "", 0.5
        for other in free:
            if other.partition(" ")[0] != part.partition(" ")[0]:
                continue
            names = mine[part].keys() | yours[other].keys()
            equal = sum(
                n in mine[part] and n in yours[other] and same(mine[part][n], yours[other][n])
                for n in names
            )
            if equal / len(names) >= most:
                best, most = other, equal / len(names)
        if best:
            free.remove(best)
            yield part, best


def _grouped(shape: Shape) -> dict[str, dict[str, Leaf]]:
    found: dict[str, dict[str, Leaf]] = {}
    for (part, name), leaf in shape.leaves.items():
        found.setdefault(part, {})[name] = leaf
    return found


def _parts(found: list[Change], ours: Shape, theirs: Shape) -> list[Change]:
    """Tell of an option that is there on one side only once, not for each of its values."""
    if ours.kind is not Kind.LAUNCH:
        return found
    mine, yours = _grouped(ours), _grouped(theirs)
    told: list[Change] = []
    for change in found:
        part = change.member.partition(":")[0]
        whole = part not in mine or part not in yours
        if not whole or ":" not in change.member:
            told.append(change)
            continue
        if any(one.member == part for one in told):
            continue
        rows = [c for c in found if c.member.partition(":")[0] == part]
        if all(c.theirs is None for c in rows) or all(c.ours is None for c in rows):
            side = [c.ours if c.theirs is None else c.theirs for c in rows]
            names = [c.member.partition(": ")[2] for c in rows]
            text = ",".join(f"{n}={v}" for n, v in zip(names, side, strict=True))
            gone = rows[0].theirs is None
            told.append(Change(part, text if gone else None, None if gone else text, change.row))
        else:
            told.append(change)
    return told


def _disorder(ours: Shape, theirs: Shape, renamed: dict[str, str]) -> Iterator[Change]:
    """Options of which one needs the other, in another order than the model's."""
    place = {part: at for at, part in enumerate(theirs.options)}
    mine = [part for part in ours.options if renamed.get(part, part) in place]
    groups = _grouped(ours)
    for at, one in enumerate(mine):
        for two in mine[at + 1 :]:
            before = place[renamed.get(one, one)] < place[renamed.get(two, two)]
            if not before and _related(one, two, groups):
                row = _row(theirs, renamed.get(two, two))
                yield Change(f"the order of {one} and {two}", "this one", "the other one", row)


def _row(shape: Shape, part: str) -> int:
    return next((leaf.row for (one, _), leaf in shape.leaves.items() if one == part), 0)


def _related(one: str, two: str, groups: dict[str, dict[str, Leaf]]) -> bool:
    """Tell whether QEMU minds the order: one names the other, or both share a wire."""
    if one.partition(" ")[0] != two.partition(" ")[0]:
        return False  # QEMU makes each kind in a phase of its own
    first, second = groups[one], groups[two]
    ids = (one.partition(" ")[2], two.partition(" ")[2])
    named = any(leaf.plain == ids[1] for name, leaf in first.items() if name != "id")
    named |= any(leaf.plain == ids[0] for name, leaf in second.items() if name != "id")
    return named or any(
        one.startswith(kind)
        and shared in first
        and shared in second
        and first[shared].plain == second[shared].plain
        for kind, shared in (("-object ", "netdev"), ("-chardev ", "port"))
    )


def _change(
    member: Member, one: Leaf | None, two: Leaf | None, show: Callable[[Leaf], Scalar]
) -> Change:
    part, name = member
    if part.startswith("-"):
        said = f"{part}: {name}" if name else part
    else:
        said = f"{part} {name}".strip()
    texts = part == ARGUMENT
    return Change(
        said,
        None if one is None else _shown(show(one), quoted=texts),
        None if two is None else _shown(two.plain, quoted=texts),
        two.row if two is not None else 0,
    )


def _shown(value: Scalar, *, quoted: bool) -> str:
    if quoted:
        return json.dumps(value, ensure_ascii=False)
    return str(value) if value != "" else "empty"
