# SPDX-License-Identifier: GPL-2.0-or-later
"""Monitors that lie, truncate, flood, stall and hang up, while a failover is being done."""

import ast
from dataclasses import dataclass
from functools import cache
from random import Random

from colorunbook.qemu.payload import Json, is_object
from tests.fuzz.cases import Act, Case
from tests.fuzz.noise import VALUES, of_json
from tests.qmpserver import GREETING

PROOF: tuple[str, ...] = ("--fence", "true")
"""What a failover wants besides; the one place for it."""

SCENARIOS = {
    role: (
        *("run", f"{role}-failover", f"--{role}", "127.0.0.1", f"--{role}-qmp", "unix:{q}"),
        *PROOF,
    )
    for role in ("primary", "secondary")
}


@dataclass(frozen=True, slots=True)
class Honest:
    """What is asked and replied when nobody lies."""

    asked: tuple[str, ...]
    replied: tuple[Json, ...]


@cache
def honest(role: str) -> Honest:
    """Do a failover on an honest QEMU; it has to work."""
    from tests.fuzz.program import do

    outcome = do(Case("qmp", SCENARIOS[role], monitor=role))
    assert 0 == outcome.code, outcome.err
    replies = [ast.literal_eval(text) for text in outcome.replied]
    return Honest(outcome.received, tuple(r.get("return") for r in replies if is_object(r)))


def make(random: Random) -> Case:
    """A failover with one lie or a few."""
    role = random.choice(tuple(SCENARIOS))
    lies: dict[str, list[Act]] = {}
    known = honest(role)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at = random.randint(-1, len(known.asked) - 1)
        # What comes early decides the most.
        at = min(at, random.randint(-1, len(known.asked) - 1))
        reply = GREETING if at < 0 else known.replied[at]
        lies[str(at)] = _greeting(random) if at < 0 else _acts(random, reply)
    words = SCENARIOS[role]
    more = random.choice(((), (), (), ("--json",), ("--verbose",), ("--dry-run",)))
    return Case("qmp", (*words, *more), monitor=role, lies=lies)


def _acts(random: Random, reply: Json) -> list[Act]:
    match random.randrange(20):
        case 0 | 1 | 2 | 3 | 4:
            return [["value", of_json(random, reply)]]
        case 5:
            return [["value", random.choice(VALUES)]]
        case 6 | 7:
            return [["error", _error(random)]]
        case 8:
            return [["row", _row(random, reply)], *_end(random)]
        case 9:
            return [["raw", _garbage(random)], *_end(random)]
        case 10:
            return [["cut", random.choice((0, 1, 5, 12, 20))], *_end(random)]
        case 11:
            return [["stall"]]
        case 12:
            return [["close"]]
        case 13:
            return [["honest"], ["close"]]
        case 14:
            return [["honest"], ["honest"]]
        case 15:
            return [_events(random), ["honest"]]
        case 16:
            return [["honest"], _events(random)]
        case 17:
            count = 20_000_000 if random.random() < 0.1 else random.choice((10, 70_000, 1_000_000))
            return [["big", count]]
        case 18:
            return [["endless"]] if random.random() < 0.1 else [["cut", 7], ["stall"]]
        case _:
            return [["raw", _garbage(random) + "\r\n"], ["honest"]]


def _greeting(random: Random) -> list[Act]:
    match random.randrange(10):
        case 0 | 1 | 2 | 3:
            return [["row", of_json(random, GREETING)], *_end(random)]
        case 4:
            return [["row", random.choice(VALUES)], *_end(random)]
        case 5:
            return [["raw", _garbage(random)], *_end(random)]
        case 6:
            return [["cut", random.randrange(60)], *_end(random)]
        case 7:
            return [["honest"], ["honest"]]
        case 8:
            return [_events(random), ["honest"]]
        case _:
            first: list[Act] = [["honest"]] if random.random() < 0.3 else []
            return [*first, *_end(random)]


def _end(random: Random) -> list[Act]:
    ends: tuple[list[Act], ...] = ([], [["stall"]], [["close"]])
    return random.choice(ends)


def _error(random: Random) -> Json:
    right: Json = {"class": "GenericError", "desc": "it is \x1b[31mnot\nso"}
    plain: Json = {"class": "DeviceNotFound", "desc": "no such device"}
    return random.choice((plain, right, of_json(random, right), random.choice(VALUES)))


def _row(random: Random, reply: Json) -> Json:
    rows: tuple[Json, ...] = (
        {"return": reply, "id": "another"},
        {"return": reply, "id": None},
        {"return": reply, "id": {"a": 1}},
        {"return": reply},
        {"id": "$id"},
        {"id": "$id", "result": reply},
        {"return": reply, "error": {"class": "GenericError", "desc": "both"}, "id": "another"},
        {"event": "STOP", "id": "$id"},
        {"QMP": {}},
        *VALUES,
    )
    return random.choice(rows)


def _events(random: Random) -> Act:
    time: Json = {"seconds": 1, "microseconds": 2}
    events: tuple[Json, ...] = (
        {"event": "STOP", "timestamp": time},
        {"event": "RESUME"},
        {"event": "COLO_EXIT", "data": {"mode": "primary", "reason": "error"}, "timestamp": time},
        {"event": "BLOCK_JOB_COMPLETED", "data": 5, "timestamp": time},
        {"event": 5, "timestamp": time},
        {"event": None},
        {"event": {"a": []}, "data": []},
        {"event": "\x1b[2J\nSTOP", "data": {"\x1b": "\x1b"}, "timestamp": "x"},
        {"event": "X" * 1000, "timestamp": 10**40},
    )
    count = 100_000 if random.random() < 0.02 else random.choice((1, 2, 30, 3000))
    return ["events", count, random.choice(events)]


def _garbage(random: Random) -> str:
    return random.choice(
        (
            "",
            "\xff\xfe\0\0",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2p1\r\n",
            "{" * 4000,
            "[" * 100_000,
            '{"a":' * 100_000,
            '{"return": ' + "9" * 6000 + "}",
            '{"return": NaN}',
            '{"return": {}',
            '"',
            "\r\n\r\n\r\n",
            "null\r\n",
            '{"return": "\\ud800"}',
            "".join(chr(random.randrange(256)) for _ in range(random.randrange(200))),
        )
    )
