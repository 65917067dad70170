# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands that cut a peer off."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from colorunbook.engine import fencing
from colorunbook.engine.fencing import fence_off, split_fence
from colorunbook.errors import InputError, Refused
from colorunbook.hosts import Role

NAP = f"43.{os.getpid()}"


async def fence(text: str) -> str:
    """Cut a secondary off."""
    return await fence_off(text, Role.SECONDARY, "10.0.0.2", "primary-failover")


async def test_it_knows_whom_to_cut_off(tmp_path: Path) -> None:
    """By its environment; the words arrive as they are, without a shell."""
    script = 'printf "%s " "$COLORUNBOOK_PEER" "$COLORUNBOOK_ROLE" "$1" > "$2"'
    told = tmp_path / "told"
    said = await fence(f"sh -c '{script}' name '$HOME;x' {told}")
    assert "10.0.0.2 secondary $HOME;x " == told.read_text()
    assert f"sh -c '{script}' name '$HOME;x' {told}" == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sh -c 'echo no power; exit 3'", "it ended with 3: no power"),
        ("false", "it ended with 1: it wrote nothing"),
        ("no-such-fence", "it cannot be started: No such file or directory"),
    ],
)
async def test_a_fence_that_fails_is_no_proof(text: str, why: str) -> None:
    """The peer may be alive."""
    with pytest.raises(
        Refused, match=f"nothing was sent to a QEMU: the fence command failed, {why}"
    ):
        await fence(text)


async def test_a_fence_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has started ends with it."""
    monkeypatch.setattr(fencing, "FENCE", 0.2)
    with pytest.raises(Refused, match=r"did not end within 0\.2 s and was killed"):
        await fence(f"sh -c 'sleep {NAP} & wait'")
    async with asyncio.timeout(3):
        while sleepers():  # noqa: ASYNC110 - there is no event of it
            await asyncio.sleep(0.01)


def sleepers() -> list[int]:
    """The processes that the test has put to sleep."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        told: dict[str, list[str] | str | None] = process.info
        if told["cmdline"] == ["sleep", NAP] and told["status"] != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found


async def test_a_fence_may_leave_a_process_behind() -> None:
    """One that holds its output does not hold it up."""
    async with asyncio.timeout(2):
        await fence("sh -c 'sleep 4 & echo left'")


@pytest.mark.parametrize("text", ["", " ", "''", "a 'b", "a\0b"])
def test_what_is_no_command_is_refused(text: str) -> None:
    """Before anything is run."""
    with pytest.raises(InputError, match="fence command"):
        split_fence(text)
