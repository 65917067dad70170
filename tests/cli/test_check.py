# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook check`` before anything is brought up: whose page it is."""

import pytest

from tests.cli.conftest import Colorunbook

HOSTS = ("--primary", "10.0.0.1", "--secondary", "10.0.0.2")


@pytest.mark.parametrize(
    ("primary", "secondary"),
    [("10.0.0.1", "10.0.0.3"), ("10.0.0.7", "10.0.0.2"), ("10.0.0.8", "10.0.0.9")],
)
def test_a_page_for_another_pair_is_refused(
    colorunbook: Colorunbook, primary: str, secondary: str
) -> None:
    """One wrong address is enough: a true page would be called untrue."""
    colorunbook("render", "runbook", *HOSTS)
    ended = colorunbook("check", "runbook", "--primary", primary, "--secondary", secondary)
    assert 2 == ended.code
    assert "is for the hosts 10.0.0.1 and 10.0.0.2." in ended.err
    assert "Give the options that it was rendered with" in ended.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nowhere",), "There is no page nowhere."),
        (("README.md",), "There is no page README.md."),
        (("runbook", "--qemu", "10.0", "--qemu-binary", "/bin/true"), "--qemu"),
    ],
)
def test_bad_input_is_told(colorunbook: Colorunbook, words: tuple[str, ...], sentence: str) -> None:
    """In one sentence."""
    colorunbook("render", "runbook")
    ended = colorunbook("check", *words)
    assert (2, "") == (ended.code, ended.out)
    assert sentence in ended.err
