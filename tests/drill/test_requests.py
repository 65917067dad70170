# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client writes down is what is read; what is cut short is left out."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colorunbook.drill.requests import (
    Outcome,
    Request,
    by_connection,
    read,
    service_of,
    text_of,
    word_of,
)
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Service
from tests.drill.streams import stream

text = st.text(st.characters(codec="utf-8"), max_size=20)
requests = st.builds(
    Request,
    service=st.sampled_from(Service),
    connection=st.integers(1, 1000),
    number=st.integers(0, 2**40),
    sent=st.floats(0, 1e9),
    got=st.floats(0, 1e9),
    text=text,
    outcome=st.sampled_from(Outcome),
    answer=st.none() | text,
    error=text,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.lists(requests, max_size=5), data=st.data())
def test_what_is_written_is_what_is_read(
    written: list[Request], data: st.DataObject, tmp_path: Path
) -> None:
    """Wherever the client was killed: lines that are whole are read, half a line is not."""
    content = "".join(each.line for each in written).encode()
    at = data.draw(st.integers(0, len(content)))
    path = tmp_path / "x.jsonl"
    path.write_bytes(content[:at])
    assert tuple(written[: content[:at].count(b"\n")]) == read(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("\n", "is not JSON"),
        ("[]\n", "line 1 is no object"),
        ("{}\n", "line 1: service is missing"),
        (stream(1)[0].line + "x\n", "is not JSON"),
        (stream(1)[0].line.replace("memory", "printer", 1), "'printer' is no service"),
        (
            stream(1)[0].line.replace("answered", "fine", 1),
            "outcome is none of answered, died",
        ),
        (stream(1)[0].line.replace("100.0", "true", 1), "line 1: sent is no number"),
        (stream(1)[0].line.replace("100.0", "NaN", 1), "line 1: sent is no number"),
        (stream(1)[0].line.replace("100.0", "1" * 400, 1), "line 1: sent is no number"),
        (stream(1)[0].line.replace('"number": 1', '"number": -1', 1), "number is no whole number"),
    ],
)
def test_a_line_that_is_no_request_is_named(content: str, why: str, tmp_path: Path) -> None:
    """Nothing is judged by half of what was seen."""
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(InputError, match=why) as caught:
        read(path)
    assert f"{path} was not written by a client of a drill" in caught.value.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A client that was never started has none."""
    with pytest.raises(InputError, match=r"none\.jsonl cannot be read"):
        read(tmp_path / "none.jsonl")


def test_no_two_requests_have_the_same_text() -> None:
    """Neither of two clients, nor of two connections, nor of one."""
    texts = {text_of(name, at, n) for name in "ab" for at in (1, 11) for n in (1, 11, 111)}
    assert 12 == len(texts)


@pytest.mark.parametrize("service", Service)
def test_a_service_has_a_word(service: Service) -> None:
    """Both ways."""
    assert service is service_of(word_of(service))


def test_requests_are_put_apart_by_connection() -> None:
    """Each in its own order."""
    one, two, disk = stream(2), stream(3, connection=2), stream(1, Service.DISK)
    found = by_connection([*disk, *two, *one])
    expected = {(Service.MEMORY, 1): one, (Service.MEMORY, 2): two, (Service.DISK, 1): disk}
    assert list(expected.items()) == list(found.items())


def test_a_latency_is_of_an_answer() -> None:
    """And is in seconds."""
    (told,) = stream(1)
    assert 0.25 == told.latency
    assert told.is_right
