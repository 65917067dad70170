# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that is served over NBD: the same one in three spellings."""

from colorunbook.qemu.nbd import NbdDisk

DISK = NbdDisk("2001:db8::2", 9999, "parent0")


def test_a_uri_has_brackets_around_an_ipv6_address() -> None:
    """The port would be a part of it otherwise."""
    assert "nbd://[2001:db8::2]:9999/parent0" == DISK.uri


def test_options_are_flat() -> None:
    """A server in them is a host and a port."""
    told = {"driver": "nbd", "host": "2001:db8::2", "port": "9999", "export": "parent0"}
    assert told == dict(DISK.options)


def test_a_node_has_a_server() -> None:
    """Whose port is text, as QAPI has it."""
    server = {"type": "inet", "host": "2001:db8::2", "port": "9999"}
    assert {"driver": "nbd", "server": server, "export": "parent0"} == DISK.node
