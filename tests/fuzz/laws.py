# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds of the program whatever it is given."""

import re
from collections.abc import Iterator, Sequence

from tests.fuzz.cases import Act, Case
from tests.fuzz.monitors import honest
from tests.fuzz.program import Outcome
from tests.qmpserver import ASKING

CODES = (0, 1, 2, 3, 4)
"""Nobody has interrupted it, and a defect of its own is one."""

SENTENCE = re.compile(
    r"^(colorunbook: (error|refused): \S|Usage: colorunbook|Error: \S)", re.MULTILINE
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f]")

_ANSWERS = ("honest", "value", "big", "row", "raw")
"""The acts that may be a reply which is no error."""

_WRITES = ("render", "dump", "matrix", "--state", "--install-completion", "report")
_FREES = "yank"
"""What an engine may send at any time to a QEMU that hangs."""


def broken(case: Case, outcome: Outcome) -> list[str]:
    """Every law that was broken, as a sentence."""
    return [*_of_the_end(case, outcome), *_of_files(case, outcome), *_of_monitors(case, outcome)]


def _of_the_end(case: Case, outcome: Outcome) -> Iterator[str]:
    if outcome.code is None:
        yield f"it hangs: after {outcome.seconds:.0f} s it had not ended"
        return
    if outcome.code not in CODES:
        yield f"it ends with {outcome.code}"
    for name, text in (("standard error", outcome.err), ("standard output", outcome.out)):
        if "Traceback" in text:
            yield f"there is a traceback on {name}"
    if case.monitor and outcome.code == 2:
        yield "what a monitor has said is taken for bad input"
    if len(outcome.err) > 50_000 and "--verbose" not in case.argv:
        yield f"standard error has {len(outcome.err)} letters"
    speaks = bool(SENTENCE.search(outcome.err)) or "Usage:" in outcome.out
    if outcome.code in (2, 3, 4) and not speaks:
        yield f"it ends with {outcome.code} and says no sentence"
    if outcome.code == 1 and not (outcome.err + outcome.out).strip():
        yield "it ends with 1 and says nothing"
    # What is typed comes back as it was typed; what others wrote must not move the cursor.
    if case.kind != "flags" and CONTROL.search(outcome.err):
        yield f"standard error has the character {CONTROL.findall(outcome.err)[0]!r}"
    if case.kind not in ("flags", "site") and ESCAPE.search(outcome.out):
        yield f"standard output has the character {ESCAPE.findall(outcome.out)[0]!r}"


def _of_files(case: Case, outcome: Outcome) -> Iterator[str]:
    writes = any(word.partition("=")[0] in _WRITES for word in case.argv)
    for name in outcome.changed:
        if name == "home" or name.startswith("home/"):
            continue  # journals, caches, the folder of the labs
        if not writes or (outcome.code in (2, 3) and "--state" not in " ".join(case.argv)):
            yield f"it has changed {name}"
    if case.kind != "flags" and outcome.code == 2 and any("runs/" in n for n in outcome.changed):
        yield "there is a journal of what was not begun"


def _of_monitors(case: Case, outcome: Outcome) -> Iterator[str]:
    if not case.monitor:
        return
    asked = honest(case.monitor).asked
    first = next(n for n, name in enumerate(asked) if _changes(name))
    sent = [name for name in outcome.received if _changes(name) and name != _FREES]
    if "--dry-run" in case.argv and sent:
        yield f"a dry run has sent {sent[0]}"
    if not _in_order(sent, [name for name in asked if _changes(name)]):
        yield f"it has sent what an honest run does not: {sent}"
    for at, acts in sorted((int(at), acts) for at, acts in case.lies.items()):
        if at >= len(outcome.received) or _may_be_answer(acts):
            continue
        lie = "the greeting" if at < 0 else outcome.received[at]
        later = [name for name in outcome.received[at + 1 :] if _changes(name) and name != _FREES]
        if _is_asked_again(outcome.received, at):
            continue  # what hung was freed of a peer that is known to be dead
        begun = any(map(_changes, outcome.received[:at])) if at > 0 else False
        if (not begun or _changes(lie)) and later:
            yield f"{lie} was not answered, and {later[0]} was sent"
    if _lies_about_the_mode(case, asked, first) and sent:
        yield f"the mode was not {case.monitor}, and {sent[0]} was sent"


def _is_asked_again(received: Sequence[str], at: int) -> bool:
    """Tell whether a question was put once more, before anything but the freeing was done."""
    later = received[at + 1 :] if at >= 0 else []
    until = next((n for n, name in enumerate(later) if _changes(name) and name != _FREES), 0)
    return _FREES in later[:until] and received[at] in later[:until]


def _changes(name: str) -> bool:
    return not name.startswith(ASKING)


def _may_be_answer(acts: list[Act]) -> bool:
    return any(act[0] in _ANSWERS for act in acts)


def _lies_about_the_mode(case: Case, asked: Sequence[str], first: int) -> bool:
    """Tell whether the guard got a reply that says another mode, or none."""
    at = asked.index("query-colo-status")
    acts = case.lies.get(str(at), [["honest"]])
    if at >= first or len(acts) != 1 or acts[0][0] != "value" or len(case.lies) > 1:
        return False
    told = acts[0][1]
    return not (isinstance(told, dict) and told.get("mode") == case.monitor)


def _in_order(some: Sequence[str], all_of: Sequence[str]) -> bool:
    """Tell whether some are found among all, in their order."""
    rest = iter(all_of)
    return all(name in rest for name in some)
