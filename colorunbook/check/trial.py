# SPDX-License-Identifier: GPL-2.0-or-later
"""One cell of a matrix, tried: a check in a process of its own, with a bound, and its record.

A process, because a check owns the signals and the labs of the one it runs in; and because what
hangs can then be ended from outside without taking the matrix with it.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM
from tempfile import TemporaryDirectory

from colorunbook import shelf
from colorunbook.check.cells import Cell
from colorunbook.check.life import OWED
from colorunbook.check.redaction import redacted
from colorunbook.errors import Unavailable
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.payload import Json, JsonObject, is_object
from colorunbook.records import Failure, Record, Sight, Verdict
from colorunbook.render.rst import pages

PATIENCE = 420.0
"""How long one check may take, in seconds; its own waits are far shorter."""

BOUND = ("setpriv", "--pdeathsig", "TERM", "--")
"""Put before a check, it ends the check with the matrix, however that ends; its labs go with it."""

_GRACE = 20.0


@dataclass(slots=True)
class _Heard:
    """What a check has put out so far.

    :ivar sights: by the number of the page and the line.
    """

    page: int = 0
    sights: dict[tuple[int, int], Sight] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    tolerated: bool = False
    failure: Failure | None = None

    def take(self, told: JsonObject) -> None:
        """Take one line."""
        if "failed" in told:
            evidence = told["evidence"]
            lines = evidence if isinstance(evidence, list) else []
            self.failure = Failure(
                int(str(told["line"])),
                str(told["section"]),
                str(told["text"]),
                redacted(str(told["symptom"])),
                tuple(redacted(str(line)) for line in lines),
            )
        elif "seen" in told:
            seen = redacted(str(told["seen"]))
            line, section, text = int(str(told["line"])), str(told["section"]), str(told["text"])
            if not seen.startswith(OWED):
                self.sights[self.page, line] = Sight(
                    line, section, text, seen, float(str(told["seconds"]))
                )
            if told["tolerated"]:
                self.tolerated = True
                self.remarks.append(f"line {line} gets a harmless reply: {_folded(seen)}")
        elif isinstance(remarks := told.get("remarks"), list):
            new = (redacted(str(remark)) for remark in remarks)
            self.remarks = [*dict.fromkeys((*self.remarks, *new))]
        elif "page" in told:
            self.page += 1


async def attempt(cell: Cell) -> Record:
    """Check the cell's document on its QEMU.

    :returns: the record; its verdict is ``not tried`` where this machine could not.
    """
    begun, heard = time.perf_counter(), _Heard()
    with TemporaryDirectory(prefix="colorunbook-") as folder:
        docs = Path(folder)
        for page, text in pages(Site(), cell.dialect).items():
            (docs / page).parent.mkdir(parents=True, exist_ok=True)
            (docs / page).write_text(text, encoding="utf-8")
        status, said = await _check(cell, docs, heard)
    verdict = _verdict(heard, status, said)
    return Record(
        document=cell.dialect.version,
        edition=cell.dialect.edition,
        qemu=cell.subject.version,
        accel=cell.accel,
        origin=cell.subject.origin,
        date=datetime.now(UTC).date().isoformat(),
        seconds=round(time.perf_counter() - begun, 1),
        digests=_digests(cell),
        verdict=verdict,
        remarks=tuple(heard.remarks),
        failure=heard.failure,
        sights=tuple(heard.sights[place] for place in sorted(heard.sights)),
    )


def _verdict(heard: _Heard, status: int | None, said: str) -> Verdict:
    """What an exit status means, together with what was heard before it.

    :param status: ``None``: the check had to be ended.
    """
    if status == 0:
        return Verdict.REMARKS if heard.tolerated else Verdict.WORKS
    if status == Unavailable.exit_code and not heard.sights:
        heard.remarks = [redacted(said)]
        return Verdict.NOT_TRIED
    heard.remarks = []
    if heard.failure is None:
        late = f"it did not end within {PATIENCE:g} s"
        reason = late if status is None else f"it ended with {status}: {redacted(said)}"
        heard.failure = Failure(0, "", "", f"the check itself failed: {reason}", ())
    return Verdict.BROKEN


def _digests(cell: Cell) -> Mapping[str, str]:
    books = shelf.runbooks().values()
    return {book.name: resolve(book, Site(), cell.dialect).digest for book in books}


async def _check(cell: Cell, docs: Path, heard: _Heard) -> tuple[int | None, str]:
    """Run the check; its exit status, ``None`` if it was ended, and its last sentence."""
    wanted = cell.subject.wanted
    chosen = ("--qemu-binary", str(wanted)) if isinstance(wanted, Path) else (
        ("--qemu", wanted.version) if wanted else ()
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *BOUND,
        *(sys.executable, "-m", "colorunbook", "check", str(docs), "--json"),
        *("--accel", cell.accel.value, *chosen),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd=docs,  # where no site file is
        limit=2**20,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            _, said = await asyncio.gather(_listen(process, heard), _complaint(process))
            return await process.wait(), said
    except TimeoutError:
        return None, ""
    except ValueError as error:  # no JSON, or a line without end
        return process.returncode or 20, f"what it puts out cannot be read: {error}."
    finally:
        await asyncio.shield(_end(process))


async def _listen(process: asyncio.subprocess.Process, heard: _Heard) -> None:
    if process.stdout is not None:
        async for line in process.stdout:
            told: Json = json.loads(line)
            if is_object(told):
                heard.take(told)


async def _complaint(process: asyncio.subprocess.Process) -> str:
    """What the program said when it ended with an error, without its own name."""
    said = (await process.stderr.read()).decode(errors="replace") if process.stderr else ""
    _, mark, reason = said.rpartition("colorunbook: ")
    return " ".join(reason.removeprefix("error: ").split()) if mark else said.strip()[-200:]


def _folded(text: str) -> str:
    """Lines as one, each once: a QEMU that complains says the same thing twice."""
    return " ".join(dict.fromkeys(line.strip() for line in text.splitlines()))


async def _end(process: asyncio.subprocess.Process) -> None:
    """See to it that nothing of a check is left; its labs end with it."""
    for number in (SIGTERM, SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await process.wait()
