# SPDX-License-Identifier: GPL-2.0-or-later
"""Journals that somebody has damaged, or made up."""

import json
from random import Random

from colorunbook.qemu.payload import Json
from tests.fuzz.cases import Case
from tests.fuzz.noise import latin, of_json, of_text

RUN = "20261125T120000.000-primary-failover-77"
VERBS: tuple[tuple[str, ...], ...] = (
    ("history", "--state", "runs"),
    ("history", "--state", "runs", "--json"),
    ("history", RUN, "--state", "runs"),
    ("report", RUN, "--state", "runs"),
    ("report", RUN, "--state", "runs", "--rst"),
    ("resume", RUN, "--state", "runs"),
)
"""How journals are read; the one place for it."""

_STEP: Json = {
    "role": "primary",
    "title": "Take children.1 out of colo-disk0",
    "kind": "qmp",
    "text": '{"execute": "x-blockdev-change"}',
}
_PLAN: Json = {
    "runbook": "primary-failover",
    "qemu": "11.1.3",
    "edition": "hmp",
    "hosts": {"primary": "127.0.0.1", "secondary": "127.0.0.2"},
    "starts_when": ["`query-colo-status` on the primary says mode=primary"],
    "steps": [_STEP],
    "ends_when": [],
}
ROWS: tuple[Json, ...] = (
    {"time": "2026-11-25T12:00:00+00:00", "run": RUN, "digest": "ab" * 32, "plan": _PLAN},
    {
        "time": "2026-11-25T12:00:00+00:00",
        "event": "RunStarted",
        "runbook": "primary-failover",
        "digest": "ab" * 32,
        "steps": 9,
    },
    {"event": "GuardHeld", "expect": "the mode is primary", "seen": "primary"},
    {"event": "StepStarted", "number": 1, "step": _STEP},
    {"event": "StepDone", "number": 1, "step": _STEP, "reply": {}, "seconds": 0.01},
    {"event": "QemuSpoke", "role": "primary", "name": "STOP", "data": {}},
    {"event": "RunEnded", "seconds": 1.5},
    {"event": "RunFailed", "error": "StepFailed", "message": "Step 2 of 9"},
)


def make(random: Random) -> Case:
    """A folder with a journal in it, or with something else."""
    rows = list(ROWS)
    if random.random() < 0.6:
        for _ in range(random.choice((1, 1, 2, 4))):
            at = random.randrange(len(rows))
            rows[at] = of_json(random, rows[at])
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if random.random() < 0.6:
        text = of_text(random, text)
    if random.random() < 0.1:
        text = "".join(chr(random.randrange(256)) for _ in range(random.randrange(400)))
    name = random.choice((RUN, RUN, RUN, "x", "\x1b[31m"))
    return Case("journal", random.choice(VERBS), {f"runs/{name}.jsonl": latin(text)})
