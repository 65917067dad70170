# SPDX-License-Identifier: GPL-2.0-or-later
"""Which site another document speaks of: every place where a value shows has a voice.

The value that most places have is the site's, so that one place that differs from the rest is a
difference and not another site.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from colorunbook.drift.shapes import Leaf, Scalar, Shape

Voices = dict[str, Counter[str]]
"""What each value of the site was seen as, and how often; the first one seen first."""

LONE = frozenset({"guest.checkpoint_delay"})
"""Values that show in one command only: read off that, it would never differ."""

_LONGEST = 4096


class Filling:
    """Puts a site's values into the blanks of the model.

    :param blanks: what stands for each value, by the value's name.
    :param chosen: the values by name.
    """

    def __init__(self, blanks: Mapping[str, str], chosen: Mapping[str, str]) -> None:
        self._values = {blank: chosen[name] for name, blank in blanks.items() if name in chosen}
        self._blanks = re.compile("|".join(map(re.escape, self._values)) or "(?!)")

    def fill(self, value: Scalar) -> Scalar:
        """Fill one value; a number stays a number where the site has one."""
        if value is None or isinstance(value, bool | float):
            return value
        text = self._blanks.sub(lambda match: self._values[match[0]], str(value))
        if isinstance(value, int) and text.isascii() and text.isdigit() and len(text) < 20:
            return int(text)
        return text

    def same(self, ours: Leaf, theirs: Leaf) -> bool:
        """Tell whether the document has what the model would have for this site."""
        if ours.marks and ours.marks == theirs.marks:
            return True
        filled = self.fill(ours.plain)
        return type(filled) is type(theirs.plain) and filled == theirs.plain


def listen(pairs: Iterable[tuple[Shape, Shape]], blanks: Mapping[str, str]) -> Voices:
    """Hear what aligned commands say of the site.

    :param pairs: each a command of the model, with blanks, and one of the document.
    """
    voices: Voices = {}
    for ours, theirs in pairs:
        for member, leaf in ours.leaves.items():
            other = theirs.leaves.get(member)
            if other is None or (leaf.marks and leaf.marks == other.marks):
                continue
            for name, value in heard(leaf, other, tuple(blanks.items())):
                voices.setdefault(name, Counter())[value] += 1
    return voices


def heard(ours: Leaf, theirs: Leaf, blanks: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """What one value of the document says of the site; nothing where it is of another form."""
    if type(ours.plain) is not type(theirs.plain) or isinstance(ours.plain, bool):
        return []
    text, other = str(ours.plain), str(theirs.plain)
    if not any(blank in text for _, blank in blanks) or len(other) > _LONGEST:
        return []
    pattern, names = _pattern(text, blanks)
    match = pattern.fullmatch(other)
    if match is None:
        return []
    found = zip(names, match.groups(), strict=True)
    return [(name, v.strip("[]") if name.endswith(".address") else v) for name, v in found]


@lru_cache(maxsize=4096)
def _pattern(text: str, blanks: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], list[str]]:
    """A regular expression for what has other values in the blanks."""
    names = {blank: name for name, blank in blanks}
    every = re.compile("|".join(re.escape(blank) for blank in names))
    parts: list[str] = []
    order: list[str] = []
    at = 0
    for match in every.finditer(text):
        name = names[match[0]]
        parts += [re.escape(text[at : match.start()]), _group(name)]
        order.append(name)
        at = match.end()
    bare = "".join([*parts, re.escape(text[at:])])
    # An address of the other family has brackets, or has none.
    bare = re.sub(r"\\\[(\([^)]*\))\\\]", r"\1", bare)
    return re.compile(bare, re.DOTALL), order


def _group(name: str) -> str:
    if name.startswith("ports."):
        return r"([0-9]{1,5}|[$<{][^:/,]*)"
    return r"(.+?)" if name.endswith(".address") else r"(.+)"


def decide(
    voices: Voices,
    blanks: Mapping[str, str],
    usual: Mapping[str, str],
    fixed: frozenset[str],
) -> dict[str, str]:
    """Choose the site's values by name.

    :param usual: the value of each where nothing else is known, by name.
    :param fixed: the names of those that were given, which no voice changes.
    """
    chosen = dict(usual)
    for name in blanks.keys() - fixed:
        counted = voices.get(name)
        if not counted:
            continue
        most = max(counted.values())
        best = [value for value, count in counted.items() if count == most]
        if name in LONE and most < 2:
            continue
        chosen[name] = usual[name] if usual.get(name) in best else best[0]
    return chosen
