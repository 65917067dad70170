# SPDX-License-Identifier: GPL-2.0-or-later
"""Socket chardevs: one value, two spellings."""

import pytest

from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.shell import Variable

NEW, OLD = Dialect.of("11.1"), Dialect.of("7.2")
SERVER = SocketChardev("compare1", "::", 9004, server=True, wait=True)
CLIENT = SocketChardev("red0", Variable("primary_ip", "10.0.0.1"), 9003, server=False, reconnect=1)


@pytest.mark.parametrize(
    ("chardev", "dialect", "text"),
    [
        (SERVER, NEW, "socket,id=compare1,host=::,port=9004,server=on,wait=on"),
        (CLIENT, NEW, "socket,id=red0,host=10.0.0.1,port=9003,reconnect-ms=1000"),
        (CLIENT, OLD, "socket,id=red0,host=10.0.0.1,port=9003,reconnect=1"),
    ],
)
def test_a_chardev_is_an_option(chardev: SocketChardev, dialect: Dialect, text: str) -> None:
    """An IPv6 address stands without brackets in an option."""
    assert text == chardev.option(dialect).text


def test_a_chardev_is_a_command() -> None:
    """With the value of the variable, which no monitor knows."""
    data = {"addr": {"type": "inet", "data": {"host": "10.0.0.1", "port": "9003"}}, "server": False}
    arguments = {"id": "red0", "backend": {"type": "socket", "data": data}}
    assert arguments == CLIENT.add.arguments
    assert {"id": "red0"} == CLIENT.remove.arguments


def test_an_address_is_shown_as_query_chardev_shows_it() -> None:
    """There without brackets, also in IPv6."""
    assert (":::9004", "10.0.0.1:9003") == (SERVER.address, CLIENT.address)
