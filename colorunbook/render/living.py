# SPDX-License-Identifier: GPL-2.0-or-later
"""What was seen, beside what is printed: badges, real replies and tabs, in HTML only.

The printed pages know nothing of this: they stay what QEMU's own tree can hold. While a page is
read, the commands of the model are found in it and marked. While HTML is written, each is given
its badge and, where other QEMUs spell it otherwise, a tab for each spelling.
"""

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_design.shared import create_component

from colorunbook import shelf
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.render.badge import badge, broken
from colorunbook.render.evidence import Evidence
from colorunbook.render.marks import Mark, Marking, label_of, language
from colorunbook.render.spellings import Spelling, Spellings, printed
from colorunbook.render.witness import evidence, prepare

STYLE = "colorunbook-seen.css"


class Decorating(SphinxPostTransform):
    """Gives each marked command what was seen of it."""

    default_priority = 150
    """Before sphinx-design turns tabs into HTML."""

    formats = ("html",)

    def run(self, **_more: object) -> None:
        """Go through what is marked; without a record of anything there are tabs, and no badges."""
        marked = [(n, m) for n in self.document.findall(nodes.Element) if (m := Mark.of(n))]
        found = evidence(self.env) if marked else Evidence((), {})
        spellings: dict[tuple[str, Dialect], Spellings] = {}
        for node, mark in marked:
            key = mark.runbook, mark.dialect
            if key not in spellings:
                spellings[key] = Spellings(shelf.runbook(mark.runbook), Site(), mark.dialect)
            if mark.number is None:
                self._head(node, mark, found)
                _qualify(node, spellings[key])
            else:
                here = spellings[key].commands[mark.number].runbook
                groups = spellings[key].of(mark.number)
                node.replace_self(list(_decorated(node, here, mark.dialect.edition, groups, found)))

    def _head(self, body: nodes.Element, mark: Mark, found: Evidence) -> None:
        """Say first where a procedure is broken, and where its other edition is printed."""
        place = 1 if isinstance(body, nodes.section) else 0
        if note := broken(found.broken(mark.runbook, mark.dialect.edition)):
            body.insert(place, _raw(note))
            place += 1
        other = Edition.HMP if mark.dialect.edition is Edition.BLOCKDEV else Edition.BLOCKDEV
        book, dialect = shelf.runbook(mark.runbook), Dialect(mark.dialect.version, other)
        here, there = (printed(resolve(book, Site(), d)) for d in (mark.dialect, dialect))
        labels = self.env.domains.standard_domain.anonlabels
        name = label_of(mark.runbook, other)
        if here != there and name in labels:
            docname, anchor = labels[name]
            uri = self.app.builder.get_relative_uri(self.env.docname, docname)
            text = f"The same in the {other.value} edition"
            link = nodes.reference("", text, internal=True, refuri=f"{uri}#{anchor}")
            body.insert(place, nodes.paragraph("", "", link, classes=["seen", "seen-other"]))


def _qualify(body: nodes.Element, spellings: Spellings) -> None:
    """Say of a guard or an outcome for which versions it is meant, where not for all."""
    for item in body.findall(nodes.list_item):
        label = spellings.only(item.astext())
        if label and isinstance(item[0], nodes.paragraph):
            item[0] += nodes.inline("", f" ({label})", classes=["seen-only"])


def _decorated(
    block: nodes.Element,
    runbook: str,
    edition: Edition,
    groups: tuple[Spelling, ...],
    found: Evidence,
) -> Iterator[nodes.Node]:
    """A block and its badge or, where spellings differ, both for each spelling in a tab."""
    own, *others = groups
    if not others:
        yield block.deepcopy()
        yield from _badge(found, runbook, edition, own)
        return
    tabs = create_component("tab-set", classes=["sd-tab-set", "seen-tabs"])
    for group in groups:
        label = nodes.rubric("", group.stretch.label, classes=["sd-tab-label"])
        label["sync_group"], label["sync_id"] = "qemu", group.stretch.label
        content = create_component("tab-content", classes=["sd-tab-content"])
        content += _block(group)
        content.extend(_badge(found, runbook, edition, group))
        tabs += create_component("tab-item", classes=["sd-tab-item"], children=[label, content])
    yield tabs


def _block(group: Spelling) -> nodes.Node:
    text = "\n".join(group.lines)
    if not text:
        return nodes.paragraph("", "There is no such command.", classes=["seen-none"])
    block = nodes.literal_block(text, text, language=language(text))
    block["highlight_args"] = {"hl_lines": list(group.marked)}
    return block


def _badge(
    found: Evidence, runbook: str, edition: Edition, group: Spelling
) -> Iterator[nodes.Node]:
    if found.records and group.texts:
        yield _raw(badge(found.standing(runbook, edition, *group.texts)))


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def _style(app: Sphinx) -> None:
    app.config["html_static_path"].append(str(Path(__file__).parent / "static"))


def setup(app: Sphinx) -> None:
    """Called by the extension that this is a part of."""
    app.setup_extension("sphinx_design")
    app.add_config_value("colorunbook_seen", "seen", "env", frozenset({str}))
    app.add_transform(Marking)
    app.add_post_transform(Decorating)
    app.add_config_value("colorunbook_records", [], "env", frozenset({list}))
    app.connect("config-inited", prepare)
    app.connect("builder-inited", _style)
    app.add_css_file(STYLE)
