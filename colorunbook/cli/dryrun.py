# SPDX-License-Identifier: GPL-2.0-or-later
"""A run that only tells: what holds, what is done already, what would be sent."""

from colorunbook.book.phrases import plain
from colorunbook.cli.console import give, give_json, paint, say
from colorunbook.cli.show import show_plan
from colorunbook.engine.foresight import Foresight, Peer, foresee
from colorunbook.engine.guards import Verdict
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.engine.signs import alive
from colorunbook.engine.standing import Standing
from colorunbook.plan import Plan
from colorunbook.qemu.payload import Json

_FIRST = "would be done first, out of band"


async def tell(plan: Plan, session: Session, manner: Manner, *, as_json: bool) -> None:
    """Ask what the run would ask, and tell the plan with what was seen.

    :raises Refused: the run would be refused.
    """
    seen = await foresee(plan, session, manner)
    if as_json:
        give_json({"digest": plan.digest, **plan.as_json(), **_as_json(seen)})
    else:
        show(plan, seen.standings, frees=seen.frees)
    for verdict in seen.verdicts:
        _say(verdict, waived=verdict.name in seen.waived)
    if seen.peer is not None:
        _say_peer(seen.peer)
    elif plan.buries is not None:
        say(f"{paint('no longer needed', 'good')}: a proof of death; all is done already")
    seen.must_pass(plan)


def show(plan: Plan, standings: tuple[Standing, ...] = (), *, frees: bool | None = None) -> None:
    """Put a plan out as text.

    :param standings: where each step stands; empty: nobody was asked.
    :param frees: connections to a dead peer would be cut first; ``None``: where the plan is of
        one who buries its peer.
    """
    marks = tuple(
        f"{each.state.value}{f': {each.seen}' if each.seen else ''}" for each in standings
    )
    if frees is None:
        frees = plan.buries is not None
    give(show_plan(plan, marks=marks, first=_FIRST if frees else ""))


def _as_json(seen: Foresight) -> dict[str, Json]:
    return {
        "guards": [_guard(v, waived=v.name in seen.waived) for v in seen.verdicts],
        "standing": [{"state": s.state.value, "seen": s.seen} for s in seen.standings],
        "would_free_first": seen.frees,
        "peer": None if seen.peer is None else _peer(seen.peer),
        "would_be_refused": [reason.text for reason in seen.refusals],
    }


def _guard(verdict: Verdict, *, waived: bool) -> Json:
    return {
        "guard": plain(verdict.expect),
        "holds": verdict.holds,
        "seen": verdict.seen,
        "spent": verdict.spent,
        "waived": waived and not verdict.lets_pass,
    }


def _peer(peer: Peer) -> Json:
    signs: list[Json] = [
        {"asked": s.asked, "answer": s.knock and s.knock.value, "why_not": s.why or None}
        for s in peer.signs
    ]
    return {
        "role": peer.role.value,
        "address": peer.address,
        "alive": alive(peer.signs),
        "signs": signs,
        "proof": {"kind": peer.proof.kind or None, "text": peer.proof.text},
    }


def _say(verdict: Verdict, *, waived: bool) -> None:
    what = plain(verdict.expect)
    match verdict.holds, verdict.spent:
        case True, _:
            say(f"{paint('holds', 'good')}: {what}")
        case _, spent if spent:
            say(f"{paint('no longer needed', 'good')}: {what}; {spent}")
        case _ if waived:
            say(f"{paint('would be let be', 'bad')}: {what}; seen: {verdict.seen}")
        case None, _:
            say(f"{paint('nobody can tell, the run would be refused', 'bad')}: {what}; "
                f"{verdict.seen}")  # fmt: skip
        case _:
            say(f"{paint('does not hold, the run would be refused', 'bad')}: {what}; seen: "
                f"{verdict.seen}")  # fmt: skip


def _say_peer(peer: Peer) -> None:
    who = f"the {peer.role.value} {peer.address}"
    lives = paint("is alive", "bad") if alive(peer.signs) else "gives no sign of life"
    say(f"{who} {lives}:")
    for sign in peer.signs:
        say(f"  {sign}")
    proof = peer.proof
    head = paint("proof that it is dead", "good") if proof.kind else paint("no proof", "bad")
    say(f"{head}: {proof.text}")
