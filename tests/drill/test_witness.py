# SPDX-License-Identifier: GPL-2.0-or-later
"""What the witness at the switch takes for an answer, and what it makes of who has answered."""

from itertools import pairwise
from pathlib import Path
from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.answers import Flaw
from colorunbook.drill.witness import Frame, Reign, is_answer, judge, read
from colorunbook.lab.guest.services import Service

SERVICES = [each.value for each in Service]
WORDS = st.integers(5, 15)
"""The length of a head, in words of four bytes."""

ONE, TWO = Reign("10.0.0.1", "up-near", 0.0), Reign("10.0.0.2", "up-far", 100.0)


def frame(
    source: int = Service.MEMORY.value,
    target: int = 40000,
    data: int = 10,
    *,
    ip: int = 5,
    tcp: int = 5,
    kind: int = 0x0800,
    protocol: int = 6,
) -> bytes:
    """A frame of Ethernet as a network card pads it: 60 bytes at least.

    :param ip: words of the head of IPv4.
    :param tcp: words of the head of TCP.
    """
    whole = (ip + tcp) * 4 + data
    first = pack("!BBHHHBBH", 4 << 4 | ip, 0, whole, 1, 0, 64, protocol, 0)
    second = pack("!HHIIBBHHH", source, target, 1, 1, tcp << 4, 0x18, 1000, 0, 0)
    ends = bytes((10, 0, 0, 10, 10, 0, 0, 254))
    heads = first + ends + bytes((ip - 5) * 4) + second + bytes((tcp - 5) * 4)
    return (bytes(12) + pack("!H", kind) + heads + b"x" * data).ljust(60, b"\0")


@given(st.sampled_from(SERVICES) | st.integers(0, 65535), st.integers(0, 1400), WORDS, WORDS)
def test_an_answer_is_data_from_a_service(source: int, data: int, ip: int, tcp: int) -> None:
    """Whatever options its heads have; the padding of a short frame is no data."""
    wanted = source in SERVICES and data > 0
    assert wanted == is_answer(frame(source, data=data, ip=ip, tcp=tcp))


@given(WORDS, WORDS, st.integers(1, 1400))
def test_the_heads_are_enough(ip: int, tcp: int, data: int) -> None:
    """The witness reads no more of a packet than they can have."""
    assert is_answer(frame(ip=ip, tcp=tcp, data=data)[: 14 + 60 + 60])


@given(st.sampled_from(SERVICES))
def test_a_question_is_no_answer(port: int) -> None:
    """It goes to a service, and comes from elsewhere."""
    assert not is_answer(frame(40000, port))


def test_what_is_not_tcp_over_ipv4_is_no_answer() -> None:
    """Though it has the same bytes: ARP, IPv6, UDP."""
    assert not is_answer(frame(kind=0x0806))
    assert not is_answer(frame(kind=0x86DD))
    assert not is_answer(frame(protocol=17))


@given(st.binary(max_size=120), st.integers(0, 79))
def test_no_packet_is_too_strange(noise: bytes, length: int) -> None:
    """One that is cut short, or is nothing, is no answer and no error."""
    assert is_answer(bytes(12) + b"\x08\x00" + noise) in (True, False)
    assert not is_answer(frame(ip=15, tcp=15)[: 14 + length])


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """But for a last line that was cut short when the witness was killed."""
    path = tmp_path / "frames"
    path.write_text("1.5 up-near\n2.25 up-far\n3.5 up-")
    assert [Frame(1.5, "up-near"), Frame(2.25, "up-far")] == [*read(path)]


def times(begin: float, end: float) -> st.SearchStrategy[list[float]]:
    """When packets came, in any order."""
    return st.lists(st.floats(begin, end, exclude_max=True), min_size=1, max_size=20)


@st.composite
def orderly(draw: st.DrawFn) -> tuple[list[Reign], list[Frame]]:
    """Reigns of hosts by turns, in each of which its host answers and nobody else."""
    begins = sorted(draw(st.sets(st.floats(0, 1e4), min_size=1, max_size=6)))
    hosts = (ONE, TWO)
    reigns = [Reign(hosts[n % 2].host, hosts[n % 2].port, t) for n, t in enumerate(begins)]
    ends = [*(later.begin for _, later in pairwise(reigns)), 2e4]
    frames = [
        Frame(when, reign.port)
        for reign, end in zip(reigns, ends, strict=True)
        for when in draw(times(reign.begin, end))
    ]
    return reigns, draw(st.permutations(frames))


@given(orderly())
def test_who_answers_in_his_time_only_is_not_accused(case: tuple[list[Reign], list[Frame]]) -> None:
    """In whatever order the packets were written down."""
    reigns, frames = case
    assert () == judge(frames, reigns)


@given(orderly(), st.data())
def test_one_packet_out_of_its_time_is_found(
    case: tuple[list[Reign], list[Frame]], data: st.DataObject
) -> None:
    """Wherever it is; the finding names the host that was to answer then, and how late it was."""
    reigns, frames = case
    intruder = data.draw(st.sampled_from(frames))
    reign = max((r for r in reigns if r.begin <= intruder.when), key=lambda each: each.begin)
    other = {ONE.port: TWO.port, TWO.port: ONE.port}[intruder.port]
    (found,) = judge([*frames, Frame(intruder.when, other)], reigns)
    assert Flaw.DRILL is found.flaw
    late = f"the first {intruder.when - reign.begin:.3f} s after it took over, 1 in all."
    assert f"While {reign.host} was to answer, answers came from elsewhere, {late}" == found.text


@given(orderly(), st.data())
def test_a_reign_without_an_answer_is_found(
    case: tuple[list[Reign], list[Frame]], data: st.DataObject
) -> None:
    """Who heard nothing knows nothing: a witness that is deaf proves nobody right."""
    reigns, frames = case
    reign = data.draw(st.sampled_from(reigns))
    end = min((r.begin for r in reigns if r.begin > reign.begin), default=2e4)
    rest = [f for f in frames if not reign.begin <= f.when < end]
    (found,) = judge(rest, reigns)
    assert f"While {reign.host} was to answer, the switch has heard no answer" in found.text


def test_an_answer_at_the_moment_of_the_change_is_the_successors() -> None:
    """From that very moment on, the predecessor's is one too many."""
    fine = [Frame(99.9, ONE.port), Frame(100.0, TWO.port)]
    assert () == judge(fine, (ONE, TWO))
    (found,) = judge([*fine, Frame(100.0, ONE.port)], (ONE, TWO))
    assert "While 10.0.0.2 was to answer" in found.text
