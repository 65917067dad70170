# SPDX-License-Identifier: GPL-2.0-or-later
"""A run that only tells: what holds, what is done already, what would be sent."""

from colorunbook.book.phrases import plain
from colorunbook.cli.console import give, give_json, paint, say
from colorunbook.cli.show import show_plan
from colorunbook.engine.guards import Verdict, ask_guards
from colorunbook.engine.session import Session
from colorunbook.engine.standing import Lookout, Standing
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Json


async def tell(plan: Plan, session: Session, *, as_json: bool) -> None:
    """Ask the guards and each step's probe, and tell the plan with what they say."""
    lookout = Lookout(plan, session)
    standings = await lookout.survey()
    verdicts = [verdict async for verdict in ask_guards(plan, session, lookout)]
    if as_json:
        give_json(
            {
                "digest": plan.digest,
                **plan.as_json(),
                "guards": [_guard(verdict) for verdict in verdicts],
                "standing": [{"state": s.state.value, "seen": s.seen} for s in standings],
            }
        )
    else:
        show(plan, standings)
    for verdict in verdicts:
        _say(verdict)


def show(plan: Plan, standings: tuple[Standing, ...] = ()) -> None:
    """Put a plan out as text.

    :param standings: where each step stands; empty: nobody was asked.
    """
    marks = tuple(
        f"{each.state.value}{f': {each.seen}' if each.seen else ''}" for each in standings
    )
    give(show_plan(plan, marks=marks))


def _guard(verdict: Verdict) -> Json:
    return {
        "guard": plain(verdict.expect),
        "holds": verdict.holds,
        "seen": verdict.seen,
        "spent": verdict.spent,
    }


def _say(verdict: Verdict) -> None:
    what = plain(verdict.expect)
    match verdict.holds, verdict.spent:
        case True, _:
            say(f"{paint('holds', 'good')}: {what}")
        case _, spent if spent:
            say(f"{paint('no longer needed', 'good')}: {what}; {spent}")
        case None, _:
            say(f"{paint('nobody can tell, the run would be refused', 'bad')}: {what}; "
                f"{verdict.seen}")  # fmt: skip
        case _:
            say(f"{paint('does not hold, the run would be refused', 'bad')}: {what}; seen: "
                f"{verdict.seen}")  # fmt: skip
