# SPDX-License-Identifier: GPL-2.0-or-later
"""A document beside the model: its site, its QEMU, its edition, and what differs then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from colorunbook.drift.chain import MISSING, Costs, Pair, align
from colorunbook.drift.differences import Difference, Report
from colorunbook.drift.differing import FAR, Same, distance
from colorunbook.drift.filling import Filling, decide, heard, listen
from colorunbook.drift.model import BLANKS, Form, Item, Model, form_of, items, model
from colorunbook.drift.reader import Found, read
from colorunbook.drift.shapes import Kind, Leaf, Shape
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Role, Site
from colorunbook.qemu.dialect import Dialect, Edition, Version, stretches

ROUNDS = 3
"""How often the site and the alignment are found from one another; they settle in two."""


GIVEABLE = frozenset({*BLANKS, "guest.accel"})
"""The values of a site that can be known beforehand, by their names in a site file."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is known beforehand.

    :param site: its values count where the document says nothing of its own.
    :param fixed: the values that were given, as in a site file (``primary.address``): the
        document's own do not count there.
    :param version: ``None``: the one whose spelling fits best.
    :param edition: ``None``: the one that fits best.
    """

    site: Site = field(default_factory=Site)
    fixed: frozenset[str] = frozenset()
    version: Version | None = None
    edition: Edition | None = None

    @property
    def dialects(self) -> list[Dialect]:
        """Those that come into question; of two that fit alike the first one counts."""
        newest_first = [stretch.first for stretch in reversed(stretches())]
        versions = [self.version] if self.version else newest_first
        editions = (self.edition,) if self.edition else tuple(Edition)
        return [Dialect(version, edition) for edition in editions for version in versions]


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found.

    :param site: the values that the commands of the document have, by their names in a site file.
    :param own: the names of those that were not expected.
    :param read: how many commands the document has.
    :param known: how many the model has.
    :param aligned: how many of the model's were found.
    """

    differences: tuple[Difference, ...]
    dialect: Dialect
    site: Mapping[str, str]
    own: frozenset[str]
    read: int
    known: int
    aligned: int


def compare(text: str, given: Given) -> Drift:
    """Compare a document with the model.

    :raises InputError: it has no command of these procedures, or too many commands.
    """
    found = read(text)
    if not found:
        raise InputError("The document has no command in it.")
    tried: list[tuple[Item, ...]] = []
    drifts: list[Drift] = []
    usual = _values(given.site, given.dialects[0])
    for dialect in given.dialects:
        known = items(given.site, dialect)
        if known not in tried:
            tried.append(known)
            drifts.append(_Comparison(found, given, dialect, usual).drift())
    best = min(drifts, key=lambda drift: len(drift.differences))
    if not best.aligned:
        raise InputError("The document has no command of the COLO procedures in it.")
    return best


class _Comparison:
    """One document and one dialect."""

    def __init__(
        self,
        found: Sequence[Found],
        given: Given,
        dialect: Dialect,
        usual: Mapping[str, str],
    ) -> None:
        self.found, self.given, self.dialect, self.usual = found, given, dialect, usual
        # A repetition in a sentence is no place that a command was moved to.
        self.pinned = frozenset(
            at for at, one in enumerate(found) if one.inline and one.shape.kind is Kind.ASSIGN
        )

    def drift(self) -> Drift:
        form = _form(self.found, self.given)
        ours = model(self.dialect, form)
        pairs = self._align(ours, _in_blanks(ours))[0]
        costs: Costs = []
        chosen: dict[str, str] = {}
        filling = Filling({}, {})
        for _ in range(ROUNDS):
            voices = listen(self._shapes(ours, pairs), ours.blanks)
            before, chosen = chosen, decide(voices, ours.blanks, self.usual, self.given.fixed)
            if before == chosen:
                break
            six = frozenset(role for role in Role if ":" in chosen[f"{role.value}.address"])
            if six != form.six:
                form = replace(form, six=six)
                ours = model(self.dialect, form)
            filling = Filling(ours.blanks, chosen)
            pairs, costs = self._align(ours, filling.same)
        told = Report(ours.items, self.found, pairs, costs, filling).differences()
        heard_of = listen(self._shapes(ours, pairs), ours.blanks).keys() | self.given.fixed
        return Drift(
            tuple(told),
            self.dialect,
            {name: chosen[name] for name in BLANKS if name in heard_of and name in chosen},
            frozenset(name for name, value in chosen.items() if self.usual.get(name) != value),
            len(self.found),
            len(ours.items),
            len(pairs),
        )

    def _shapes(self, ours: Model, pairs: Sequence[Pair]) -> list[tuple[Shape, Shape]]:
        return [(ours.items[p.ours].shape, self.found[p.theirs].shape) for p in pairs]

    def _align(self, ours: Model, same: Same) -> tuple[list[Pair], Costs]:
        costs: list[dict[int, float]] = []
        for one in self.found:
            far = (
                (at, distance(item.shape, one.shape, same)) for at, item in enumerate(ours.items)
            )
            costs.append({at: cost for at, cost in far if cost < FAR})
        # A document may do without variables.
        weights = [0.25 if i.shape.kind is Kind.ASSIGN else MISSING for i in ours.items]
        return align([i.runbook for i in ours.items], weights, costs, self.pinned), costs


def _values(site: Site, dialect: Dialect) -> dict[str, str]:
    """A site's values by name: what its commands have in the blanks; QEMU's document's else."""
    found: dict[str, str] = {}
    for one in (Site(), site):
        plain = model(dialect, form_of(one))
        shapes = zip(plain.items, items(one, dialect), strict=True)
        voices = listen(((ours.shape, real.shape) for ours, real in shapes), plain.blanks)
        found |= {name: next(iter(values)) for name, values in voices.items()}
    return found


def _in_blanks(ours: Model) -> Same:
    """Two values are alike when some site makes them so."""
    blanks = tuple(ours.blanks.items())

    def same(one: Leaf, two: Leaf) -> bool:
        alike = type(one.plain) is type(two.plain) and one.plain == two.plain
        return alike or bool(one.marks and one.marks == two.marks) or bool(heard(one, two, blanks))

    return same


def _form(found: Sequence[Found], given: Given) -> Form:
    """The form that the starts of QEMU in the document have, where all of them agree."""
    form = form_of(given.site)
    starts = [one.shape.leaves for one in found if one.shape.kind is Kind.LAUNCH]
    accels = {
        str(leaves.get(("-accel", ""), Leaf("")).plain).partition(",")[0] for leaves in starts
    }
    nets = {
        str(leaf.plain)
        for leaves in starts
        for (part, name), leaf in leaves.items()
        if part.startswith("-netdev ") and name == "type"
    }
    if "guest.accel" not in given.fixed and accels in ({"tcg"}, {"kvm"}):
        form = replace(form, accel=Accel(accels.pop()))
    if "guest.bridge_helper" not in given.fixed and nets in ({"user"}, {"tap"}):
        form = replace(form, tap=nets == {"tap"})
    return form
