# SPDX-License-Identifier: GPL-2.0-or-later
"""pytest's side of a check: what is chosen by the environment."""

from pathlib import Path

import pytest
from sybil import Sybil

from colorunbook.check import plugin
from colorunbook.errors import InputError
from colorunbook.hosts import Accel
from colorunbook.lab.making import Wanted
from colorunbook.lab.provision import release

DOCS = Path(__file__).parents[2] / "docs/system/qemu-colo.rst"


class ReachedError(Exception):
    """The labs would have been made."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Accel | None, Wanted]]:
    """What the labs would have been made with; none is made."""
    seen: list[tuple[Accel | None, Wanted]] = []

    def open_stage(_text: str, _tell: object, accel: Accel | None, *, qemu: Wanted) -> None:
        seen.append((accel, qemu))
        raise ReachedError

    monkeypatch.setattr(plugin, "open_stage", open_stage)
    for name in ("COLORUNBOOK_ACCEL", "COLORUNBOOK_QEMU", "COLORUNBOOK_NO_LIVE"):
        monkeypatch.delenv(name, raising=False)
    return seen


def evaluate() -> None:
    """Evaluate the first passage of the page, as pytest would."""
    document = Sybil(parsers=[plugin._lazily]).parse(DOCS)
    with pytest.raises(ReachedError):
        next(iter(document.examples())).evaluate()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("", None),
        ("10.0", release("10.0")),
        ("./qemu", Path("qemu")),
        ("/o/qemu-system-x86_64", Path("/o/qemu-system-x86_64")),
    ],
)
def test_the_qemu_is_chosen_by_the_environment(
    asked: list[tuple[Accel | None, Wanted]],
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    wanted: Wanted,
) -> None:
    """A version, or a path where there is a slash in it."""
    monkeypatch.setenv("COLORUNBOOK_QEMU", said)
    evaluate()
    assert [(None, wanted)] == asked


def test_without_a_word_whatever_works_is_taken(
    asked: list[tuple[Accel | None, Wanted]],
) -> None:
    """As on the command line."""
    evaluate()
    assert [(None, None)] == asked


def test_an_unknown_version_is_refused(
    asked: list[tuple[Accel | None, Wanted]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With those that can be had."""
    monkeypatch.setenv("COLORUNBOOK_QEMU", "3.0")
    document = Sybil(parsers=[plugin._lazily]).parse(DOCS)
    with pytest.raises(InputError, match=r"There is: 11\.1"):
        next(iter(document.examples())).evaluate()
    assert [] == asked
