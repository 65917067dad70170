# SPDX-License-Identifier: GPL-2.0-or-later
"""From what was typed to a site."""

from pathlib import Path

import pytest

from colorunbook.addresses import UnixMonitor
from colorunbook.cli.reach import Typed
from colorunbook.errors import InputError
from colorunbook.hosts import Site


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No site file lies in the folder."""
    monkeypatch.chdir(tmp_path)


def test_nothing_typed_is_the_documents_site() -> None:
    """Whose addresses nobody gave."""
    assert Site() == Typed().offline()


def test_addresses_are_the_hosts_of_the_roles() -> None:
    """The folders stay."""
    site = Typed(primary="10.0.0.1", secondary="10.0.0.2").offline()
    assert ("10.0.0.1", "10.0.0.2") == (site.primary.address, site.secondary.address)
    assert Site().primary.images == site.primary.images


def test_the_other_hosts_address_turns_the_roles_round() -> None:
    """An address belongs to its host, with its folder and its monitor."""
    assert Site().flipped() == Typed(primary="127.0.0.2").offline()
    assert Site().flipped() == Typed(secondary="127.0.0.1").offline()
    assert Site().flipped() == Typed(primary="127.0.0.2", secondary="127.0.0.1").offline()


def test_a_monitor_is_the_one_of_the_role_as_typed() -> None:
    """Also where the roles were turned round."""
    site = Typed(primary="127.0.0.2", primary_qmp="unix:/run/q").offline()
    assert ("127.0.0.2", UnixMonitor("/run/q")) == (site.primary.address, site.primary.monitor)
    assert site.primary.spare is None
    spared = Typed(primary="127.0.0.2", primary_spare="unix:/run/s").offline()
    assert (UnixMonitor("/run/s"), None) == (spared.primary.spare, spared.secondary.spare)
    assert Typed().names_monitor(site)
    assert not Typed().names_monitor(Site())


def test_the_file_of_the_folder_counts_unless_another_is_named(tmp_path: Path) -> None:
    """Without a word it is found."""
    (tmp_path / "colorunbook.toml").write_text("[guest]\nmemory = 1\n")
    (tmp_path / "other.toml").write_text("[guest]\nmemory = 2\n")
    assert (1, 2) == (Typed().offline().memory, Typed(site=Path("other.toml")).offline().memory)


@pytest.mark.parametrize("address", ["", "a b", "0.0.0.0", "fe80::1%eth0"])  # noqa: S104
def test_an_address_is_checked(address: str) -> None:
    """An empty one too: whoever has an unset variable in a script does not mean the default."""
    with pytest.raises(InputError):
        Typed(primary=address).offline()


def test_a_host_that_the_site_file_does_not_know_is_refused(tmp_path: Path) -> None:
    """Its monitor would be another host's."""
    file = tmp_path / "pair.toml"
    file.write_text('[primary]\naddress = "10.0.0.1"\n[secondary]\naddress = "10.0.0.2"\n')
    with pytest.raises(InputError, match=r"has no host 10\.0\.0\.3"):
        Typed(site=file, primary="10.0.0.3").offline()
