# SPDX-License-Identifier: GPL-2.0-or-later
"""A badge in HTML."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Version
from colorunbook.render.badge import badge, broken, folded
from colorunbook.render.standing import Broken, On, Reply, Standing

OLD = On(Version(7, 2, 22), (Accel.KVM,))
NEW = On(Version(11, 1, 3), (Accel.KVM, Accel.TCG))


class Read(HTMLParser):
    """Collects the text of HTML, and sees that what is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_badge_without_replies_is_a_line() -> None:
    """There is nothing to open; a version is not torn from its accelerators."""
    html = badge(Standing(seen=(OLD, NEW)))
    assert "seen on 7.2.22&nbsp;(KVM), 11.1.3&nbsp;(KVM,&nbsp;TCG)" in html
    assert "seen-yes" in html
    assert "<details" not in html


def test_equal_replies_need_no_versions() -> None:
    """The badge has named them."""
    html = badge(Standing((OLD, NEW), replies=(Reply("{}", (OLD, NEW)),)))
    assert 1 == html.count("<pre")
    assert "seen-on" not in html
    assert ">reply<" in html


def test_different_replies_say_whose_they_are() -> None:
    """One after the other."""
    html = badge(Standing((OLD, NEW), replies=(Reply("{}", (OLD,)), Reply("OK", (NEW,)))))
    assert ">2 replies<" in html
    text = "".join(Read(html).text)
    assert text.index("7.2.22\xa0(KVM)\n{}") < text.index("11.1.3\xa0(KVM,\xa0TCG)\nOK")


def test_what_is_stale_or_not_seen_looks_otherwise() -> None:
    """By its class, its mark and its words."""
    stale, unseen = badge(Standing(stale=(OLD,))), badge(Standing())
    assert "seen-stale" in stale
    assert "stale: seen on" in stale
    assert "seen-not" in unseen
    assert "not seen" in unseen
    assert "seen-yes" not in stale + unseen


def test_a_broken_procedure_is_said_in_one_line() -> None:
    """Where, and what it looks like."""
    html = broken([Broken("it hangs", (OLD,)), Broken("it <dies>", (NEW,))])
    assert "broken on 7.2.22\xa0(KVM): it hangs" in Read(html).text
    assert "broken on 11.1.3\xa0(KVM,\xa0TCG): it <dies>" in Read(html).text
    assert "" == broken([])


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_whatever_qemu_says_is_shown_as_it_is(said: str) -> None:
    """It cannot become a part of the page."""
    assert said in "".join(Read(badge(Standing((OLD,), replies=(Reply(said, (OLD,)),)))).text)
    assert said in "".join(Read(folded("What QEMU said", [said])).text)
