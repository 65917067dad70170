# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands held against a schema: each kind of type, and every command of every runbook."""

from functools import cache
from random import Random

import pytest

from colorunbook import shelf
from colorunbook.book.actions import Hmp, Qmp
from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import SCHEMAS, Dialect, Edition, Version
from colorunbook.qemu.judgement import Feature, Problem, Unchecked
from colorunbook.qemu.knowledge import knowledge
from colorunbook.qemu.payload import Json, JsonObject, Payload
from colorunbook.qemu.schema import Schema
from tests.schemas import Maker, mutations


def kind(name: str, meta: str, **more: Json) -> JsonObject:
    """One entry of a schema."""
    return {"name": name, "meta-type": meta, **more}


def member(name: str, type_: str, **more: Json) -> JsonObject:
    """A member; ``default=None`` makes it optional."""
    return {"name": name, "type": type_, **more}


OF_3: JsonObject = {"arg-type": "3", "ret-type": "0", "allow-oob": True}
TINY: Json = [
    kind("int", "builtin", **{"json-type": "int"}),
    kind("number", "builtin", **{"json-type": "number"}),
    kind("str", "builtin", **{"json-type": "string"}),
    kind("bool", "builtin", **{"json-type": "boolean"}),
    kind("null", "builtin", **{"json-type": "null"}),
    kind("any", "builtin", **{"json-type": "value"}),
    kind("1", "enum", values=["inet", "unix"], members=[
        {"name": "inet"}, {"name": "unix", "features": ["deprecated"]}, {"name": "none"}]),
    kind("2", "array", **{"element-type": "int"}),
    kind("3", "object", members=[member("host", "str"), member("port", "int", default=None)]),
    kind("4", "object", members=[member("path", "str", features=["unstable", "fdset"])]),
    kind("5", "object", members=[member("type", "1")], tag="type", variants=[
        {"case": "inet", "type": "3"}, {"case": "unix", "type": "4"},
        {"case": "none", "type": "0"}]),
    kind("6", "alternate", members=[{"type": "str"}, {"type": "3"}, {"type": "null"}]),
    kind("7", "object", members=[
        member("int", "int", default=None), member("number", "number", default=None),
        member("str", "str", default=None), member("bool", "bool", default=None),
        member("null", "null", default=None), member("any", "any", default=None),
        member("list", "2", default=None), member("addr", "5", default=None),
        member("either", "6", default=None), member("old", "8", default=None)]),
    kind("8", "enum", values=["a", "b"]),
    kind("0", "object", members=[]),
    kind("do", "command", **{"arg-type": "7", "ret-type": "0"}),
    kind("x-do", "command", features=["unstable"], **OF_3),
    kind("device_add", "command", **{"arg-type": "3", "ret-type": "0"}),
    kind("DONE", "event", **{"arg-type": "3"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def tiny() -> Schema:
    """A schema with one of each."""
    return Schema(TINY)


def said(schema: Schema, command: str, arguments: JsonObject) -> list[str]:
    """The problems as text."""
    return [str(problem) for problem in schema.problems(Payload(command, arguments))]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"int": 1},
        {"int": 2**64 - 1},
        {"int": -(2**63)},
        {"number": 1},
        {"number": 1.5},
        {"str": "x"},
        {"bool": False},
        {"null": None},
        {"any": {"what": ["ever", None]}},
        {"list": []},
        {"list": [1, 2]},
        {"addr": {"type": "inet", "host": "x"}},
        {"addr": {"type": "inet", "host": "x", "port": 1}},
        {"addr": {"type": "unix", "path": "x"}},
        {"addr": {"type": "none"}},
        {"either": "x"},
        {"either": {"host": "x"}},
        {"either": None},
        {"old": "b"},
    ],
)
def test_what_fits_is_not_reported(tiny: Schema, arguments: JsonObject) -> None:
    """Each kind of type, with and without what can be left out."""
    assert [] == said(tiny, "do", arguments)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"int": 1.0}, "arguments.int has to be an integer, not the number 1.0."),
        ({"int": True}, "arguments.int has to be an integer, not the boolean true."),
        ({"int": "1"}, "arguments.int has to be an integer, not the string '1'."),
        (
            {"int": 2**64},
            "arguments.int has to be an integer, not the number 18446744073709551616.",
        ),
        ({"number": "1"}, "arguments.number has to be a number, not the string '1'."),
        ({"number": False}, "arguments.number has to be a number, not the boolean false."),
        ({"str": 1}, "arguments.str has to be a string, not the number 1."),
        ({"str": None}, "arguments.str has to be a string, not null."),
        ({"bool": 0}, "arguments.bool has to be a boolean, not the number 0."),
        ({"null": False}, "arguments.null has to be null, not the boolean false."),
        ({"list": {}}, "arguments.list has to be an array, not an object."),
        ({"list": [1, "x"]}, "arguments.list[1] has to be an integer, not the string 'x'."),
        ({"addr": []}, "arguments.addr has to be an object, not an array."),
        ({"addr": {"type": "unix"}}, "arguments.addr.path is missing."),
        ({"addr": {"host": "x"}}, "arguments.addr.type is missing."),
        (
            {"addr": {"type": "inte"}},
            "arguments.addr.type is one of inet, unix, none, not 'inte'; "
            "the nearest name is 'inet'.",
        ),
        (
            {"addr": {"type": "unix", "path": "x", "host": "x"}},
            "arguments.addr.host is not a member that is known there.",
        ),
        ({"addr": {"type": 1}}, "arguments.addr.type has to be a string, not the number 1."),
        (
            {"either": 1},
            "arguments.either has to be a string or an object or null, not the number 1.",
        ),
        ({"either": {"host": 1}}, "arguments.either.host has to be a string, not the number 1."),
        ({"old": "c"}, "arguments.old is one of a, b, not 'c'."),
        (
            {"lst": []},
            "arguments.lst is not a member that is known there; the nearest name is 'list'.",
        ),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence(
    tiny: Schema, arguments: JsonObject, sentence: str
) -> None:
    """Where it is, what is wrong, and the nearest name."""
    assert [sentence] == said(tiny, "do", arguments)


def test_an_unknown_command_has_a_nearest_name(tiny: Schema) -> None:
    """As have members and values."""
    assert (Problem("execute", "names no command: 'xdo'", "x-do"),) == tiny.problems(Payload("xdo"))


def test_a_renamed_member_is_told_before_what_is_missing_for_it(tiny: Schema) -> None:
    """The first problem is the one that helps."""
    first, second = said(tiny, "x-do", {"hots": "x"})
    assert first.endswith("the nearest name is 'host'.")
    assert second == "arguments.host is missing."


def test_the_members_of_a_device_are_not_in_the_schema(tiny: Schema) -> None:
    """It is the one command that takes more than its schema says."""
    assert [] == said(tiny, "device_add", {"host": "x", "mac": "y"})
    assert ["arguments.host is missing."] == said(tiny, "device_add", {"mac": "y"})


def test_warnings_are_told_with_their_places(tiny: Schema) -> None:
    """Of a command, a member and a value; what only tells an ability is left out."""
    assert (Feature("unstable", "command", "x-do", "execute"),) == tiny.features(
        Payload("x-do", {"host": "x"})
    )
    inside = Payload("do", {"addr": {"type": "unix", "path": "x"}})
    assert (
        Feature("deprecated", "value", "unix", "arguments.addr.type"),
        Feature("unstable", "member", "path", "arguments.addr.path"),
    ) == tiny.features(inside)
    assert "deprecated: the value unix" == str(tiny.features(inside)[0])


def test_events_are_known_with_their_members(tiny: Schema) -> None:
    """So that nobody waits for what never comes."""
    assert [] == list(tiny.event("DONE", ["host"]))
    assert ["event names no event: 'DOEN'; the nearest name is 'DONE'."] == [
        str(found) for found in tiny.event("DOEN", [])
    ]
    assert ["data.hots is no member of DONE; the nearest name is 'host'."] == [
        str(found) for found in tiny.event("DONE", ["hots"])
    ]


@pytest.mark.parametrize(
    "entries", [None, [], [{"name": "x"}], [{"name": "x", "meta-type": "new"}], [{"meta-type": 1}]]
)
def test_what_is_no_schema_is_refused(entries: Json) -> None:
    """With a sentence."""
    with pytest.raises(InputError, match="schema"):
        Schema(entries)


@pytest.mark.parametrize(
    "entry",
    [
        kind("9", "array", **{"element-type": "10"}),
        kind("9", "array", **{"element-type": "9"}),
        kind("9", "object", members=[member("a", "10")]),
        kind("9", "object", members=[member("a", "1")], tag="b", variants=[]),
        kind("9", "object", members=[member("a", "1")], tag="a",
             variants=[{"case": "inet", "type": "9"}]),
        kind("9", "builtin", **{"json-type": "new"}),
        kind("go", "command", **{"arg-type": "10", "ret-type": "0"}),
        kind("GONE", "event", **{"arg-type": "10"}),
    ],
)  # fmt: skip
def test_a_schema_that_leads_nowhere_is_refused(entry: JsonObject) -> None:
    """When it is made, and not when somebody comes along there."""
    assert isinstance(TINY, list)
    with pytest.raises(InputError, match="schema"):
        Schema([*TINY, entry])


def test_what_is_nested_too_deeply_is_unchecked() -> None:
    """QEMU's own parser has a bound too."""
    value: JsonObject = {"driver": "null-co"}
    for _ in range(300):
        value = {"driver": "raw", "file": value}
    findings = list(knowledge(SCHEMAS[-1]).schema.findings(Payload("blockdev-add", value)))
    assert ["it is nested too deeply"] == [f.why for f in findings if isinstance(f, Unchecked)]


@cache
def payloads(version: Version) -> tuple[Payload, ...]:
    """Every command and every question of every runbook, in both editions, each once."""
    found = {}
    for edition in Edition:
        for book in shelf.runbooks().values():
            plan = resolve(book, Site(), Dialect(version, edition))
            for step in plan.steps:
                if isinstance(step.action, Qmp | Hmp):
                    found[step.action.payload.text] = step.action.payload
    return tuple(found.values())


versions = pytest.mark.parametrize("version", SCHEMAS, ids=str)


@versions
def test_every_command_of_every_runbook_fits(version: Version) -> None:
    """In both editions."""
    schema = knowledge(version).schema
    assert len(payloads(version)) > 30
    for payload in payloads(version):
        assert () == schema.problems(payload), payload.text


@versions
def test_every_mistake_in_a_runbook_is_found(version: Version) -> None:
    """A renamed or missing member, a wrong type, value or tag, in each place that there is."""
    schema = knowledge(version).schema
    made: dict[str, int] = {}
    for payload in payloads(version):
        for mistake in mutations(schema, payload):
            assert schema.problems(mistake.applied(payload)), (mistake, payload.text)
            made[mistake.kind] = made.get(mistake.kind, 0) + 1
    assert {"renamed", "type", "missing", "value", "tag"} == made.keys()
    assert sum(made.values()) >= 100


@versions
def test_a_random_command_fits_and_its_mistakes_do_not(version: Version) -> None:
    """Any command that the schema has, unions within unions among them."""
    schema, random = knowledge(version).schema, Random(3)
    maker, mistakes = Maker(schema, random, 0.5), 0
    for command in schema.commands:
        payload = maker.payload(command)
        assert () == schema.problems(payload), payload.text
        made = [m for m in mutations(schema, payload) if command != "device_add"]
        for mistake in random.sample(made, min(5, len(made))):
            assert schema.problems(mistake.applied(payload)), (mistake, payload.text)
            mistakes += 1
    assert mistakes > 500


@versions
def test_a_warning_of_every_kind_is_in_the_real_schemas(version: Version) -> None:
    """The document's own commands have them."""
    schema = knowledge(version).schema
    told = {str(found) for payload in payloads(version) for found in schema.features(payload)}
    assert {
        "deprecated: the command nbd-server-add",
        "unstable: the command x-colo-lost-heartbeat",
        "unstable: the member x-checkpoint-delay",
        "unstable: the value x-colo",
    } <= told
