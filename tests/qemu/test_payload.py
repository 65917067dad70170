# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP commands as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json, Payload, as_objects, hmp

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
jsons: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)
payloads = st.builds(Payload, st.text(min_size=1), st.dictionaries(st.text(), jsons, max_size=3))


@given(payloads)
def test_a_command_reads_back(payload: Payload) -> None:
    """What is printed is what was meant."""
    assert payload == Payload.read(payload.text)


@given(payloads)
def test_a_command_is_one_row(payload: Payload) -> None:
    """A monitor takes a command a row."""
    assert "\n" not in payload.text


def test_no_arguments_are_no_member() -> None:
    """As the document writes it."""
    assert '{"execute": "stop"}' == Payload("stop").text


def test_a_line_for_the_human_monitor_is_carried_by_qmp() -> None:
    """HMP is the special case that it is."""
    command = '{"execute": "human-monitor-command", "arguments": {"command-line": "info block"}}'
    assert command == hmp("info block").text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON"),
        ("{'execute': 'stop'}", "is not JSON"),
        ("[]", "is not a QMP command"),
        ("{}", "needs a member 'execute'"),
        ('{"execute": 1}', "needs a member 'execute'"),
        ('{"execute": "stop", "arguments": []}', "is not a QMP command"),
        ('{"execute": "stop", "argument": {}}', "member 'argument'"),
        ('{"execute": "stop"} {"execute": "stop"}', "is not JSON"),
    ],
)
def test_what_is_no_command_is_refused(text: str, why: str) -> None:
    """The message names what is wrong with it."""
    with pytest.raises(InputError, match=why):
        Payload.read(text)


def test_the_objects_of_an_array_are_found() -> None:
    """Anything else has none."""
    assert [{"a": 1}] == as_objects([1, {"a": 1}, None])
    assert [] == as_objects({"a": 1})
