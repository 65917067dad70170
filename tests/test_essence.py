# SPDX-License-Identifier: GPL-2.0-or-later
"""The digest of a plan: it is of all that is done, and of nothing else."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.book.actions import Action, Assign, Await, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import Condition, EventSeen, StatusIs, guest_is
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.errors import InputError
from colorunbook.hosts import Role, Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.qemu.payload import Payload
from colorunbook.qemu.shell import Variable, Word
from tests.strategies import conditions, sites

WORDS = {
    (Step, "title"),
    (Step, "why"),
    (Step, "runbook"),
    (Hmp, "because"),
    (Variable, "doubled"),
    (Variable, "also"),
}
"""What of a step is only told; whatever else a step comes to have decides what is done."""

books = st.sampled_from(list(shelf.runbooks().values()))
dialects = st.builds(Dialect.of, st.sampled_from(["7.2", "10.0", "11.1"]), st.sampled_from(Edition))
plans = st.builds(resolve, books, sites(), dialects)

GUEST = guest_is("running")
EVENT = EventSeen("STOP", (("a", "b"),))
ASKED = Expect(Role.SECONDARY, GUEST)
WORD = Word.of("a", Variable("A", "b"))
ACTIONS = (
    Assign(Variable("A", "b")),
    Shell((WORD,)),
    Launch((WORD,)),
    Qmp(Payload("stop", {"a": 1})),
    Hmp("info", "harmless", "It is."),
    Yank(("mirror0",)),
    Await(GUEST, 7),
    Await(EVENT, 7),
)
FULL = Step(
    title="Do it",
    action=ACTIONS[0],
    why="It has to be done.",
    runbook="some",
    done=((ASKED, GUEST),),
    already="already",
    undo=ACTIONS,
    unless=GUEST,
    spends=(ASKED,),
    chained=True,
)


def mutants(value: object) -> Iterator[object]:
    """Values that differ from one in one place, its words left as they are."""
    match value:
        case Word():
            yield Word.of(*value.parts, "x")
        case bool():
            yield not value
        case Role():
            yield value.other
        case Enum() | None:
            pass
        case str():
            yield f"{value}x"
        case int():
            yield value + 1
        case (str(one), str(two)):  # it may be a pair, and stays one
            yield (f"{one}x", two)
            yield (one, f"{two}x")
        case tuple():
            yield value[:-1]
            yield (*value, *value[:1])
            for n, item in enumerate(value):
                yield from ((*value[:n], new, *value[n + 1 :]) for new in mutants(item))
        case Mapping():
            yield {**value, "x": 1}
        case _:
            assert is_dataclass(value)
            assert not isinstance(value, type)
            for part in fields(value):
                if (type(value), part.name) in WORDS:
                    continue
                for new in mutants(getattr(value, part.name)):
                    with suppress(InputError):
                        yield replace(value, **{part.name: new})


PLAN = resolve(shelf.runbook("primary-failover"), Site(), Dialect.of("11.1"))


def digest(*steps: Step) -> str:
    """The digest of a plan with these steps."""
    return replace(PLAN, steps=steps).digest


def told_otherwise(step: Step, word: str) -> Step:
    """The same step in other words, its part renamed."""
    action = step.action
    if isinstance(action, Hmp):
        action = replace(action, because=word)
    return replace(step, title=word, why=word, runbook=f"{step.runbook}-{word}", action=action)


@pytest.mark.parametrize("action", ACTIONS)
def test_all_of_a_step_but_its_words_is_in_the_digest(action: Action) -> None:
    """Whichever place of it changes."""
    step = replace(FULL, action=action)
    changed = [new for new in mutants(step) if new != step]
    assert 20 < len(changed)
    for new in changed:
        assert isinstance(new, Step)
        assert digest(step) != digest(new), new


@given(conditions, st.data())
def test_all_of_a_condition_is_in_the_digest(condition: Condition, data: st.DataObject) -> None:
    """Of whichever kind it is, and whether it is waited for or asked before and after."""
    expect = Expect(Role.PRIMARY, condition)
    changed = [new for new in mutants(expect) if new != expect]
    new = data.draw(st.sampled_from(changed))
    assert isinstance(new, Expect)
    one, two = (expect,), (new,)
    name = PLAN.steps[0].runbook
    assert replace(PLAN, starts=one).digest != replace(PLAN, starts=two).digest
    assert replace(PLAN, ends=one).digest != replace(PLAN, ends=two).digest
    parts = [replace(PLAN, parts=((name, starts),)).digest for starts in (one, two)]
    assert parts[0] != parts[1]


@given(plans, st.data())
@settings(max_examples=60)
def test_the_order_and_the_number_of_steps_are_in_the_digest(
    plan: Plan, data: st.DataObject
) -> None:
    """Neither may one be left out, nor two change places."""
    steps = plan.steps
    at = data.draw(st.integers(0, len(steps) - 1))
    assert plan.digest != replace(plan, steps=(*steps[:at], *steps[at + 1 :])).digest
    to = data.draw(st.integers(0, len(steps) - 1))
    moved = [*steps[:at], *steps[at + 1 :]]
    moved.insert(to, steps[at])
    assume(tuple(moved) != steps)
    assert plan.digest != replace(plan, steps=tuple(moved)).digest


@given(plans)
@settings(max_examples=60)
def test_who_does_it_and_who_has_to_be_dead_is_in_the_digest(plan: Plan) -> None:
    """The hosts, the dead, and what frees the survivor."""
    others = (
        replace(plan, site=plan.site.flipped()),
        replace(plan, buries=None if plan.buries else Role.PRIMARY),
        replace(plan, freeing=(*plan.freeing, FULL)),
    )
    assert len(others) + 1 == len({plan.digest, *(other.digest for other in others)})


@given(plans, st.text(max_size=9))
@settings(max_examples=60)
def test_no_word_is_in_the_digest(plan: Plan, word: str) -> None:
    """A title, a reason, a summary, a note or a name can be bettered while a run waits."""
    other = replace(
        plan,
        name=word,
        title=word,
        summary=word,
        notes=(word,),
        steps=tuple(told_otherwise(step, word) for step in plan.steps),
        freeing=tuple(told_otherwise(step, word) for step in plan.freeing),
        parts=tuple((f"{name}-{word}", starts) for name, starts in plan.parts),
    )
    assert plan.digest == other.digest


def test_no_sentence_is_in_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked is, however it is put into words."""
    told, digest = str(PLAN.as_json()), PLAN.digest
    monkeypatch.setattr(StatusIs, "PHRASE", "{role} {query} {member} {value}")
    assert told != str(PLAN.as_json())
    assert digest == PLAN.digest


@given(plans)
@settings(max_examples=30)
def test_how_a_host_is_reached_is_not_in_the_digest(plan: Plan) -> None:
    """What is shown offline is what is done later, by whichever monitor."""
    near = replace(plan.site.primary, monitor=UnixMonitor("/run/colo.qmp"))
    assert plan.digest == replace(plan, site=replace(plan.site, primary=near)).digest
