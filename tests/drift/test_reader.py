# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands, wherever a document has them."""

import pytest

from colorunbook.drift.reader import MOST, read
from colorunbook.errors import InputError

STOP = '{"execute": "stop"}'


def told(text: str) -> list[tuple[int, int, str]]:
    """First row, last row and what it is."""
    return [(one.line, one.end, one.shape.text) for one in read(text)]


@pytest.mark.parametrize(
    "text",
    [
        STOP,
        "{'execute': 'stop'}",
        "{ 'execute' : 'stop', } // now",
        '-> {"execute": "stop"}\n<- {"return": {}}',
        'Send ``{"execute": "stop"}`` now.',
        "::\n\n    {'execute':\n      # pause it\n      'stop'}",
        "(qemu) info status\n{'execute': 'stop'}\n{'event': 'STOP'}",
        '$ echo \'{"execute": "stop"}\' | socat - unix:/run/qmp',
        '.. {"execute": "cont"}\n\n{"execute": "stop"}',
        '# {"execute": "cont"}\n{"execute": "stop"}',
        '<!-- {"execute": "cont"} -->\n{"execute": "stop"}',
        '{"execute": "query-status"}\n{"execute": "stop"}',
        '{"execute": \n{"execute": "stop"}',
    ],
)
def test_qmp_is_found(text: str) -> None:
    """In any quotes and any place; replies, events, comments and questions are passed over."""
    assert [STOP] == [one.shape.text.replace("'", '"') for one in read(text)]


def test_a_command_has_its_rows() -> None:
    """The first and the last one, counted from 1."""
    rows = "text\n\n{'execute': 'migrate',\n 'arguments': {\n  'uri': 'tcp:a:1'}}\n"
    assert [(3, 5)] == [(one.line, one.end) for one in read(rows)]


def test_a_line_of_the_human_monitor_is_one_however_it_is_sent() -> None:
    """At its own prompt, and through QMP."""
    bare, carried = read(
        "(qemu) drive_add -n buddy id=a,file.host=b\n"
        "{'execute': 'human-monitor-command',"
        " 'arguments': {'command-line': 'drive_add -n buddy file.host=b,id=a'}}"
    )
    assert bare.shape.leaves == carried.shape.leaves


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# qemu-img create -f qcow2 /a/b.qcow2 10G", "qemu-img create -f qcow2 /a/b.qcow2 10G"),
        ("root@one:~# qemu-img info \\\n   /a", "qemu-img info /a"),
        ("$ sudo qemu-kvm -S 2>&1 &", "qemu-kvm -S 2"),
        ("  qemu-system-x86_64 -m 5,\\\n      a=b -S", "qemu-system-x86_64 -m 5,a=b -S"),
        ("Try ``qemu-img info /a`` first.", "qemu-img info /a"),
        ("# cp -a /a /b", "cp -a /a /b"),
    ],
)
def test_commands_of_the_shell_are_found(text: str, words: str) -> None:
    """Behind prompts, with rows that go on, and between backticks."""
    assert [words] == [one.shape.text for one in read(text)]


@pytest.mark.parametrize(
    "text",
    [
        "qemu-system-x86_64 is the program, and qemu-img makes disks.",
        "# now start the guest",
        "Set x=1 as before.",
        "``status=running`` is what it says",
        "+---+\n| a |\n+---+",
    ],
)
def test_prose_is_no_command(text: str) -> None:
    """Nor is a picture, nor a heading."""
    assert [] == read(text)


def test_variables_have_their_values() -> None:
    """Those that were assigned before; the others stay as they are."""
    found = read('# d="/a b"\n# qemu-img info $d/x $e/y\n# d=/c\n# qemu-img info ${d}/x')
    assert [
        "d=/a b",
        "qemu-img info /a b/x $e/y",
        "d=/c",
        "qemu-img info /c/x",
    ] == [one.shape.text for one in found]


def test_each_option_has_its_row() -> None:
    """So that what has changed is found at a glance."""
    (one,) = read("# qemu-system-x86_64 -S \\\n  -m 512 \\\n  -chardev null,id=a")
    rows = {part: leaf.row for (part, _), leaf in one.shape.leaves.items()}
    assert {"": 0, "-S": 0, "-m": 1, "-chardev a": 2} == rows


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("-chardev socket,id=a,server,nowait", "-chardev socket,id=a,wait=off,server=on"),
        ("-enable-kvm -S", "-S -accel kvm"),
        ("-cpu qemu64,+kvmclock", "-cpu qemu64,kvmclock=on"),
        ("--m 1G", "-m size=1024M"),
        ("-incoming tcp:0:9998", "-incoming tcp:0.0.0.0:9998"),
        ("-object iothread,id=i", '-object \'{"qom-type": "iothread", "id": "i"}\''),
    ],
)
def test_what_qemu_takes_alike_is_alike(one: str, two: str) -> None:
    """Short forms, order and older spellings make no difference."""
    first, second = read(f"# qemu-kvm {one}\n# qemu-kvm {two}")
    plain = [{m: leaf.plain for m, leaf in f.shape.leaves.items()} for f in (first, second)]
    assert plain[0] == plain[1]


def test_a_document_without_end_is_refused() -> None:
    """Before any time goes into it."""
    with pytest.raises(InputError, match=f"more than {MOST} commands"):
        read(f"{STOP}\n" * (MOST + 1))


def test_rows_without_end_are_refused() -> None:
    """Each that goes on would be read again from the next one on."""
    with pytest.raises(InputError, match="rows that go on"):
        read("# a \\\n" * 6000)


def test_odd_characters_do_no_harm() -> None:
    """Half a pair of surrogates, and the characters that stand for variables inside."""
    (one,) = read("{'execute': 'a\\ud800\\ue000b'}")
    one.shape.text.encode()
