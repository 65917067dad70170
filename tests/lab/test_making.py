# SPDX-License-Identifier: GPL-2.0-or-later
"""Which addresses the hosts of a lab may have; it is said before anything is made."""

from pathlib import Path

import pytest

from colorunbook.errors import InputError
from colorunbook.hosts import Host, Site
from colorunbook.lab import making, runtime


@pytest.mark.parametrize(
    ("one", "two", "hosts", "said"),
    [
        ("alpha.example", "10.0.0.2", 1, "no host called alpha.example"),
        ("10.0.0.1", "beta.example", 2, "no host called beta.example"),
        ("127.0.0.1", "10.0.0.2", 2, "At 127.0.0.1, a loopback address"),
        ("fd00::1", "::1", 2, "At ::1, a loopback address"),
        ("10.0.0.1", "fd00::2", 2, "From 10.0.0.1 to fd00::2 no cable leads"),
    ],
)
def test_an_address_that_a_lab_cannot_give_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one: str, two: str, hosts: int, said: str
) -> None:
    """Names, loopbacks of two hosts, and two families with nothing between them."""
    monkeypatch.setattr(runtime, "base", lambda: tmp_path / "r")
    site = Site(Host(one, "/a"), Host(two, "/b"))
    with pytest.raises(InputError, match=said):
        making.make("lab", print, bound=True, like=site, hosts=hosts)
    assert () == runtime.names()
