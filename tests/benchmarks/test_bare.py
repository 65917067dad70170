# SPDX-License-Identifier: GPL-2.0-or-later
"""The bare socket."""

from pathlib import Path

import pytest

from benchmarks.bare import Bare
from tests.qmpserver import serving


def test_it_sends_a_command_and_keeps_the_events_that_come_before_the_reply(tmp_path: Path) -> None:
    """It does nothing else, so nothing is faster."""
    with serving(tmp_path / "q") as server:
        server.rows["query-status"] = ['{"event": "STOP"}']
        server.answers["query-status"] = {"status": "paused"}
        with Bare(tmp_path / "q") as bare:
            assert {"status": "paused"} == bare.execute('{"execute": "query-status"}')
        assert [{"event": "STOP"}] == bare.events
    assert ["qmp_capabilities", "query-status"] == server.received


def test_it_hears_what_comes_without_a_question(tmp_path: Path) -> None:
    """An event ends its wait; silence does so too, after a while."""
    with serving(tmp_path / "q") as server:
        server.answers["query-status"] = {}
        server.rows["query-name"] = ['{"return": {}}']  # and the reply itself comes later
        with Bare(tmp_path / "q") as bare:
            bare.hear(0.01)
            assert [] == bare.events
            bare.execute('{"execute": "query-name"}')
            bare.hear(10)
        assert 1 == len(bare.events)


def test_nobody_there_is_told_at_once(tmp_path: Path) -> None:
    """And nothing stays open, as somebody may try again and again."""
    with pytest.raises(FileNotFoundError):
        Bare(tmp_path / "q")


def test_the_end_of_a_session_is_told(tmp_path: Path) -> None:
    """Nobody waits for a QEMU that has gone."""
    with serving(tmp_path / "q") as server:
        server.closes_on.add("query-status")
        with Bare(tmp_path / "q") as bare, pytest.raises(ConnectionError):
            bare.execute('{"execute": "query-status"}')
