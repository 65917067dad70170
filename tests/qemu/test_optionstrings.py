# SPDX-License-Identifier: GPL-2.0-or-later
"""Command lines of QEMU, held against what it told of itself."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Launch
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import SCHEMAS, Dialect, Edition, Version
from colorunbook.qemu.judgement import Problem, Unchecked
from colorunbook.qemu.knowledge import knowledge
from colorunbook.qemu.optionstrings import judge
from tests.qemu.lines import ACCEPTED, MACHINES, REFUSED, UNTOLD

NEWEST = knowledge(SCHEMAS[-1])
QUORUM = "if=ide,id=d,driver=quorum,read-pattern=fifo,vote-threshold=1"
OWN = "children.0.file.filename=/x,children.0.driver=qcow2"


def problems(*words: str) -> list[str]:
    """What is wrong with some words."""
    return [str(found) for found in judge(words, NEWEST) if isinstance(found, Problem)]


@pytest.mark.parametrize(
    "words",
    [
        ("-S",),
        ("-enable-kvm", "-m", "512", "-smp", "1", "-name", "x"),
        ("--accel", "tcg"),
        ("-m", "size=1.5G,slots=2"),
        ("-object", "filter-mirror,id=m0,netdev=hn0,queue=tx,outdev=mirror0"),
        ("-object", '{"qom-type": "iothread", "id": "x"}'),
        ("-netdev", "tap,id=hn0,vhost=off,helper=/usr/lib/qemu/qemu-bridge-helper"),
        ("-chardev", "socket,id=x,host=h,port=1,server=on,wait=off,reconnect-ms=1000"),
        ("-device", "rtl8139,id=e0,netdev=hn0,bus=pci.0"),
        ("-device", "virtio-blk,drive=x"),
        ("-device", '{"driver": "usb-tablet"}'),
        ("-drive", f"{QUORUM},{OWN}"),
        ("-drive", f"{QUORUM},children.0=childs0"),
        ("-blockdev", "driver=nbd,server.type=inet,server.host=h,server.port=1,node-name=x"),
    ],
    ids=lambda words: words[-1],
)
def test_what_qemu_takes_is_not_reported(words: tuple[str, ...]) -> None:
    """In each of the ways that an option can be written."""
    assert [] == problems(*words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-enable-kmv",), "-enable-kmv is no option of QEMU 11.1.3; the nearest name is"
                           " '-enable-kvm'."),
        (("-m",), "-m needs a value."),
        (("-m", "5x"), "-m size has to be a size, not '5x'."),
        (("-smp", "cpu=1"), "-smp cpu is not a member that is known there; the nearest name is"
                            " 'cpus'."),
        (("-accel", "kmv"), "-accel cannot be 'kmv'; the nearest name is 'kvm'."),
        (("-object", "iothread,id=x,poll-max-ns=no"),
         "-object poll-max-ns has to be an integer, not the string 'no'."),
        (("-object", "filter-mirror,id=x,netdev=h,queue=tx"), "-object outdev is missing."),
        (("-object", "iothraed,id=x"),
         "-object qom-type cannot be 'iothraed'; the nearest name is 'iothread'."),
        (("-object", "{"), "-object is no JSON: Expecting property name enclosed in double quotes:"
                           " line 1 column 2 (char 1)."),
        (("-netdev", "user,id=x,restrict=maybe"),
         "-netdev restrict has to be a boolean, not the string 'maybe'."),
        (("-chardev", "sockt,id=x"),
         "-chardev backend cannot be 'sockt'; the nearest name is 'socket'."),
        (("-chardev", "socket,id=x,servr=on"),
         "-chardev servr is not a member that is known there; the nearest name is 'server'."),
        (("-device", "rtl8139,netdv=x"),
         "-device netdv is no property of rtl8139; the nearest name is 'netdev'."),
        (("-device", "rtl8193"), "-device driver cannot be 'rtl8193'; the nearest name is"
                                 " 'rtl8139'."),
        (("-device", "virtio-blk,drive=x,scsi=x,share-rw=7"),
         "-device share-rw has to be on or off, not '7'."),
        (("-drive", f"{QUORUM},children.0.driver=qcow3"),
         "-drive children.0.driver cannot be 'qcow3'; the nearest name is 'qcow'."),
        (("-drive", f"{QUORUM.replace('=1', '=one')},children.0=x"),
         "-drive vote-threshold has to be an integer, not the string 'one'."),
        (("-drive", f"{QUORUM},children.0=x,children.0.driver=qcow2"),
         "-drive children.0.driver is given both a value and members."),
    ],
)  # fmt: skip
def test_what_qemu_would_refuse_is_told(words: tuple[str, ...], sentence: str) -> None:
    """By the option, the member, and the nearest name."""
    assert sentence in problems(*words)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("-cpu", "qemu64"), "-cpu qemu64"),
        (("-qmp", "stdio"), "-qmp stdio"),
        (("-drive", "file=/x,colour=red"), "-drive colour"),
        (("-drive", f"{QUORUM},children.0.file.x=y"), "-drive children.0"),
        (("disk.img",), "disk.img"),
    ],
)
def test_what_nobody_can_judge_is_told_too(words: tuple[str, ...], what: str) -> None:
    """Never passed over."""
    found = [each.what for each in judge(words, NEWEST) if isinstance(each, Unchecked)]
    assert [what] == found


@pytest.mark.parametrize("version", SCHEMAS, ids=str)
def test_what_qemus_take_is_no_problem(version: Version) -> None:
    """The lines that tests/live/test_options.py starts QEMUs with; and what cannot be started."""
    more = (("-drive", "if=none,id=a,file.driver=nbd,file.host=h,driver=raw"),)
    for line in (*ACCEPTED, *MACHINES, *more):
        found = [each for each in judge(line, knowledge(version)) if isinstance(each, Problem)]
        assert [] == found, line


@pytest.mark.parametrize("version", SCHEMAS, ids=str)
def test_what_qemus_refuse_is_told(version: Version) -> None:
    """As a problem, or as unchecked where it is not sure."""
    for lines, kind in ((REFUSED, Problem), (UNTOLD, Unchecked)):
        for line in lines:
            found = list(judge(line, knowledge(version)))
            assert any(isinstance(each, kind) for each in found), line


def launches(version: Version) -> set[tuple[str, str]]:
    """Each option of the shipped command lines, with its value."""
    found: set[tuple[str, str]] = set()
    for edition in Edition:
        for book in shelf.runbooks().values():
            for step in resolve(book, Site(), Dialect(version, edition)).steps:
                if isinstance(step.action, Launch):
                    texts = [word.text for word in step.action.words]
                    found |= {(a, b) for a, b in pairwise(texts) if a[0] == "-" != b[0]}
    return found


def mistakes(text: str) -> Iterator[tuple[str, str]]:
    """An option string with one member renamed or one value made wrong, and which it is."""
    pieces = text.split(",")
    for number, piece in enumerate(pieces):
        name, equals, value = piece.partition("=")
        wrong = [(name, f"{name}x")] if not equals else []
        if equals:
            *above, last = name.split(".")
            wrong = [
                ("renamed " + name, ".".join((*above, f"{last}x")) + f"={value}"),
                (name.rpartition(".")[2], f"{name}=!{value}"),
            ]
        for what, made in wrong:
            yield what, ",".join((*pieces[:number], made, *pieces[number + 1 :]))


REFERENCES = {"id", "netdev", "host", "port", "helper", "outdev", "indev", "iothread", "node-name",
              "primary_in", "secondary_in", "filename", "top-id", "backing", "0", "primary",
              "secondary"}  # fmt: skip
"""Members whose value is a name, a path or an address, and names themselves: any text is one."""


@pytest.mark.parametrize("version", SCHEMAS, ids=str)
def test_mistakes_in_shipped_command_lines_are_told(
    version: Version, capsys: pytest.CaptureFixture[str]
) -> None:
    """A renamed member or a wrong value of each option: a problem, or at least unchecked."""
    told = {Problem: 0, Unchecked: 0}
    for option, text in sorted(launches(version)):
        for what, wrong in mistakes(text):
            if what in REFERENCES:
                continue
            found = list(judge((option, wrong), knowledge(version)))
            kinds = [kind for kind in told if any(isinstance(each, kind) for each in found)]
            assert kinds, (what, option, wrong)
            told[kinds[0]] += 1
    with capsys.disabled():
        print(f"\nQEMU {version}: {told[Problem]} mistakes refused, {told[Unchecked]} unchecked")
    assert told[Problem] > 60
    assert told[Unchecked] < 16
