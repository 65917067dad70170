# SPDX-License-Identifier: GPL-2.0-or-later
"""The picture of a pair shows the pair that the commands make."""

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from colorunbook.book.colo import Colo
from colorunbook.errors import InputError
from colorunbook.hosts import Host, Ports, Site
from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.diagram import NARROW, WIDE, architecture
from colorunbook.render.gallery import PICTURES, picture
from colorunbook.render.svgpen import svg
from colorunbook.render.textpen import text_art

SVG = "{http://www.w3.org/2000/svg}"


def drawn(site: Site) -> str:
    """The picture as text art."""
    return text_art(architecture(Colo(site, Dialect())))


def parts(site: Site) -> Iterator[str]:
    """The ids of everything that stands in the network's way, and its kinds."""
    colo = Colo(site, Dialect())
    for thing in (*colo.primary_filters, *colo.secondary_redirectors, colo.rewriter):
        yield thing.id
    for chardev in (*colo.primary_chardevs, *colo.secondary_chardevs):
        yield chardev.id


def test_every_part_is_shown(site: Site) -> None:
    """Each filter, comparison, thread, chardev, port and image of the pair is in the picture."""
    text = drawn(site)
    shown = set(re.findall(r"[A-Za-z0-9_.-]+", text))
    assert shown.issuperset(parts(site))
    ports = site.ports
    wanted = (ports.compare, ports.mirror, ports.secondary_in, ports.compare_out)
    for port in (*wanted, ports.migration, ports.nbd):
        assert text.count(f":{port}") == 1
    for image in ("primary.qcow2", "secondary-active.qcow2", "secondary-hidden.qcow2"):
        assert image in shown


def test_it_fits_a_terminal(site: Site) -> None:
    """79 columns are enough, and nothing but ASCII is used."""
    text = drawn(site)
    assert max(map(len, text.splitlines())) <= 79
    assert text.isascii()
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_a_long_name_is_cut() -> None:
    """A host name of any length leaves the picture in its frame."""
    name = ".".join(["averylonglabelofahost"] * 10)
    text = drawn(replace(Site(), primary=Host(name, "/a")))
    assert max(map(len, text.splitlines())) <= 79
    assert "averylong" in text


@pytest.mark.parametrize(
    "row",
    [
        r"m0 +tx \|->\[ *mirror0 *\]=+>\[ *red0 *\]->\| f1 +tx",
        r"secondary_in \|<-\[ *compare1 *\]<=+\[ *red1 *\]<-\| f2 +rx",
        r"redire1 +rx \|->\[ *compare0 *\]-\+",
        r"comp0 +primary_in \|<-\[ *compare0-0 *\]<\+",
        r"outdev \|->\[ *compare_out0 *\]-\+",
        r"redire0 +rx \|<-\[ *compare_out *\]<\+",
        r"guest +\|=+>\[:9998\]=>\| guest",
        r"replication0 +\|=+>\[:9999\]=>\| parent0",
    ],
)
def test_the_ways_of_the_packets(row: str) -> None:
    """Each arrow leads from the part that sends to the part that receives."""
    assert re.search(row, drawn(Site()))


def test_another_port_moves_no_arrow() -> None:
    """The picture of other ports is the same picture with other numbers."""
    other = Ports(9101, 9103, 9104, 9105, 9198, 9199)
    assert drawn(Site(ports=other)).replace(":91", ":90").replace(":9098", ":9998").replace(
        ":9099", ":9999"
    ) == drawn(Site())


def test_a_renamed_chardev_is_renamed_in_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture knows no name of its own."""
    peers = (
        SocketChardev("mirror0", "::", 9003, server=True),
        SocketChardev("compare1", "::", 9777, server=True, wait=True),
    )
    monkeypatch.setattr(Colo, "peer_chardevs", property(lambda _colo: peers))
    assert ":9777" in drawn(Site())
    assert "red1" not in drawn(Site()), "nothing meets red1 any more"


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("inline", [True, False])
def test_the_svg_stands_alone(name: str, inline: bool, odd: Site) -> None:
    """The SVG is well formed, has a title and a description, and loads nothing."""
    text = svg(picture(name, odd, Dialect(), wide=True), name=name, inline=inline)
    root = ET.fromstring(text)  # noqa: S314 - our own text
    labelled = root.attrib["aria-labelledby"].split()
    found = {element.attrib.get("id"): element.text for element in root.iter()}
    assert all(found[label] for label in labelled)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert root.attrib["role"] == "img"


def test_both_pens_write_the_same_words(site: Site) -> None:
    """What stands in the text art stands in the SVG of the same drawing."""
    drawing = architecture(Colo(site, Dialect()), NARROW)
    words = [text.text for text in ET.fromstring(svg(drawing, name="x")).iter(f"{SVG}text")]  # noqa: S314
    assert words == [label.text for label in drawing.labels]
    art = text_art(drawing)
    assert all(word in art for word in words if word and word.isascii())


def test_the_svg_stays_in_its_frame(site: Site) -> None:
    """Nothing is drawn outside of the picture."""
    root = ET.fromstring(svg(architecture(Colo(site, Dialect()), WIDE), name="x"))  # noqa: S314
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert left <= x <= x + w <= left + width
        assert top <= y <= y + h <= top + height


def test_an_unknown_picture_is_refused() -> None:
    """The error lists the pictures that there are."""
    with pytest.raises(InputError, match="architecture, states"):
        picture("nothing", Site(), Dialect())
