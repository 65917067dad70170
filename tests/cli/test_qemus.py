# SPDX-License-Identifier: GPL-2.0-or-later
"""Choosing a QEMU on the command line: what is listed, asserted, started and refused."""

import json
import os
from pathlib import Path

import pytest

from colorunbook.lab.provision import RELEASES
from colorunbook.qemu.payload import Json, as_objects, is_object
from tests.cli.conftest import Colorunbook
from tests.qmpserver import serving

DELAY = ("run", "set-checkpoint-delay", "--primary", "127.0.0.1")

#: What a machine that holds no pair would be refused by.
WAIVED = ("--despite", "image", "--despite", "space", "--despite", "ports")

#: A program that notes what it was told, and says a version where it was asked for one.
NOTES = """#!/bin/sh
echo "$(basename "$0") $*" >> "$(dirname "$0")/notes"
[ "$1" != --version ] || echo QEMU emulator version 11.1.3
"""


def at(path: Path) -> tuple[str, str]:
    """The option that names the primary's monitor."""
    return "--primary-qmp", f"unix:{path}"


@pytest.fixture
def own(folder: Path) -> Path:
    """A QEMU of the reader's own, with its qemu-img."""
    (folder / "build").mkdir()
    for name in ("my-qemu", "qemu-img"):
        (folder / "build" / name).write_text(NOTES)
        (folder / "build" / name).chmod(0o700)
    return folder / "build/my-qemu"


def test_what_can_be_had_is_listed(colorunbook: Colorunbook, folder: Path) -> None:
    """A row a release; nothing is fetched by looking."""
    ended = colorunbook("lab", "qemus", XDG_CACHE_HOME=str(folder / "cache"))
    assert 0 == ended.code
    rows = ended.out.splitlines()
    assert [each.version for each in RELEASES] == [row.split()[0] for row in rows]
    assert [each.preferred for each in RELEASES] == [row.split()[1] for row in rows]
    assert all("not here" in row for row in rows)
    assert not (folder / "cache").exists()


def test_what_can_be_had_is_listed_for_programs(colorunbook: Colorunbook, folder: Path) -> None:
    """With what is known of each."""
    ended = colorunbook("lab", "qemus", "--json", XDG_CACHE_HOME=str(folder / "cache"))
    told: Json = json.loads(ended.out)
    rows = {str(row["name"]): row for row in as_objects(told)}
    assert [each.version for each in RELEASES] == list(rows)
    assert "COLO never starts" in json.dumps(rows["10.0.2"]["trouble"])
    assert rows["10.0"]["trouble"] is None


def test_a_fetch_without_a_mirror_ends_with_4(colorunbook: Colorunbook, folder: Path) -> None:
    """What is not there is not pretended; a wrong name stops it before anything is begun."""
    (folder / "cache").touch()
    environment = {"XDG_CACHE_HOME": str(folder / "cache")}
    assert 4 == colorunbook("lab", "fetch", "7.2", **environment).code
    ended = colorunbook("lab", "fetch", "7.2", "3.0", **environment)
    assert 2 == ended.code
    assert "7.2, from" not in ended.err


def test_another_qemu_than_was_asked_for_ends_with_3(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """One sentence, and nothing that changes anything was sent."""
    with serving(folder / "q") as server:
        ended = colorunbook(*DELAY, *at(folder / "q"), "--qemu", "10.0")
        assert [] == server.mutations()
    assert 3 == ended.code
    assert (
        "colorunbook: refused: set-checkpoint-delay is refused, and nothing was sent: "
        "this is QEMU 11.1.3, and QEMU 10.0 was asked for.\n"
    ) == ended.err


@pytest.mark.parametrize("version", ["11.1", "11.1.3"])
def test_the_qemu_that_was_asked_for_is_worked_on(
    colorunbook: Colorunbook, folder: Path, version: str
) -> None:
    """A series means each of its versions, a whole version itself."""
    with serving(folder / "q") as server:
        assert 0 == colorunbook(*DELAY, *at(folder / "q"), "--qemu", version).code
        assert ["migrate-set-parameters"] == server.mutations()


@pytest.mark.parametrize("version", ["11.0", "11.1.30", "1.1", "11.1.2"])
def test_a_version_is_not_a_piece_of_text(
    colorunbook: Colorunbook, folder: Path, version: str
) -> None:
    """11.1.3 is neither 1.1 nor 11.1.30."""
    with serving(folder / "q") as server:
        assert colorunbook(*DELAY, *at(folder / "q"), "--qemu", version).code in (2, 3)
        assert [] == server.mutations()


def test_a_dry_run_for_a_qemu_asks_nobody(colorunbook: Colorunbook, folder: Path) -> None:
    """It is spelled for that one, whatever runs."""
    with serving(folder / "q") as server:
        words = (*DELAY, *at(folder / "q"), "--dry-run", "--qemu", "7.2")
        ended = colorunbook(*words, "--edition", "blockdev")
        assert [] == server.received
    assert 0 == ended.code
    assert "QEMU 7.2.0, blockdev edition" in ended.out


def launching(folder: Path) -> tuple[str, ...]:
    """The words that start a secondary on this machine."""
    hosts = ("--primary", "10.0.0.1", "--secondary", "10.0.0.2")
    images = f'secondary.images="{folder}"'
    return ("launch-secondary", *hosts, "--secondary-qmp", f"unix:{folder}/s", "--set", images)


def test_the_readers_programs_are_started(
    colorunbook: Colorunbook, folder: Path, own: Path
) -> None:
    """Its QEMU and the qemu-img beside it, with the very words of the plan."""
    ended = colorunbook("run", *launching(folder), "--qemu-binary", str(own), *WAIVED)
    assert 1 == ended.code
    assert "QEMU ended at once" in ended.err
    notes = (own.parent / "notes").read_text().splitlines()
    assert ["my-qemu --version", "my-qemu --version"] == notes[:2]
    assert notes[2].startswith("qemu-img info --output=json")
    assert ["qemu-img create -f qcow2"] * 2 == [note[:24] for note in notes[3:5]]
    assert f"{folder}/secondary-active.qcow2" in notes[3]
    assert notes[5].startswith("my-qemu -enable-kvm")
    assert 6 == len(notes)


def broken_off(colorunbook: Colorunbook, folder: Path, own: Path) -> list[str]:
    """Start a secondary by the reader's programs, which end at once; what was run of them."""
    words = ("run", *launching(folder), "--qemu-binary", own.relative_to(folder).as_posix())
    ended = colorunbook(*words, *WAIVED)
    assert 1 == ended.code, ended.err
    notes = own.parent / "notes"
    told = notes.read_text().splitlines()
    notes.unlink()
    return told


def test_a_run_is_taken_up_with_the_programs_it_was_begun_with(
    colorunbook: Colorunbook, folder: Path, own: Path
) -> None:
    """From whatever folder: the journal has the path from the root on."""
    first = broken_off(colorunbook, folder, own)
    ended = colorunbook("resume", "last", *WAIVED)
    assert 1 == ended.code, ended.err
    assert "QEMU ended at once" in ended.err
    assert first == (own.parent / "notes").read_text().splitlines()


def test_a_run_whose_programs_are_gone_is_not_taken_up(
    colorunbook: Colorunbook, folder: Path, own: Path
) -> None:
    """It would be gone on with by another QEMU."""
    broken_off(colorunbook, folder, own)
    own.unlink()
    ended = colorunbook("resume", "last", *WAIVED)
    assert 3 == ended.code
    assert "cannot be taken up, and nothing was sent: it was begun with a QEMU" in ended.err
    assert f"There is no {own}." in ended.err
    assert not (own.parent / "notes").exists()


@pytest.mark.parametrize("chosen", [None, "x", {"qemu": 3, "binary": None}])
def test_a_journal_that_names_no_choice_is_taken_up_without(
    colorunbook: Colorunbook, folder: Path, own: Path, chosen: Json
) -> None:
    """As they were written before, or by whom it may be."""
    broken_off(colorunbook, folder, own)
    (path,) = (folder / "state").rglob("*.jsonl")
    first, *rest = path.read_text().splitlines()
    header: Json = json.loads(first)
    assert is_object(header)
    header = {name: value for name, value in header.items() if name != "chosen"}
    header = header if chosen is None else {**header, "chosen": chosen}
    path.write_text("\n".join([json.dumps(header), *rest, ""]))
    ended = colorunbook("resume", "last", *WAIVED, PATH=str(own.parent))
    assert 4 == ended.code, ended.err
    assert "qemu-system-x86_64" in ended.err
    assert not (own.parent / "notes").exists()


def test_a_version_that_was_asked_for_is_asked_for_again(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """A QEMU of another one is not gone on with."""
    with serving(folder / "q") as server:
        server.closes_on.add("migrate-set-parameters")
        assert 4 == colorunbook(*DELAY, *at(folder / "q"), "--qemu", "11.1").code
        (path,) = (folder / "state").rglob("*.jsonl")
        path.write_text(path.read_text().replace('"qemu": "11.1"}', '"qemu": "10.0"}'))
        ended = colorunbook("resume", "last")
    assert 3 == ended.code
    assert "this is QEMU 11.1.3, and QEMU 10.0 was asked for." in ended.err


def test_the_readers_qemu_must_be_what_runs(
    colorunbook: Colorunbook, folder: Path, own: Path
) -> None:
    """A runbook that starts nothing is done on a QEMU of that version only."""
    words = (*DELAY, *at(folder / "q"), "--qemu-binary", str(own))
    with serving(folder / "q") as server:
        assert 0 == colorunbook(*words).code
        server.received.clear()
        own.write_text(NOTES.replace("11.1.3", "11.1.4"))
        ended = colorunbook(*words)
        assert [] == server.mutations()
    assert 3 == ended.code
    assert "QEMU 11.1.4 was asked for" in ended.err


def test_a_program_that_is_no_qemu_ends_with_2(colorunbook: Colorunbook, folder: Path) -> None:
    """Before anybody is talked to."""
    with serving(folder / "q") as server:
        ended = colorunbook(*DELAY, *at(folder / "q"), "--qemu-binary", "/bin/true")
        assert [] == server.received
    assert 2 == ended.code
    assert "/bin/true says no QEMU version" in ended.err


def test_nothing_is_fetched_for_a_plan_that_cannot_be(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """A missing address is told first."""
    environment = {"XDG_CACHE_HOME": str(folder / "cache"), "PATH": os.environ["PATH"]}
    words = ("launch-secondary", "--secondary", "10.0.0.2", "--secondary-qmp", f"unix:{folder}/s")
    ended = colorunbook("run", *words, "--qemu", "7.2", **environment)
    assert 2 == ended.code
    assert "launch-secondary needs the primary's address." in ended.err
    ended = colorunbook("run", *launching(folder), "--qemu", "8.2", **environment)
    assert 2 == ended.code
    assert "QEMU 8.2 cannot be provisioned. There is: 11.1" in ended.err.replace("\n", " ")
    assert not (folder / "cache").exists()
