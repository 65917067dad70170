# SPDX-License-Identifier: GPL-2.0-or-later
"""A document with one wrong character is found out by what live QEMU shows."""

import os
import random
import re
from dataclasses import dataclass

import pytest
from sybil import Document

from colorunbook.check.evaluators import open_stage, parse
from colorunbook.check.parsers import Typed, passages
from colorunbook.errors import ColorunbookError
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.rst import pages

pytestmark = [pytest.mark.live, pytest.mark.mutations]

SEED = int(os.environ.get("COLORUNBOOK_SEED", "2026"))
MEANINGFUL = re.compile(
    r"port=(?P<port>\d+)|\"port\": \"(?P<json_port>\d+)\"|tcp:[0-9.]+:(?P<uri_port>\d+)"
    r"|[ ,\"]id=(?P<id>[a-z0-9_-]+)|\"id\": \"(?P<json_id>[a-z0-9_-]+)\""
    r"|queue=(?P<queue>[a-z]+)|\"queue\": \"(?P<json_queue>[a-z]+)\""
    r"|(?:in|out)dev=(?P<dev>[a-z0-9_-]+)|\"(?:in|out)dev\": \"(?P<json_dev>[a-z0-9_-]+)\""
    r"|(?P<host>127\.0\.0\.[12])"
    r"|\"child\": \"(?P<child>[a-z0-9.]+)\"|node-name=(?P<node>[a-z0-9]+)"
    r"|\"(?P<member>[a-z_-]+)\": "
)
SWAPPED = {
    "tx": "rx",
    "rx": "tx",
    "all": "alt",
    "127.0.0.1": "127.0.0.2",
    "127.0.0.2": "127.0.0.1",
}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One character of one command, replaced."""

    line: int
    before: str
    after: str
    text: str


def rendered() -> str:
    """The document as it should be."""
    return next(text for path, text in pages(Site(), Dialect()).items() if "colo" in str(path))


def mutations(text: str, seed: int, count: int) -> list[Mutation]:
    """Choose places at random, over every command of the document, and a wrong character each."""
    chance = random.Random(seed)
    places: list[tuple[int, int, str]] = []
    for passage in passages(text):
        if isinstance(passage.content, Typed):
            for match in MEANINGFUL.finditer(text, passage.start, passage.end):
                name = match.lastgroup or ""
                # Nothing refers to the network card's id: another one means the same.
                if match[name] != "e0":
                    places.append((passage.line, match.start(name), match[name]))
    return [_mutate(text, chance, *place) for place in chance.sample(places, count)]


def _mutate(text: str, chance: random.Random, line: int, start: int, token: str) -> Mutation:
    if token in SWAPPED and chance.random() < 0.5:
        wrong = SWAPPED[token]
    else:
        at = chance.randrange(len(token))
        pool = "0123456789" if token[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
        wrong = token[:at] + chance.choice(pool.replace(token[at], "")) + token[at + 1 :]
    return Mutation(line, token, wrong, text[:start] + wrong + text[start + len(token) :])


@pytest.mark.parametrize("number", range(10))
def test_a_wrong_character_is_found_out(number: int) -> None:
    """The check fails on it, and tells the line and what QEMU said."""
    mutation = mutations(rendered(), SEED, 10)[number]
    document = Document(mutation.text, "qemu-colo.rst")
    for region in parse(document):
        document.add(region)
    stage = open_stage(mutation.text, print)
    reached = 0
    try:
        with pytest.raises(ColorunbookError) as caught:
            for example in document.examples():
                reached = example.parsed.line
                stage.evaluate(example.parsed)
        print(f"line {mutation.line}: {mutation.before} -> {mutation.after}: "
              f"found at line {stage.failed}: {caught.value}")  # fmt: skip
    finally:
        stage.close()
    assert stage.failed is not None
    assert mutation.line <= reached
