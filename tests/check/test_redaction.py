# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a reply is kept out of a record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.check.redaction import redacted
from colorunbook.engine import private


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("process 17833 | process 17836", "a process | a process"),
        ("tcp:127.0.0.1:9003 <-> 127.0.0.1:40522", "tcp:127.0.0.1:9003 <-> 127.0.0.1:…"),
        ("tcp:127.0.0.1:53390 <-> 127.0.0.1:9003", "tcp:127.0.0.1:… <-> 127.0.0.1:9003"),
        ("tcp:[::1]:9003 <-> [::1]:40522", "tcp:[::1]:9003 <-> [::1]:…"),
        ("node '#block641' is busy", "node '#block…' is busy"),
        ("{'seconds': 1764062000, 'microseconds': 12}", "{'seconds': …, 'microseconds': …}"),
        (f"Could not open '{private.base()}/labs/x/disk.raw'", "Could not open '…'"),
    ],
)
def test_what_is_of_one_run_is_left_out(reply: str, kept: str) -> None:
    """A process, a port, a name that QEMU made up, a time, a folder."""
    assert kept == redacted(reply)


@pytest.mark.parametrize("reply", ["{}", "colo", "Failed flush for 'nbd://127.0.0.2:9999/parent0'"])
def test_what_is_of_the_procedure_is_kept(reply: str) -> None:
    """Addresses and ports of the document are no secret."""
    assert reply == redacted(reply)


@given(st.text(st.sampled_from("proces 0123456789:.#blk<->'{}[]"), max_size=60))
def test_what_has_been_redacted_stays_so(reply: str) -> None:
    """Twice is as once."""
    assert redacted(reply) == redacted(redacted(reply))
