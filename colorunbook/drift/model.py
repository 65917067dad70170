# SPDX-License-Identifier: GPL-2.0-or-later
"""The model's commands as shapes with blanks, where a site's values go.

The runbooks are resolved for a site of unmistakable values. Wherever such a value shows in a
command there is a *blank*: what another document has there tells its site.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.book.actions import Assign, Await, Command, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.comparison import Comparison, Nic
from colorunbook.drift.launches import of_launch
from colorunbook.drift.shapes import Shape, of_assignment, of_hmp, of_qmp, of_shell
from colorunbook.drift.words import Piece, mark
from colorunbook.hosts import Accel, Host, Ports, Role, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.shell import Word

_PORTS = Ports(61001, 61003, 61004, 61005, 61098, 61099)
_ADDRESSES = {
    (Role.PRIMARY, False): "blank-primary.invalid",
    (Role.PRIMARY, True): "fd00:b1a2::1",
    (Role.SECONDARY, False): "blank-secondary.invalid",
    (Role.SECONDARY, True): "fd00:b1a2::2",
}

BLANKS: Mapping[str, str] = {
    "primary.address": "",
    "secondary.address": "",
    "primary.images": "/blank-primary-images",
    "secondary.images": "/blank-secondary-images",
    "primary.qmp": "unix:/blank-primary-qmp,server=on,wait=off",
    "secondary.qmp": "unix:/blank-secondary-qmp,server=on,wait=off",
    "ports.compare": "61001",
    "ports.mirror": "61003",
    "ports.secondary_in": "61004",
    "ports.compare_out": "61005",
    "ports.migration": "61098",
    "ports.nbd": "61099",
    "guest.disk": "7919T",
    "guest.memory": "1048573",
    "guest.cpu": "blank-cpu",
    "guest.bridge_helper": "/blank-helper",
    "guest.checkpoint_delay": "982451653",
    "guest.nic": "virtio-net-pci.blank",
}
"""Each value of a site file that shows in a command, and what stands for it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A command of the model.

    :param runbook: its name.
    :param number: of the step in the runbook, counted from 1, as ``show`` has it.
    :param place: among the commands of the runbook, counted from 0.
    """

    runbook: str
    section: str
    number: int
    place: int
    title: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Form:
    """What decides about the words themselves, rather than about values in them.

    :param six: the roles whose address is an IPv6 one.
    :param tap: the guest has a tap device.
    :param header: the filters are told of the header before each packet.
    """

    six: frozenset[Role] = frozenset()
    accel: Accel = Accel.KVM
    tap: bool = True
    extra: tuple[str, ...] = ()
    header: bool = False
    comparison: Comparison = field(default_factory=Comparison)


@dataclass(frozen=True, slots=True)
class Model:
    """The commands of the document's runbooks in one dialect.

    :param blanks: what stands for each value of the site.
    """

    items: tuple[Item, ...]
    blanks: Mapping[str, str]


def model(dialect: Dialect, form: Form) -> Model:
    """The model with blanks."""
    primary, secondary = (_ADDRESSES[role, role in form.six] for role in Role)
    site = Site(
        Host(primary, "/blank-primary-images", UnixMonitor("/blank-primary-qmp")),
        Host(secondary, "/blank-secondary-images", UnixMonitor("/blank-secondary-qmp")),
        _PORTS,
        disk=BLANKS["guest.disk"],
        memory=int(BLANKS["guest.memory"]),
        cpu=BLANKS["guest.cpu"],
        accel=form.accel,
        bridge_helper=BLANKS["guest.bridge_helper"] if form.tap else None,
        checkpoint_delay=int(BLANKS["guest.checkpoint_delay"]),
        extra=form.extra,
        nic=Nic(BLANKS["guest.nic"], form.header),
        comparison=form.comparison,
    )
    addresses = {"primary.address": primary, "secondary.address": secondary}
    return Model(items(site, dialect), {**BLANKS, **addresses})


def form_of(site: Site) -> Form:
    """The form of a site's commands."""
    six = frozenset(role for role in Role if ":" in site.host(role).address)
    tap = site.bridge_helper is not None
    return Form(six, site.accel, tap, site.extra, site.nic.header, site.comparison)


def items(site: Site, dialect: Dialect) -> tuple[Item, ...]:
    """The commands of the document, in its order, for one site."""
    found: list[Item] = []
    books = shelf.runbooks()
    for name in shelf.DOCUMENT:
        if name not in books or books[name].parts:
            continue
        plan = resolve(books[name], site, dialect)
        place = 0
        known: dict[str, str] = {}
        for number, step in enumerate(plan.steps, 1):
            # What goes out of band is our own: the document of QEMU has none of it.
            if isinstance(step.action, Await | Yank) or _is_oob(step.action):
                continue
            shape = _shape(step.action, known)
            found.append(Item(name, plan.title, number, place, step.title, shape))
            place += 1
    return tuple(found)


def _is_oob(command: Command) -> bool:
    return isinstance(command, Qmp) and command.payload.oob


def _shape(command: Assign | Shell | Launch | Qmp | Hmp, known: dict[str, str]) -> Shape:
    match command:
        case Assign(variable):
            known[variable.name] = variable.value
            return of_assignment(variable.name, variable.value, known)
        case Shell(words):
            return of_shell(_pieces(words), known)
        case Launch(words):
            return of_launch(_pieces(words), known)
        case Qmp(payload):
            return of_qmp(payload.as_json(), {})
        case Hmp(line):
            return of_hmp(line, {})


def _pieces(words: tuple[Word, ...]) -> list[Piece]:
    texts = ("".join(p if isinstance(p, str) else mark(p.name) for p in w.parts) for w in words)
    return [Piece(text, 0) for text in texts]
