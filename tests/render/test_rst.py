# SPDX-License-Identifier: GPL-2.0-or-later
"""The rendered document says what the plans say, and nothing else.

``COLORUNBOOK_RENEW_GOLDEN=1 pytest tests/render/test_rst.py`` writes the golden file anew; read its
diff before committing it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.book.actions import Assign, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.phrases import say
from colorunbook.errors import InputError
from colorunbook.hosts import Host, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.render.rst import PAGE, PAGES, pages, render, write
from tests.printed import PRINTED

GOLDEN = Path(__file__).parents[1] / "golden"
ROOT = Path(__file__).parents[2]
EACH_PAGE = pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.stem)
VERSIONS = ("7.2.22", "10.0.13", "11.1.3")
PLAIN = Site()

Told = tuple[str, ...] | dict[str, object]


def page(site: Site, dialect: Dialect | None = None, path: PurePosixPath = PAGE) -> str:
    """The document for a site, or its companion."""
    return pages(site, dialect or Dialect())[path]


def plans(site: Site, dialect: Dialect | None = None, path: PurePosixPath = PAGE) -> list[Plan]:
    """The plans of the sections, in the order of a page."""
    books = (shelf.runbook(name) for name in PRINTED[path])
    return [resolve(book, site, dialect or Dialect()) for book in books]


def parsed(text: str) -> nodes.document:
    """Read the document with docutils alone; the first complaint ends it."""
    return publish_doctree(text, settings_overrides={"report_level": 1, "halt_level": 1})


def blocks(text: str) -> Iterator[str]:
    """The literal blocks that hold a command."""
    for block in parsed(text).findall(nodes.literal_block):
        told = block.astext()
        if '{"exec' in told or any(line.startswith("# ") for line in told.splitlines()):
            yield told


def read_by_the_shell(lines: list[str]) -> tuple[str, ...]:
    """The words that a real shell makes of the last line, after the assignments before it."""
    script = "\n".join([*lines[:-1], f"printf '%s\\0' {lines[-1]}"])
    ran = subprocess.run(["bash", "-c", script], capture_output=True, check=True, env={})
    return tuple(ran.stdout.decode().split("\0")[:-1])


def told(text: str) -> list[Told]:
    """The commands of the document, read without any of our own readers."""
    found: list[Told] = []
    assigned: list[str] = []
    for block in blocks(text):
        if block.startswith("{"):
            found.append(json.loads(block))
            continue
        line = block.removeprefix("# ")
        name, equals, _ = line.partition("=")
        if equals and name.isidentifier():
            assigned = [line] if name == "imagefolder" else [*assigned, line]
            value = read_by_the_shell([*assigned, f'"${name}"'])
            found.append((f"{name}={value[0]}",))
        else:
            found.append(read_by_the_shell([*assigned, line]))
    return found


def meant(site: Site, dialect: Dialect | None = None, path: PurePosixPath = PAGE) -> list[Told]:
    """The commands of the plans."""
    found: list[Told] = []
    for plan in plans(site, dialect, path):
        for action in plan.commands:
            match action:
                case Assign(variable):
                    found.append((f"{variable.name}={variable.value}",))
                case Shell(words) | Launch(words):
                    found.append(tuple(word.text for word in words))
                case Qmp(payload) | Hmp(payload=payload):
                    found.append(dict(payload.as_json()))
                case Yank() as yank:
                    found.append(dict(yank.example.as_json()))
    return found


def test_what_is_checked_is_what_is_shipped() -> None:
    """No page has commands that nobody executes."""
    assert {*PAGES} == {*PRINTED} == {*pages(PLAIN, Dialect())}


@EACH_PAGE
def test_the_commands_are_those_of_the_plans(site: Site, path: PurePosixPath) -> None:
    """Docutils, a JSON reader and a real shell find the plans' commands, in order, and no other."""
    assert told(page(site, path=path)) == meant(site, path=path)


def test_the_document_of_qemu_has_61_of_them(site: Site) -> None:
    """What it has not goes out of band."""
    in_band = [told for told in meant(site) if not isinstance(told, dict) or "execute" in told]
    assert 61 == len(in_band)
    assert 63 == len(meant(site))


@EACH_PAGE
@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_spelled_its_own_way(
    version: str, edition: Edition, path: PurePosixPath
) -> None:
    """The document for an older QEMU, or of the other edition, has the commands of its plans."""
    dialect = Dialect.of(version, edition)
    assert told(page(PLAIN, dialect, path)) == meant(PLAIN, dialect, path)


folders = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"]).filter(str.isprintable), min_size=1
).map(lambda name: f"/{name.replace('``', '`')}")


@settings(max_examples=15, deadline=None)
@given(folder=folders)
def test_any_folder_survives_the_way_through_the_document(folder: str) -> None:
    """Whatever a folder is called, a reader's shell sees that name."""
    site = Site(primary=Host("192.0.2.1", folder), secondary=Host("192.0.2.2", "/b"))
    assert told(page(site)) == meant(site)


@EACH_PAGE
def test_every_phrase_stands_alone(site: Site, path: PurePosixPath) -> None:
    """Each guard and each part of a postcondition is one item of a list, word for word."""
    items = [line[2:] for line in page(site, path=path).splitlines() if line.startswith("* ")]
    for plan in plans(site, path=path):
        for expect in (*plan.starts, *plan.ends):
            assert say(expect) in items


def test_a_new_secondary_is_named_in_the_resumes(site: Site) -> None:
    """What has to be typed differently for a new secondary is one literal each."""
    texts = [literal.astext() for literal in parsed(page(site)).findall(nodes.literal)]
    for plan in plans(site)[-2:]:
        launch = resolve(shelf.runbook("launch-secondary"), plan.site, plan.dialect)
        assigned = [a.variable for a in launch.commands if isinstance(a, Assign)]
        assert [v.value for v in assigned] == [
            plan.site.secondary.images,
            plan.site.primary.address,
        ]
        for variable in assigned:
            shown = [t for t in texts if t.startswith(f"{variable.name}=")]
            assert variable.value in {
                read_by_the_shell([s, f'"${variable.name}"'])[0] for s in shown
            }


@EACH_PAGE
def test_swapped_hosts_leave_nothing_of_the_old_roles(path: PurePosixPath) -> None:
    """Swap two hosts, and the document is the same one with their values swapped everywhere."""
    site = Site(Host("192.0.2.71", "/images/one"), Host("192.0.2.82", "/images/two"))
    swapped = page(site, path=path)
    for one, two in (("192.0.2.71", "192.0.2.82"), ("/images/one", "/images/two")):
        swapped = swapped.replace(one, "\0").replace(two, one).replace("\0", two)
    assert page(site.flipped(), path=path) == swapped


def test_the_page_names_its_template_and_version() -> None:
    """Whoever opens the file learns where to change it."""
    first, *head = page(PLAIN).splitlines()[:4]
    assert first == ".. SPDX-License-Identifier: GPL-2.0-or-later"
    assert "templates/system/qemu-colo.rst.j2" in " ".join(head)
    assert str(Dialect().version) in " ".join(head)


def test_pictures_fit_a_terminal(site: Site) -> None:
    """No line of a picture is wider than 79 columns."""
    for block in parsed(page(site)).findall(nodes.literal_block):
        if "+---" in block.astext():
            assert max(map(len, block.astext().splitlines())) <= 79


def test_rendering_twice_changes_nothing(odd: Site, tmp_path: Path) -> None:
    """The second time there is nothing to write."""
    changes = render(tmp_path / "docs", odd, Dialect())
    names = {path.name for path in PAGES}
    assert {change.path.name for change in changes} == {*names, "index.rst"}
    write(changes)
    assert render(tmp_path / "docs", odd, Dialect()) == ()


def test_the_committed_page_is_true() -> None:
    """What lies in the repository is what the model says today."""
    assert "".join(change.diff for change in render(ROOT / "docs", PLAIN, Dialect())) == ""


@EACH_PAGE
@pytest.mark.parametrize("edition", Edition)
def test_the_golden_page(odd: Site, edition: Edition, path: PurePosixPath) -> None:
    """Every change of the text is seen, for a site with everything that is hard to spell."""
    text = page(odd, Dialect(edition=edition), path)
    golden = GOLDEN / path.name
    if edition is not Edition.HMP:
        golden = golden.with_stem(f"{golden.stem}-{edition.value}")
    if os.environ.get("COLORUNBOOK_RENEW_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("builder", ["html", "text"])
def test_sphinx_as_qemu_uses_it_builds_the_page(
    site: Site, builder: str, edition: Edition, tmp_path: Path
) -> None:
    """QEMU's kind of configuration takes the page without a warning."""
    write(render(tmp_path, site, Dialect(edition=edition)))
    source = tmp_path / "system"
    conf = "needs_sphinx = '3.4.3'\ndefault_role = 'any'\nhighlight_language = 'none'\n"
    (source / "conf.py").write_text(conf, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "-b", builder]
    ran = subprocess.run(
        [*command, str(source), str(tmp_path / "built")], capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_known_trouble_is_said_at_the_top() -> None:
    """A reader with a QEMU that cannot do COLO learns it before the first command."""
    trouble = Dialect.of("10.0.2").trouble(PLAIN.accel)
    assert trouble is not None
    text = page(PLAIN, Dialect.of("10.0.2"))
    assert text.index(trouble) < text.index("If a host is dead now")
    assert ".. warning::" not in page(PLAIN)


@pytest.fixture
def own_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's own folder of templates."""
    folder = tmp_path / "own" / "templates" / "system"
    folder.mkdir(parents=True)
    monkeypatch.setenv("COLORUNBOOK_SHELF", str(tmp_path / "own"))
    return folder


def test_a_template_of_ones_own_comes_first(own_shelf: Path) -> None:
    """A template on the reader's shelf replaces the shipped one, and may build on it."""
    own = '{% include "shipped/system/qemu-colo.rst.j2" %}\n\nOur phone number is 42.\n'
    (own_shelf / "qemu-colo.rst.j2").write_text(own, encoding="utf-8")
    assert page(PLAIN).endswith("Our phone number is 42.\n")
    assert told(page(PLAIN)) == meant(PLAIN)


def test_a_page_of_ones_own_is_added(own_shelf: Path) -> None:
    """A further template is a further page."""
    (own_shelf / "ours.rst.j2").write_text("{{ site.primary.address }}\n", encoding="utf-8")
    assert pages(PLAIN, Dialect())[PurePosixPath("system/ours.rst")] == "127.0.0.1\n"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{% if %}", "line 1"),
        ("{{ nothing }}", "nothing"),
        ('{{ plan("no-such").title }}', "no-such"),
        ('{% include "gone.j2" %}', "gone.j2"),
        ("{{ 1 // 0 }}", "ZeroDivisionError"),
    ],
)
def test_a_broken_template_is_named(own_shelf: Path, template: str, reason: str) -> None:
    """The error says which template it was and what was wrong there."""
    (own_shelf / "ours.rst.j2").write_text(template, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        pages(PLAIN, Dialect())
