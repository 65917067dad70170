# SPDX-License-Identifier: GPL-2.0-or-later
"""Site files and single settings."""

from pathlib import Path

import pytest

from colorunbook.addresses import Door, TcpMonitor, UnixMonitor
from colorunbook.cli.sites import read_site
from colorunbook.comparison import Comparison, Nic
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Host, Ports, Site

WHOLE = """
[primary]
address = "10.0.0.1"
images = "/srv/a b"
qmp = "unix:/run/p"
spare = "unix:/run/s"

[secondary]
address = "2001:db8::2"
images = "/srv/größe"
qmp = "tcp:[2001:db8::2]:4444"

[ports]
nbd = 10809

[guest]
memory = 1024
cpu = "host"
accel = "tcg"
disk = "64M"
bridge_helper = "/opt/helper"
checkpoint_delay = 500
extra = ["-display", "none"]
service = "[2001:db8::80]:80"
nic = "virtio-net-pci"
vnet_hdr_support = true

[comparison]
compare_timeout = 1000
max_queue_size = 128
"""


def written(folder: Path, text: str) -> Path:
    """A site file."""
    path = folder / "pair.toml"
    path.write_text(text)
    return path


def test_without_a_file_the_site_is_the_documents() -> None:
    """Every value has a default."""
    assert Site() == read_site(None)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    """Nor does an empty table."""
    assert Site() == read_site(written(tmp_path, "[ports]\n[guest]\n"))


def test_a_file_may_say_everything(tmp_path: Path) -> None:
    """Each key of each table."""
    assert Site(
        Host("10.0.0.1", "/srv/a b", UnixMonitor("/run/p"), UnixMonitor("/run/s")),
        Host("2001:db8::2", "/srv/größe", TcpMonitor("2001:db8::2", 4444)),
        Ports(nbd=10809),
        disk="64M",
        memory=1024,
        cpu="host",
        accel=Accel.TCG,
        bridge_helper="/opt/helper",
        checkpoint_delay=500,
        extra=("-display", "none"),
        service=Door("2001:db8::80", 80),
        nic=Nic("virtio-net-pci", vnet_hdr_support=True),
        comparison=Comparison(compare_timeout=1000, max_queue_size=128),
    ) == read_site(written(tmp_path, WHOLE))


def test_a_setting_is_stronger_than_the_file(tmp_path: Path) -> None:
    """As TOML where it is, otherwise as text."""
    settings = (
        "guest.memory=2048",
        "guest.cpu=max",
        'primary.images="/x"',
        "secondary.images=/y=z",
    )
    site = read_site(written(tmp_path, WHOLE), settings)
    assert (2048, "max", "/x", "/y=z") == (
        site.memory,
        site.cpu,
        site.primary.images,
        site.secondary.images,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[third]\n",
            "'third' is unknown. There is: primary, secondary, ports, guest, comparison.",
        ),
        ("guest = 5\n", "'guest' is unknown"),
        ("[guest]\nmemorie = 5\n", r"'memorie' in \[guest\] is unknown"),
        ('[guest]\nmemory = "5"\n', "is no whole number"),
        ("[guest]\nmemory = true\n", "is no whole number"),
        ("[guest]\ncpu = 5\n", "is no text"),
        ('[guest]\nextra = "-S"\n', "is no list"),
        ("[guest]\nextra = [5]\n", "is no text"),
        ('[guest]\naccel = "xen"\n', "'xen' is no accelerator. There is: kvm, tcg."),
        ("[guest]\nnic = 5\n", "is no text"),
        ('[guest]\nnic = "e1000,mac=1"\n', "'e1000,mac=1' is no network card"),
        ("[guest]\nvnet_hdr_support = 1\n", "is no switch"),
        ("[guest]\nvnet_hdr_support = true\n", "rtl8139 has no header for vnet_hdr_support"),
        ("[comparison]\nqueue = 5\n", r"'queue' in \[comparison\] is unknown"),
        ("[comparison]\nmax_queue_size = 0\n", "max_queue_size 0 is out of range"),
        ('[comparison]\ncompare_timeout = "5"\n', "is no whole number"),
        ("[ports]\nnbd = 9998\n", "9998 is used twice"),
        ('[primary]\nqmp = "nowhere"\n', "is not a monitor"),
        ('[primary]\nspare = "stdio"\n', "cannot be stdio"),
        ('[secondary]\nqmp = "unix:/q"\nspare = "unix:/q"\n', "is named twice"),
        ("[primary\n", "is not TOML"),
        ("[guest]\nmemory = " + "9" * 5000 + "\n", "is not TOML"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    """The message names the file."""
    with pytest.raises(InputError, match=said) as caught:
        read_site(written(tmp_path, text))
    assert "pair.toml" in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    (tmp_path / "pair.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not TOML"):
        read_site(tmp_path / "pair.toml")


@pytest.mark.parametrize("path", ["none.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, path: str) -> None:
    """With the system's reason."""
    with pytest.raises(InputError, match="cannot be read"):
        read_site(tmp_path / path)


@pytest.mark.parametrize("text", ["memory=5", "guest.memory", "", "="])
def test_what_is_no_setting_is_refused(text: str) -> None:
    """The advice has an example."""
    with pytest.raises(InputError, match=r"guest\.memory=1024"):
        read_site(None, (text,))
