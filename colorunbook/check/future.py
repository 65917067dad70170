# SPDX-License-Identifier: GPL-2.0-or-later
"""The future: QEMUs that already refuse what is deprecated, and which lines fail there.

QEMU can be told to (``-compat deprecated-input=reject``, since 6.0). The pair of a check is started
so, and its story goes as far as it can. What comes after the first refusal is put to a QEMU of the
same kind that has no guest: whether a command is refused for being deprecated does not depend on
what there is to do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from colorunbook import shelf
from colorunbook.book.actions import Qmp
from colorunbook.check.parsers import Passage, Typed
from colorunbook.errors import Unavailable
from colorunbook.hosts import Site
from colorunbook.lab.inquiry import Died, Qemu
from colorunbook.lab.pair import Lab
from colorunbook.lab.tree import QEMU
from colorunbook.plan import describe, resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version
from colorunbook.qemu.payload import NEGOTIATION, Payload, is_object

REFUSE = ("-compat", "deprecated-input=reject")
"""The words that make a QEMU one of the future."""

_POLICY = "disabled by policy"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that fails where deprecated input is refused.

    :param answer: what QEMU says.
    :param instead: the command of the other edition that does the same; empty: there is none.
    """

    passage: Passage
    answer: str
    instead: str


def is_refusal(answer: str) -> bool:
    """Tell whether QEMU said no because of the policy and not because of the command."""
    return _POLICY in answer


def instead(passage: Passage, lab: Lab) -> str:
    """The command of the blockdev edition for what a passage does; empty: there is none."""
    if not isinstance(passage.content, Typed):
        return ""
    found = _replacements(lab.site, Version.parse(lab.world.tree.version))
    return found.get(passage.content.text, "")


def judge(passages: Iterable[Passage], lab: Lab) -> list[Refusal]:
    """Put the QMP commands of passages to a QEMU of the future that has no guest.

    :raises Unavailable: it does not start, or ends on the way.
    """
    refused: list[Refusal] = []
    with Qemu(lab.world.command((QEMU, *REFUSE))) as qemu:
        for passage in passages:
            payload = _sent(passage)
            if payload is None:
                continue
            try:
                reply = qemu.ask(payload).get("error")
            except Died:
                raise Unavailable(
                    f"A QEMU that only judges ended over {payload.execute}.", "Try again."
                ) from None
            if not is_object(reply):
                continue
            answer = f"QEMU replied: {reply.get('class')}: {reply.get('desc')}"
            if is_refusal(answer):
                refused.append(Refusal(passage, answer, instead(passage, lab)))
    return refused


def _sent(passage: Passage) -> Payload | None:
    """A passage's QMP command so that QEMU judges it and does not do it; ``None``: it has none.

    QEMU refuses a deprecated command or member while it reads it, and one that it does not know
    when it has read them all (qapi/qapi-visit-core.c): with such a one nothing is ever done.
    """
    if not isinstance(passage.content, Typed) or not isinstance(passage.content.command, Qmp):
        return None
    payload = passage.content.command.payload
    if payload.execute == NEGOTIATION:
        return None
    return Payload(payload.execute, {**payload.arguments, "only-judge-this": True})


def _replacements(site: Site, version: Version) -> Mapping[str, str]:
    """For each command of the document the one of the blockdev edition with the same meaning."""
    found: dict[str, str] = {}
    for book in shelf.runbooks().values():
        hmp, blockdev = (
            {step.title: str(describe(step)["text"]) for step in resolve(book, site, dialect).steps}
            for dialect in (Dialect(version, Edition.HMP), Dialect(version, Edition.BLOCKDEV))
        )
        for title, text in hmp.items():
            if blockdev.get(title, text) != text:
                found[text] = blockdev[title]
    return found
