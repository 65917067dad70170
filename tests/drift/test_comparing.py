# SPDX-License-Identifier: GPL-2.0-or-later
"""The law of ``diff``: of an unedited document nothing, of an edited one each edit once."""

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook.comparison import Comparison, Nic
from colorunbook.drift.comparing import Drift, Given, compare
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Host, Role, Site
from colorunbook.qemu.dialect import Dialect, Edition, Version, stretches
from tests.drift.documents import WRITERS, Writer, blocks, page, plain, sections, sentences
from tests.drift.edits import EDITS, Told, move
from tests.strategies import sites

GOLDEN = Path(__file__).parents[1] / "golden" / "diff.txt"
dialects = st.builds(
    Dialect, st.sampled_from([stretch.first for stretch in stretches()]), st.sampled_from(Edition)
)
HOSTS = Site(Host("10.0.0.5", "/srv/a"), Host("10.0.0.6", "/srv/b"))


def knowing(site: Site) -> Given:
    """The delay, which no document can be asked for, and what the comparison is told."""
    nic = site.nic if site.nic.header else Nic()
    given = replace(Site(), checkpoint_delay=site.checkpoint_delay, comparison=site.comparison)
    return Given(replace(given, nic=nic), frozenset({"guest.checkpoint_delay"}))


def said(drift: Drift) -> list[str]:
    """The differences as they are shown."""
    return [f"{one.line}: {one.sort.value}: {one.said}" for one in drift.differences]


@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    sites(),
    dialects,
    st.sampled_from([*WRITERS, None]),
)
def test_of_an_unedited_document_nothing_is_said(
    site: Site, dialect: Dialect, writer: Writer | None
) -> None:
    """In any style and edition, for any site and any QEMU, without being told which."""
    text = writer(sections(site, dialect)) if writer else page(site, dialect)
    assert [] == said(compare(text, knowing(site)))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    sites(),
    dialects,
    st.sampled_from(WRITERS),
    st.integers(0, 10**9),
)
def test_each_edit_is_told_once(site: Site, dialect: Dialect, writer: Writer, seed: int) -> None:
    """Left out, added, changed, moved: those and no others."""
    random = Random(seed)
    document = sections(site, dialect)
    expected: list[frozenset[Told]] = []
    for at in random.sample(range(len(document)), random.randint(1, 4)):
        edited = random.choice(EDITS)(document, at, random)
        if edited:
            document = edited[0]
            expected.append(edited[1])
    edited = move(document, random.randrange(len(document)), random)
    if edited and random.random() < 0.3:
        document = edited[0]
        expected.append(edited[1])
    drift = compare(writer(document), knowing(site))
    found = [Told.of(one) for one in drift.differences]
    assert len(expected) == len(found), said(drift)
    for possible in sorted(expected, key=len):
        hit = next((one for one in found if one in possible), None)
        assert hit is not None, (possible, said(drift))
        found.remove(hit)


@cache
def page_of(version: str) -> str:
    """The page for the hosts of these tests."""
    return page(HOSTS, Dialect.of(version))


def test_the_site_is_read_off_the_document() -> None:
    """Addresses, folders, ports: with the names that a site file has for them."""
    drift = compare(page_of("11.1"), Given())
    assert {
        "primary.address": "10.0.0.5",
        "secondary.address": "10.0.0.6",
        "primary.images": "/srv/a",
        "secondary.images": "/srv/b",
        "ports.nbd": "9999",
    }.items() <= drift.site.items()
    assert {"primary.address", "secondary.address", "primary.images", "secondary.images"} == (
        drift.own
    )


def test_the_card_is_read_off_the_document() -> None:
    """A document with another one is of another site; where its two hosts differ, one is wrong."""
    text = page_of("11.1")
    drift = compare(text.replace("rtl8139", "e1000"), Given())
    assert ("e1000", []) == (drift.site["guest.nic"], said(drift))
    (one,) = said(compare(text.replace("rtl8139", "e1000", 1), Given()))
    assert "type is rtl8139 in the model, e1000 here" in one


def test_the_numbers_of_the_comparison_are_not_read_off() -> None:
    """Who has others than the document is told of each command, whichever of the two has them."""
    chosen = replace(HOSTS, comparison=Comparison(compare_timeout=1000))
    text = page(chosen, Dialect())
    assert [] == said(compare(text, Given(chosen)))
    for document, site, words in (
        (text, HOSTS, "compare_timeout is 1000 here; the model has none"),
        (page_of("11.1"), chosen, "compare_timeout is missing; in the model it is 1000"),
    ):
        found = said(compare(document, Given(site)))
        assert 3 == len(found)
        assert all(words in one for one in found)


@pytest.mark.parametrize(
    ("version", "first"), [("8.0", "6.0.0"), ("10.1", "9.2.0"), ("11.1", "11.0.0")]
)
def test_the_qemu_is_read_off_the_document(version: str, first: str) -> None:
    """As the first version that spells everything alike."""
    drift = compare(page_of(version), Given())
    assert (first, []) == (str(drift.dialect.version), said(drift))


def test_an_address_that_differs_from_the_rest_is_told() -> None:
    """At its place, with what the rest has."""
    text = page_of("11.1").replace("nbd://10.0.0.6", "nbd://10.0.0.7")
    (one,) = said(compare(text, Given()))
    assert one.endswith(
        "primary-resume 1 (Copy the disk): argument target is "
        '"nbd://10.0.0.6:9999/parent0" in the model, "nbd://10.0.0.7:9999/parent0" here'
    )


def test_what_is_given_is_not_read_off() -> None:
    """Another host than the given one is told wherever it stands."""
    site = replace(HOSTS, secondary=Host("10.0.0.9", "/srv/b"))
    drift = compare(page_of("11.1"), Given(site, frozenset({"secondary.address"})))
    assert 5 == len(drift.differences)
    assert all("10.0.0.9" in one for one in said(drift))


def test_a_version_that_is_given_counts() -> None:
    """Then its spelling is what the document should have."""
    drift = compare(page_of("11.1"), Given(version=Version(10, 0), edition=Edition.HMP))
    assert 4 == len([one for one in said(drift) if "capabilities[return-path]" in one])
    assert 4 == len(drift.differences)


def test_the_guests_own_numbers_are_the_sites_where_both_agree() -> None:
    """An edited one of two is told; the delay, which stands alone, is always told."""
    document = plain(sections(replace(HOSTS, memory=2048, accel=Accel.TCG), Dialect()))
    assert [] == said(compare(document, Given()))
    (one,) = said(compare(document.replace("-m 2048", "-m 512", 1), Given()))
    assert "-m is 2048 in the model" in one or "-m is 512 in the model" in one
    (delay,) = said(compare(document.replace("delay': 2000", "delay': 700"), Given()))
    assert "argument x-checkpoint-delay is 2000 in the model, 700 here" in delay


def test_a_variable_that_nobody_assigned_is_missing_only_where_it_is_used() -> None:
    """A document may spell its folders out."""
    document = blocks(sections(HOSTS, Dialect()))
    gone = document.replace("    root@here:~# export primary_ip=10.0.0.5\n", "")
    (one,) = said(compare(gone, Given()))
    assert "missing: launch-secondary 2 (Name the primary): primary_ip=10.0.0.5" in one
    assert [] == said(compare(sentences(sections(HOSTS, Dialect())), Given()))


def test_placeholders_are_hosts_too() -> None:
    """As in a guide that leaves the address to its reader."""
    text = plain(sections(HOSTS, Dialect())).replace("10.0.0.6", "<secondary>")
    drift = compare(text, Given())
    assert ([], "<secondary>") == (said(drift), drift.site["secondary.address"])


def test_properties_in_a_member_of_their_own_are_one_difference() -> None:
    """As ``object-add`` had them before QEMU 6.0."""
    old = (
        "{'execute': 'object-add', 'arguments': {'qom-type': 'filter-mirror', 'id': 'm0',"
        " 'props': {'netdev': 'hn0', 'queue': 'tx', 'outdev': 'mirror0'}}}"
    )
    rows = plain(sections(HOSTS, Dialect())).split("\n")
    at = next(n for n, row in enumerate(rows) if "object-add" in row and "'m0'" in row)
    rows[at] = old
    (one,) = said(compare("\n".join(rows), Given()))
    assert f"{at + 1}: changed: primary-resume 9 (Add m0): the place of its properties" in one


def test_options_in_another_order_count_where_qemu_minds() -> None:
    """A drive that names another comes after it; chardevs of different ports do not care."""
    text = page_of("11.1")
    rows = text.split("\n")
    parent = next(n for n, row in enumerate(rows) if "-drive if=none,id=parent0" in row)
    rows[parent], rows[parent + 1] = rows[parent + 1], rows[parent]
    (one,) = said(compare("\n".join(rows), Given()))
    assert "the order of -drive parent0 and -drive childs0" in one
    rows = text.split("\n")
    red = next(n for n, row in enumerate(rows) if "-chardev socket,id=red0" in row)
    rows[red], rows[red + 1] = rows[red + 1], rows[red]
    assert [] == said(compare("\n".join(rows), Given()))


def test_a_procedure_that_is_left_out_is_one_difference() -> None:
    """Not one for each of its commands."""
    document = [s for s in sections(HOSTS, Dialect()) if s.runbook != "primary-resume"]
    (one,) = compare(plain(document), Given()).differences
    assert ("missing", "primary-resume", None) == (one.sort.value, one.runbook, one.step)


@pytest.mark.parametrize("text", ["", "Nothing.", '{"execute": "screendump"}'])
def test_a_text_about_something_else_is_refused(text: str) -> None:
    """It would have everything missing, and say nothing."""
    with pytest.raises(InputError, match="no command"):
        compare(text, Given())


def test_an_edited_document_is_told_in_these_words() -> None:
    """The golden file has every kind of difference."""
    text = page(Site(), Dialect()).replace('{"execute": "stop"}', '{"execute": "cont"}', 1)
    text = text.replace("id=mirror0,host=0.0.0.0,port=9003", "id=mirror0,host=0.0.0.0,port=9007")
    text = text.replace(",vote-threshold=1,children.0=", ",children.0=")
    text = text.replace('"id": "comp0"}', '"id": "m0"}', 1).replace(
        '"id": "m0"}}\n\n6', '"id": "comp0"}}\n\n6', 1
    )
    told = "".join(f"{one}\n" for one in said(compare(text, Given())))
    if os.environ.get("COLORUNBOOK_RENEW_GOLDEN"):
        GOLDEN.write_text(told)
    assert GOLDEN.read_text() == told


def test_roles_that_have_one_address_are_read_too() -> None:
    """A test on one machine: the two cannot be told apart, and nothing is made up."""
    text = plain(sections(HOSTS, Dialect())).replace("10.0.0.6", "10.0.0.5")
    drift = compare(text, Given())
    addresses = {drift.site[f"{role.value}.address"] for role in Role}
    assert ([], {"10.0.0.5"}) == (said(drift), addresses)
