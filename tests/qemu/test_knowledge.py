# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of what QEMUs told of themselves."""

import lzma
from pathlib import Path

import pytest

from colorunbook.errors import InputError
from colorunbook.qemu.dialect import SCHEMAS, Dialect, Version
from colorunbook.qemu.judgement import Problem, Unchecked
from colorunbook.qemu.knowledge import FOLDER, knowledge, pack, path_of, read, shipped
from colorunbook.qemu.outline import outline
from colorunbook.qemu.payload import JsonObject, Payload
from colorunbook.qemu.properties import judge


def test_the_table_names_the_files_that_are_shipped() -> None:
    """Each once, the oldest first, and they are small."""
    assert shipped() == SCHEMAS
    assert 500_000 > sum(path.stat().st_size for path in FOLDER.iterdir())


@pytest.mark.parametrize("version", SCHEMAS, ids=str)
def test_a_file_holds_what_its_name_says(version: Version) -> None:
    """Everything that is asked of it is in it."""
    know = knowledge(version)
    assert version == know.version
    assert "Debian" in know.package
    assert {"drive", "chardev", "name"} <= know.options.keys()
    assert {"outdev", "netdev"} <= set(know.objects["filter-mirror"] or ())
    assert "netdev" in (know.devices["rtl8139"] or ())
    assert "virtio-blk-pci" == know.aliases["virtio-blk"]
    assert (True, False, False) == tuple(know.flags[f] for f in ("-m", "-S", "-enable-kvm"))
    assert {"drive_add", "drive_del", "c", "cont"} <= know.monitor.keys()
    assert {"kvm", "tcg"} <= set(know.accelerators)


@pytest.mark.parametrize("version", SCHEMAS, ids=str)
def test_a_file_packs_to_the_same_bytes(version: Version) -> None:
    """Who asks the same QEMU again makes the same file."""
    assert path_of(version).read_bytes() == pack(knowledge(version).told)


def test_another_file_is_refused(tmp_path: Path) -> None:
    """With a sentence that names it."""
    for content in (b"", b"no", pack({}), pack({"version": "1.2"})):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(InputError, match=r"/x is no file of a schema"):
            read(tmp_path / "x")
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("version", "schema", "own"),
    [
        ("11.1", "11.1.3", True),
        ("11.1.9", "11.1.3", True),
        ("10.0.2", "10.0.2", True),
        ("10.0", "10.0.13", True),
        ("10.0.99", "10.0.13", True),
        ("9.2", "7.2.22", False),
        ("11.0", "10.0.13", False),
        ("12.0", "11.1.3", False),
        ("6.0", "7.2.22", False),
    ],
)
def test_the_nearest_schema_is_taken(version: str, schema: str, own: bool) -> None:
    """The same, its sibling, the one before, the first; only a sibling can refuse."""
    dialect = Dialect.of(version)
    assert (schema, own) == (str(dialect.schema), dialect.has_schema)


def test_what_the_schema_leaves_out_is_judged_by_properties() -> None:
    """Of devices, and of objects that live."""
    know = knowledge(SCHEMAS[0])
    bad = (
        Payload("device_add", {"driver": "rtl8139", "netdv": "x"}),
        Payload("qom-get", {"path": "/objects/x", "property": "outdv"}),
    )
    for payload in bad:
        (found,) = judge(payload, know)
        assert isinstance(found, Problem)
        assert found.near in ("netdev", "outdev")
    for name in ("outdev", "primary_in", "iothread"):
        assert [] == list(judge(Payload("qom-get", {"path": "/objects/x", "property": name}), know))
    (found,) = judge(Payload("qom-get", {"path": "/machine", "property": "any"}), know)
    assert isinstance(found, Unchecked)


E1000: JsonObject = {"driver": "e1000"}
STATUS: JsonObject = {"path": "/objects/x", "property": "status"}


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (Payload("device_add", {**E1000, "multifunction": "maybe"}), Problem),
        (Payload("device_add", {**E1000, "multifunction": 1}), Problem),
        (Payload("device_add", {**E1000, "rombar": True}), Problem),
        (Payload("device_add", {**E1000, "multifunction": []}), Unchecked),
        (Payload("device_add", {**E1000, "mac": "zz"}), Unchecked),
        (Payload("device_add", {**E1000, "netdev": 5}), Unchecked),
        (
            Payload("qom-set", {"path": "/objects/x", "property": "status", "value": "of"}),
            Unchecked,
        ),
        (Payload("human-monitor-command", {"command-line": "drive_ad x"}), Problem),
    ],
)
def test_values_of_properties_are_told(
    payload: Payload, kind: type[Problem] | type[Unchecked]
) -> None:
    """A problem where every QEMU would refuse it (seen live); or else as unchecked."""
    for version in SCHEMAS:
        (found,) = judge(payload, knowledge(version))
        assert isinstance(found, kind)
    good: JsonObject = {**E1000, "multifunction": True, "rombar": 1, "netdev": "x", "id": "y"}
    assert [] == list(judge(Payload("device_add", good), knowledge(SCHEMAS[0])))


def test_a_command_is_outlined() -> None:
    """Members by their paths; those of a union by what was chosen."""
    schema = knowledge(SCHEMAS[-1]).schema
    shown = {row.path: row for row in outline(schema, "chardev-add", {"backend.type": "socket"})}
    assert "inet | unix | vsock | fd" == shown["backend.data.addr.type"].kind
    assert shown["backend.data.wait"].optional
    assert not shown["backend.data.addr"].optional
    assert "backend.data.addr" not in {row.path for row in outline(schema, "chardev-add", {})}


@pytest.mark.parametrize(
    ("command", "chosen", "reason"),
    [
        ("chardev-ad", {}, "There is: chardev-add"),
        ("chardev-add", {"backend.type": "sockt"}, "There is: socket"),
        ("chardev-add", {"type": "socket"}, "no union with the tag 'type'"),
    ],
)
def test_what_cannot_be_outlined_is_told(command: str, chosen: dict[str, str], reason: str) -> None:
    """With what there is."""
    with pytest.raises(InputError, match=reason):
        outline(knowledge(SCHEMAS[-1]).schema, command, chosen)


def test_a_file_that_unpacks_to_gigabytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After as much as a schema may have, whatever it holds."""
    text = lzma.decompress(path_of(SCHEMAS[0]).read_bytes())
    (tmp_path / "bomb.json.xz").write_bytes(lzma.compress(text + b" "))
    monkeypatch.setattr("colorunbook.qemu.knowledge.LARGEST", len(text) + 1)
    assert SCHEMAS[0] == read(tmp_path / "bomb.json.xz").version
    monkeypatch.setattr("colorunbook.qemu.knowledge.LARGEST", len(text))
    with pytest.raises(InputError, match="is no file of a schema"):
        read(tmp_path / "bomb.json.xz")
