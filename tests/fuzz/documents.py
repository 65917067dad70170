# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad documents, records and schemas of somebody else's."""

import json
import lzma
from functools import cache
from pathlib import Path
from random import Random

from colorunbook.qemu.payload import Json
from tests.fuzz.cases import Case
from tests.fuzz.noise import ODD, VALUES, latin, of_json, of_text

ROOT = Path(__file__).parents[2]

LINES = """\
{"execute": "qmp_capabilities"}
{"execute": "nbd-server-start", "arguments": {"addr": {"type": "inet", "data": {"host": "::", "port": "9999"}}}}
{"execute": "object-add", "arguments": {"qom-type": "filter-mirror", "id": "m0", "netdev": "hn0", "queue": "tx"}}
{"execute": "human-monitor-command", "arguments": {"command-line": "drive_add -n buddy driver=nbd,node-name=r0"}}
{"execute": "migrate-set-capabilities", "arguments": {"capabilities": [{"capability": "x-colo", "state": true}]}}
"""  # noqa: E501


@cache
def _document() -> str:
    return (ROOT / "docs/system/qemu-colo.rst").read_text()


@cache
def _record() -> str:
    return (ROOT / "docs/seen/11.1.3-hmp-on-11.1.3-kvm.json").read_text()


def make(random: Random) -> Case:
    """A document that is compared or checked, lines, records, or a schema."""
    match random.randrange(20):
        case 0 | 1 | 2 | 3:
            return _lines(random)
        case 4 | 5 | 6:
            return _records(random)
        case 7:
            return _schema(random)
        case 8:
            noise = "".join(chr(random.randrange(256)) for _ in range(random.randrange(2000)))
            return Case("document", (random.choice(("diff", "check")), "d.rst"), {"d.rst": noise})
        case 9:
            return Case("document", ("diff", "-"), stdin=latin(of_text(random, _part(random))))
        case 10 | 11 | 12 | 13:
            text = of_text(random, _document() if random.random() < 0.3 else _part(random))
            return Case("document", ("check", "d.rst"), {"d.rst": latin(text)})
        case _:
            text = of_text(random, _document() if random.random() < 0.05 else _part(random))
            more = random.choice(((), (), ("--json",), ("--edition", "hmp"), ("--qemu", "10.0")))
            return Case("document", ("diff", "d.rst", *more), {"d.rst": latin(text)})


def _part(random: Random) -> str:
    """Some of the document, from somewhere."""
    lines = _document().split("\n")
    at = random.randrange(len(lines))
    return "\n".join(lines[at : at + random.choice((5, 40, 150))])


def _lines(random: Random) -> Case:
    words = ["schema", "check", "lines", *random.choice(((), ("--json",), ("--qemu", "7.2")))]
    text = of_text(random, LINES)
    if random.random() < 0.5:
        rows: list[Json] = [json.loads(row) for row in LINES.splitlines()]
        rows = [of_json(random, row) if random.random() < 0.5 else row for row in rows]
        text = "\n".join(json.dumps(row) for row in rows)
    return Case("document", tuple(words), {"lines": latin(text)})


def _records(random: Random) -> Case:
    text = of_text(random, _record())
    if random.random() < 0.6:
        text = json.dumps(of_json(random, json.loads(_record())))
    name = random.choice(("11.1.3-hmp-on-11.1.3-kvm.json", "x.json", "\x1b[31m.json"))
    words = ("seen", "seen", *random.choice(((), ("--json",))))
    return Case("document", words, {f"seen/{name}": latin(text)})


def _schema(random: Random) -> Case:
    schema: Json = [
        {"name": "5", "meta-type": "object", "members": [{"name": "id", "type": "str"}]},
        {"name": "x", "meta-type": "command", "arg-type": "5", "ret-type": "5"},
        {"name": "str", "meta-type": "builtin", "json-type": "string"},
        {"name": "e", "meta-type": "enum", "members": [{"name": "a"}], "values": ["a"]},
        {"name": "[5]", "meta-type": "array", "element-type": "5"},
        {"name": "alt", "meta-type": "alternate", "members": [{"type": "str"}, {"type": "5"}]},
    ]
    told: Json = {"version": "11.1.3", "package": "p", "schema": schema, "monitor": {"x": "y"}}
    for _ in range(random.choice((0, 1, 1, 2, 4))):
        told = of_json(random, told)
    packed = lzma.compress(json.dumps(told).encode())
    if random.random() < 0.2:
        at = random.randrange(len(packed))
        packed = packed[:at] + bytes([random.randrange(256)]) + packed[at + 1 :]
    if random.random() < 0.1:
        packed = json.dumps(random.choice(VALUES)).encode() + random.choice(ODD).encode()
    words = random.choice((("show", "x"), ("check", "lines"), ("show", "x", "--with", "id=a")))
    files = {"s.json.xz": packed.decode("latin-1"), "lines": '{"execute": "x"}'}
    return Case("document", ("schema", *words, "--schema", "s.json.xz"), files)
