# SPDX-License-Identifier: GPL-2.0-or-later
"""What was seen, beside what is printed: badges, real replies and tabs, in HTML only.

The printed pages know nothing of this: they stay what QEMU's own tree can hold. While a page is
read, the commands of the model are found in it and marked. While HTML is written, each is given
its badge and, where other QEMUs spell it otherwise, a tab for each spelling.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.logging import getLogger
from sphinx_design.shared import create_component

from colorunbook import records, shelf
from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.render.badge import badge, broken
from colorunbook.render.evidence import Evidence, one_line
from colorunbook.render.spellings import Spelling, Spellings, printed

MARK = "colorunbook"
"""The attribute of a node that prints a runbook, and of each command in it."""

logger = getLogger(__name__)

STYLE = "colorunbook-seen.css"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a node prints: a runbook or, with a number counted from 0, one of its commands."""

    runbook: str
    dialect: Dialect
    number: int | None = None

    @classmethod
    def of(cls, node: nodes.Element) -> "Mark | None":
        """The mark of a node, if it has one."""
        words = str(node.get(MARK, "")).split()
        if not words:
            return None
        name, version, edition, *number = words
        dialect = Dialect.of(version, Edition(edition))
        return cls(name, dialect, int(number[0]) if number else None)

    def put(self, node: nodes.Element) -> None:
        """Mark a node."""
        words = [self.runbook, str(self.dialect.version), self.dialect.edition.value]
        node[MARK] = " ".join(words if self.number is None else [*words, str(self.number)])


def folder(env: BuildEnvironment) -> Path:
    """The folder of the records; it need not exist."""
    return Path(env.srcdir) / str(env.config["colorunbook_seen"])


def evidence(env: BuildEnvironment) -> Evidence:
    """What the records say; where one cannot be read, Sphinx warns, and nothing was seen."""
    try:
        return Evidence(records.read_all(folder(env)), shelf.runbooks())
    except InputError as error:
        logger.warning("%s", str(error), type="colorunbook", subtype="seen", once=True)
        return Evidence((), {})


def depend(env: BuildEnvironment) -> None:
    """Have the page that is being read read again when a record changes."""
    for path in folder(env).glob("*.json"):
        env.note_dependency(str(path))


class Marking(SphinxTransform):
    """Finds the commands of the model in a page."""

    default_priority = 450
    """After the blocks have got the page's language, which a command does not have."""

    def apply(self, **_more: object) -> None:
        """Mark what is printed for the default site, section by section."""
        books = shelf.runbooks()
        found = False
        for body in (
            *self.document.findall(nodes.container),
            *self.document.findall(nodes.section),
        ):
            mark = Mark.of(body) or self._section(body)
            if mark is not None:
                blocks = [b for b in _blocks(body) if MARK not in b]
                texts = printed(resolve(books[mark.runbook], Site(), mark.dialect))
                found |= _mark(body, mark, blocks, [text.text for text in texts])
        if found:
            depend(self.env)

    def _section(self, section: nodes.Element) -> Mark | None:
        """The runbook that a section prints, in the edition that more of its commands are of."""
        if not isinstance(section, nodes.section):
            return None
        books = shelf.runbooks()
        name = Evidence((), books).runbook_of(section[0].astext())
        if not name:
            return None
        texts = [block.astext() for block in _blocks(section)]
        version = str(self.config["colorunbook_qemu"])
        dialects = [Dialect.of(version, edition) for edition in Edition]

        def common(dialect: Dialect) -> int:
            commands = {c.text for c in printed(resolve(books[name], Site(), dialect))}
            return sum(text in commands for text in texts)

        return Mark(name, max(dialects, key=common))


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


def label_of(runbook: str, edition: Edition = Edition.HMP, qemu: str = "") -> str:
    """The label of a runbook: one for each way in which it is printed."""
    ways = ("" if edition is Edition.HMP else edition.value, qemu.replace(".", "-"))
    return "-".join(("runbook", runbook, *filter(None, ways)))


def _blocks(body: nodes.Element) -> Iterator[nodes.literal_block]:
    """The blocks of a section, without those of the sections below it."""
    for child in body.children:
        if isinstance(child, nodes.literal_block):
            yield child
        elif isinstance(child, nodes.Element) and not isinstance(child, nodes.section):
            yield from _blocks(child)


def _mark(
    body: nodes.Element, mark: Mark, blocks: list[nodes.literal_block], texts: list[str]
) -> bool:
    """Mark the blocks that are commands, each once and in the order of the plan."""
    number = 0
    for block in blocks:
        text = one_line(block.astext())
        ahead = (n for n in range(number, len(texts)) if one_line(texts[n]) == text)
        place = next(ahead, None)
        if place is None:
            continue
        number = place + 1
        Mark(mark.runbook, mark.dialect, place).put(block)
        block["language"] = language(text)
        mark.put(body)
    return number > 0


def _qualify(body: nodes.Element, spellings: Spellings) -> None:
    """Say of a guard or an outcome for which versions it is meant, where not for all."""
    for item in body.findall(nodes.list_item):
        label = spellings.only(item.astext())
        if label and isinstance(item[0], nodes.paragraph):
            item[0] += nodes.inline("", f" ({label})", classes=["seen-only"])


def language(command: str) -> str:
    """The language that a command is coloured by."""
    return "json" if command.startswith("{") else "console"


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


def _list(app: Sphinx, config: Config) -> None:
    """Tell Sphinx which records there are: where one comes or goes, pages are read again."""
    there = Path(app.srcdir) / str(config["colorunbook_seen"])
    config["colorunbook_records"] = sorted(path.name for path in there.glob("*.json"))


def _style(app: Sphinx) -> None:
    app.config["html_static_path"].append(str(Path(__file__).parent / "static"))


def setup(app: Sphinx) -> None:
    """Called by the extension that this is a part of."""
    app.setup_extension("sphinx_design")
    app.add_config_value("colorunbook_seen", "seen", "env", frozenset({str}))
    app.add_transform(Marking)
    app.add_post_transform(Decorating)
    app.add_config_value("colorunbook_records", [], "env", frozenset({list}))
    app.connect("config-inited", _list)
    app.connect("builder-inited", _style)
    app.add_css_file(STYLE)
