# SPDX-License-Identifier: GPL-2.0-or-later
"""What a host is reached by."""

import pytest
from hypothesis import given

from colorunbook.addresses import (
    Door,
    Monitor,
    StdioMonitor,
    TcpMonitor,
    UnixMonitor,
    check_address,
    check_path,
    parse_door,
    parse_monitor,
)
from colorunbook.errors import InputError
from tests.strategies import addresses


@pytest.mark.parametrize(
    "text", ["10.0.0.1", "::1", "fe80::1", "2001:db8::7", "node-a", "a.example.org", "b.", "_x"]
)
def test_an_address_is_a_number_or_a_name(text: str) -> None:
    """IPv4, IPv6 without brackets and host names are taken as they are."""
    assert text == check_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "1.2.3",
        "256.1.1.1",
        "1.2.3.4.5",
        "[::1]",
        "a b",
        "a,b",
        "a/b",
        "a:b",
        "-a",
        "a-",
        "a..b",
        "x" * 64,
        "x." * 127 + "yy",
        "$(reboot)",
        "a\n",
        "é",
        "²",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A number that is none, brackets, blanks and everything a shell would read are refused."""
    with pytest.raises(InputError, match="is not an address"):
        check_address(text)


@pytest.mark.parametrize("text", ["0.0.0.0", "::", "224.0.0.1", "ff02::1"])  # noqa: S104
def test_an_address_names_one_host(text: str) -> None:
    """No wildcard and no multicast group."""
    with pytest.raises(InputError, match="does not name one host"):
        check_address(text)


@pytest.mark.parametrize("text", ["fe80::1%eth0", "fe80::1%a b,server=on", "::1%'"])
def test_an_address_has_no_zone(text: str) -> None:
    """A zone means something on one host only, and could hold anything."""
    with pytest.raises(InputError, match="zone"):
        check_address(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/", "/"),
        ("/a/", "/a"),
        ("/a b,c'd\"$e", "/a b,c'd\"$e"),
        ("/bilder/größe", "/bilder/größe"),
    ],
)
def test_a_path_is_absolute_and_has_no_slash_at_its_end(text: str, path: str) -> None:
    """Blanks, commas, quotes and letters of any script are welcome."""
    assert path == check_path(text, "folder")


@pytest.mark.parametrize("text", ["", "a", "./a", "~/a"])
def test_a_path_that_is_not_absolute_is_refused(text: str) -> None:
    """The two hosts have no folder in common to begin from."""
    with pytest.raises(InputError, match="not an absolute path"):
        check_path(text, "folder")


@pytest.mark.parametrize("text", ["/a\n", "/a\tb", "/\x00", "/\x1b[31m", "/\udc80", "/\u2028"])
def test_a_path_fits_one_line(text: str) -> None:
    """A newline, or another character that a terminal acts on, is refused."""
    with pytest.raises(InputError, match="control character"):
        check_path(text, "folder")


@pytest.mark.parametrize(
    ("text", "monitor"),
    [
        ("stdio", StdioMonitor()),
        ("unix:/run/q:1.sock", UnixMonitor("/run/q:1.sock")),
        ("tcp:10.0.0.1:4444", TcpMonitor("10.0.0.1", 4444)),
        ("tcp:[::1]:4444", TcpMonitor("::1", 4444)),
        ("tcp:host:1", TcpMonitor("host", 1)),
    ],
)
def test_a_monitor_reads_back_as_it_is_shown(text: str, monitor: Monitor) -> None:
    """The three kinds, both ways."""
    assert (monitor, text) == (parse_monitor(text), str(monitor))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unix:",
        "unix",
        "unix:relative",
        "tcp:",
        "tcp:host",
        "tcp:host:",
        "tcp::1",
        "tcp:host:0",
        "tcp:host:65536",
        "tcp:host:²",
        "tcp:host:" + "9" * 5000,
        "tcp:host:-1",
        "/run/q",
        "unix:/run/" + "x" * 103,
        "unix:/run/" + "ä" * 52,
    ],
)
def test_what_is_no_monitor_is_refused(text: str) -> None:
    """A monitor names a path that Linux takes, or a host and a port."""
    with pytest.raises(InputError):
        parse_monitor(text)


@given(addresses)
def test_a_door_reads_back(address: str) -> None:
    """An IPv6 address stands in brackets."""
    assert Door(address, 80) == parse_door(str(Door(address, 80)))


@pytest.mark.parametrize("text", ["", "10.0.0.1", "10.0.0.1:", ":80", "a:0", "a:99999", "::1:80"])
def test_what_is_no_door_is_refused(text: str) -> None:
    """An address without a port, a port without an address, or neither."""
    with pytest.raises(InputError):
        parse_door(text)
