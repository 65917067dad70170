# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook diff``: exit codes, what is shown, what is refused."""

import json
from pathlib import Path

import pytest

from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from tests.cli.conftest import Colorunbook
from tests.drift.documents import page

PAGE = page(Site(), Dialect())


def test_a_rendered_page_says_nothing(colorunbook: Colorunbook, folder: Path) -> None:
    """On standard output; what was taken for its site is told beside it."""
    (folder / "page.rst").write_text(PAGE)
    ended = colorunbook("diff", "page.rst")
    assert (0, "") == (ended.code, ended.out)
    assert "61 of the model's 61 found" in ended.err
    assert "No difference." in ended.err


def test_a_difference_ends_with_1(colorunbook: Colorunbook, folder: Path) -> None:
    """One line, as of a compiler."""
    (folder / "page.rst").write_text(
        PAGE.replace('"x-checkpoint-delay": 2000', '"x-checkpoint-delay": 5')
    )
    ended = colorunbook("diff", "page.rst")
    line = PAGE[: PAGE.index('"x-checkpoint-delay": 2000')].count("\n") + 1
    assert 1 == ended.code
    assert (
        f"page.rst:{line}: changed: set-checkpoint-delay 1 (Set x-checkpoint-delay to 2000): "
        "argument x-checkpoint-delay is 2000 in the model, 5 here\n"
    ) == ended.out
    assert 0 == colorunbook("diff", "page.rst", "--set", "guest.checkpoint_delay=5").code


def test_a_difference_is_data_too(colorunbook: Colorunbook, folder: Path) -> None:
    """With the members that the site names."""
    (folder / "page.rst").write_text(PAGE.replace('{"execute": "nbd-server-stop"}', ""))
    ended = colorunbook("diff", "page.rst", "--json")
    told = json.loads(ended.out)
    assert 1 == ended.code
    assert {"from": "11.0.0", "before": None} == told["qemu"]
    assert {"address": "127.0.0.2"}.items() <= told["site"]["secondary"].items()
    (one,) = told["differences"]
    assert ("missing", "secondary-failover", 1, None) == (
        one["kind"],
        one["runbook"],
        one["step"],
        one["document"],
    )
    page_of_the_site = Path(__file__).parents[2] / "docs" / "howto" / "diff.rst"
    words = page_of_the_site.read_text()
    assert [] == [name for name in (*told, *told["commands"], *one) if f"``{name}``" not in words]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\0\1", "is no text"),
        (b"caf\xe9", "is no text in UTF-8"),
        (b"a" * (2**20 + 1), "is larger than 1 MiB"),
        (b"Nothing of the kind.", "has no command"),
    ],
)
def test_what_is_no_document_ends_with_2(
    colorunbook: Colorunbook, folder: Path, data: bytes, said: str
) -> None:
    """One sentence, no traceback."""
    (folder / "page.rst").write_bytes(data)
    ended = colorunbook("diff", "page.rst")
    assert (2, "") == (ended.code, ended.out)
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_file_that_is_not_there_ends_with_2(colorunbook: Colorunbook) -> None:
    """Nor is a folder a document."""
    for name in ("no-such.rst", "."):
        ended = colorunbook("diff", name)
        assert (2, "") == (ended.code, ended.out)
        assert f"{name} cannot be read" in ended.err
    assert 2 == colorunbook("diff", "-").code
