# SPDX-License-Identifier: GPL-2.0-or-later
"""What was seen, in a site that Sphinx builds."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from colorunbook import shelf
from colorunbook.hosts import Accel, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from colorunbook.records import Record, Verdict
from colorunbook.render.rst import PAGE, pages
from colorunbook.render.spellings import printed
from tests.render.golden import golden
from tests.render.samples import aged, failed, replying, sample
from tests.render.sites import build, plain
from tests.trials import put

LOST = '{"execute": "x-colo-lost-heartbeat"}'
TOO_NEW = failed(sample("10.0", "11.1.3"), "Step 3: Prepare the secondary", "it is <refused>")
RECORDS = (
    replace(sample("11.1", "11.1.3"), verdict=Verdict.REMARKS, remarks=("It is slow.",)),
    aged(replying(sample("11.1", "11.1.3", Accel.TCG), LOST, "{}"), "secondary-resume"),
    failed(sample("10.0.2", "10.0.2"), "Step 4: Start replication"),
    aged(sample("10.0", "10.0.13"), "secondary-resume"),
    replying(aged(sample("7.2", "7.2.22"), "secondary-resume"), LOST, "{}"),
    aged(TOO_NEW, *TOO_NEW.digests),
)
TEXT = pages(Site(), Dialect())[PAGE]
TABLE = ".. support-table::"


def source(folder: Path, records: tuple[Record, ...] = ()) -> Path:
    """A site with records and the document as QEMU's tree would hold it."""
    source = folder / "source"
    source.mkdir()
    (source / "document.rst").write_text(TEXT, encoding="utf-8")
    for record in records:
        put(source / "seen", record)
    return source


CONTENTS = {"index": f"{TABLE}\n\n.. runbook:: bring-up\n\n.. toctree::\n\n   document"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with records of every kind."""
    folder = tmp_path_factory.mktemp("site")
    options = ("-b", "html", "-D", "colorunbook_releases=11.1,7.2")
    assert build(source(folder, RECORDS), CONTENTS, *options) == ""
    return folder / "built"


@pytest.fixture(scope="module")
def document(site: Path) -> str:
    """The HTML of the document."""
    return (site / "document.html").read_text(encoding="utf-8")


def section(document: str, title: str) -> str:
    """The HTML from a section's title to the next one's."""
    return re.split(r"<h[23]>", document.split(f'>{title}<a class="headerlink"')[1])[0]


def test_every_command_has_a_badge(site: Path, document: str) -> None:
    """One for each spelling, on the committed page and where a runbook is printed."""
    names = (*shelf.DOCUMENT, "bring-up")
    plans = [resolve(shelf.runbook(name), Site(), Dialect()) for name in names]
    *parts, whole = (len(printed(plan)) for plan in plans)
    badges = re.compile(r'<div class="seen seen-(?:yes|stale|not)"')
    differing = document.count('class="sd-tab-set')
    assert sum(parts) + differing == len(badges.findall(document))
    index = (site / "index.html").read_text(encoding="utf-8")
    assert whole + index.count('class="sd-tab-set') == len(badges.findall(index))


def test_a_command_as_it_is_shown(document: str) -> None:
    """The block, its badge, and the replies folded under it: equal ones once."""
    part = section(document, "Primary failover")
    blocks = re.findall(r'<div class="highlight-json.*?</details></div>', part, re.DOTALL)
    (shown,) = (block for block in blocks if "x-colo-lost-heartbeat" in plain_text(block))
    assert golden("command.html", f"{shown}\n") == f"{shown}\n"


def plain_text(html: str) -> str:
    """HTML without its tags."""
    return re.sub(r"<[^>]+>", "", html)


def test_what_is_stale_is_never_shown_as_seen(document: str) -> None:
    """Only the one QEMU whose record is of today's plan counts there."""
    badges = re.findall(
        r'<div class="seen seen-(\w+)".*?<span class="seen-says">(.*?)</span>',
        section(document, "Secondary resumes replication"),
    )
    assert badges
    for kind, says in badges:
        assert kind in ("yes", "stale")
        assert kind != "yes" or says == "seen on 11.1.3&nbsp;(KVM)"
        assert kind != "stale" or says.startswith("stale: seen on 7.2.22&nbsp;(KVM), 10.0.13")


def test_spellings_that_differ_are_tabs(document: str) -> None:
    """Reached by the keyboard as radio buttons are; the marked lines alone are marked."""
    part = section(document, "Step 2: Start the secondary")
    assert ["QEMU 9.2 and newer", "QEMU 6.0 to 9.1"] == [
        plain_text(label).strip()
        for label in re.findall(r"<label [^>]*>.*?</label>", part, re.DOTALL)
    ]
    assert 2 == part.count('type="radio"')
    marked = [plain_text(line) for line in re.findall(r'<span class="hll">(.*)\n', part)]
    assert [True, True, False, False] == ["reconnect-ms=1000" in line for line in marked]
    assert [False, False, True, True] == ["reconnect=1" in line for line in marked]
    assert "seen on 7.2.22&nbsp;(KVM)<" in part.split('type="radio"')[2]


def test_a_command_that_all_spell_alike_has_no_tabs(document: str) -> None:
    """The page stays quiet."""
    assert "sd-tab-set" not in section(document, "Primary failover")
    assert "sd-tab-set" not in section(document, "Secondary failover")


def test_a_broken_procedure_says_so_at_its_head(document: str) -> None:
    """Before anything that could be typed."""
    part = section(document, "Step 4: Start replication")
    assert part.index("broken on 10.0.2&nbsp;(KVM): COLO never starts") < part.index("highlight-")
    assert 1 == document.count("seen-broken")


def test_an_outcome_for_some_versions_says_so(document: str) -> None:
    """Whoever has another one need not look for it."""
    part = section(document, "Step 3: Prepare the secondary")
    assert "return-path is on (QEMU 11.0 and newer)" in plain_text(part)
    assert "x-colo is on\n" in plain_text(part)


def test_the_table_says_what_was_seen(site: Path) -> None:
    """A row each, with the first failing line; what is expected and was not tried is there too."""
    index = (site / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr class="support-([\w-]+) row-\w+">(.*?)</tr>', index, re.DOTALL)
    kinds = [kind for kind, _ in rows]
    assert ["remarks", "stale", "stale", "stale", "broken", "stale", "not-tried"] == kinds[:7]
    assert {"not-tried"} == set(kinds[7:])
    assert "It is slow." in rows[0][1]
    (broken,) = (text for kind, text in rows if kind == "broken")
    assert "First at line" in broken
    assert "<details" in broken
    assert "secondary: &lt;inmigrate&gt;" in broken
    assert "Then it was: broken: it is <refused>" in unescape(plain_text(rows[2][1]))


def test_other_builders_print_no_badges(tmp_path: Path) -> None:
    """The document stays what it is; the table is text, with its evidence."""
    assert build(source(tmp_path, RECORDS), CONTENTS, "-b", "text") == ""
    text = (tmp_path / "built" / "document.txt").read_text(encoding="utf-8")
    assert "seen on" not in text
    assert "QEMU 9.2 and newer" not in text
    assert "secondary: <inmigrate>" in (tmp_path / "built" / "index.txt").read_text()


def test_without_records_there_are_tabs_and_no_badges(tmp_path: Path) -> None:
    """Nothing was tried, and the table says that."""
    options = ("-b", "html", "-D", "colorunbook_releases=11.1")
    assert build(source(tmp_path), CONTENTS, *options) == ""
    page = (tmp_path / "built" / "document.html").read_text(encoding="utf-8")
    assert 'class="sd-tab-set' in page
    assert 'class="seen ' not in page
    assert 4 == plain(tmp_path / "built" / "index.html").count("not tried")


def test_pages_follow_the_records(tmp_path: Path) -> None:
    """A page is read again when a record comes, changes or goes."""
    folder = source(tmp_path)
    contents = {"index": ".. runbook:: set-checkpoint-delay"}
    (folder / "document.rst").unlink()
    record = sample("11.1", "11.1.3")
    path = folder / "seen" / f"{record.name}.json"
    found = []
    for step in ("nothing", "come", "changed", "gone"):
        if step == "come":
            put(folder / "seen", record)
        elif step == "changed":
            put(folder / "seen", aged(record, "set-checkpoint-delay"))
        elif step == "gone":
            path.unlink()
        assert build(folder, contents, "-b", "html") == ""
        page = (tmp_path / "built" / "index.html").read_text(encoding="utf-8")
        found += re.findall(r'class="seen seen-(\w+)', page) or ["none"]
    assert ["none", "yes", "stale", "none"] == found


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """In one sentence, once; the page then claims nothing."""
    folder = source(tmp_path, RECORDS)
    (folder / "seen" / "bad.json").write_text("{}", encoding="utf-8")
    complaint = build(folder, CONTENTS, "-b", "html")
    assert 1 == complaint.count("bad.json is no record of a matrix")
    assert "Traceback" not in complaint
    assert "seen on" not in (tmp_path / "built" / "document.html").read_text(encoding="utf-8")


OWN = '''
"""A runbook with two editions, one of which needs a step more."""

from colorunbook.book.runbook import runbook
from colorunbook.book.verbs import set_parameter
from colorunbook.hosts import Role
from colorunbook.qemu.dialect import Edition
from tests.trials import put


@runbook("of-two", on=Role.PRIMARY, title="Of two editions")
def of_two(colo):
    """Do it."""
    yield set_parameter("x-checkpoint-delay", 1)
    if colo.dialect.edition is Edition.BLOCKDEV:
        yield set_parameter("x-checkpoint-delay", 2)
'''


def test_editions_that_differ_lead_to_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the head of a runbook; where they are alike, or printed once, there is nothing to say."""
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "own.py").write_text(OWN)
    monkeypatch.setenv("COLORUNBOOK_SHELF", str(tmp_path))
    contents = {
        "index": ".. runbook:: of-two\n\n.. runbook:: set-checkpoint-delay\n\n.. toctree::\n\n"
        "   other",
        "other": ".. runbook:: of-two\n   :edition: blockdev\n\n.. runbook:: primary-failover\n"
        "   :edition: blockdev",
    }
    (tmp_path / "source").mkdir()
    assert build(tmp_path / "source", contents, "-b", "html") == ""
    index, other = ((tmp_path / "built" / f"{name}.html").read_text() for name in contents)
    assert 1 == index.count("The same in the")
    assert 'href="other.html#runbook-of-two-blockdev">The same in the blockdev edition' in index
    assert 'href="index.html#runbook-of-two">The same in the hmp edition' in other


def test_a_site_for_no_qemu_is_refused(tmp_path: Path) -> None:
    """Before any page is read."""
    complaint = build(source(tmp_path), CONTENTS, "-b", "html", "-D", "colorunbook_qemu=eleven")
    assert "colorunbook_qemu: 'eleven' is not a QEMU version" in complaint
