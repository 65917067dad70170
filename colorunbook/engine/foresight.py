# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run would come to, as far as that can be told without changing anything."""

from dataclasses import dataclass

from colorunbook.book.phrases import plain
from colorunbook.engine.guards import Verdict, ask_guards, refuse_to_start_twice
from colorunbook.engine.manner import Manner
from colorunbook.engine.peer import ways_to_prove
from colorunbook.engine.session import Session
from colorunbook.engine.signs import Sign, alive, signs_of_life, this_machine_knows
from colorunbook.engine.standing import Lookout, Standing, State, changes
from colorunbook.engine.survivor import refuse_to_start_beside_a_survivor
from colorunbook.errors import Refused, Unavailable
from colorunbook.hosts import Role
from colorunbook.plan import Plan


@dataclass(frozen=True, slots=True)
class Proof:
    """How it would be known that the peer is dead.

    :param kind: ``fence``, ``person`` or ``machine``; empty: nothing would prove it.
    :param text: what would be done for it.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Peer:
    """Who has to be dead.

    :param signs: of its life; what only the run asks is among them, and was not asked.
    """

    role: Role
    address: str
    signs: tuple[Sign, ...]
    proof: Proof


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run would be refused.

    :param text: as a clause.
    :param advice: what can be done about it, as a sentence; may be empty.
    """

    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a run would come to.

    :param waived: the names of the guards that would be let be.
    :param standings: where each step stands.
    :param peer: who has to be dead; ``None``: nobody.
    :param frees: connections to the peer would be cut first.
    :param refusals: why the run would be refused; empty: as far as can be told it would not be.
    """

    verdicts: tuple[Verdict, ...]
    waived: frozenset[str]
    standings: tuple[Standing, ...]
    peer: Peer | None
    frees: bool
    refusals: tuple[Reason, ...]

    def must_pass(self, plan: Plan) -> None:
        """See that the run would begin.

        :raises Refused: it would not.
        """
        if self.refusals:
            first, more = self.refusals[0], len(self.refusals) - 1
            others = f" So it would for {more} other reason{'s' * (more != 1)}." if more else ""
            raise Refused(f"{plan.name} would be refused: {first.text}.{others}", first.advice)


async def foresee(plan: Plan, session: Session, manner: Manner) -> Foresight:
    """Ask all that a run would ask before it does anything, but for what is not harmless.

    What cannot be asked is unknown, and the reason is what was seen. A QEMU that hangs holds it up
    for one time-out.
    """
    lookout = Lookout(plan, session)
    refusals = await _started_wrongly(plan, session, lookout)
    verdicts = await _guards(plan, session, lookout)
    frees = plan.buries is not None and bool(plan.freeing)
    wanting = (v for v in verdicts if not v.lets_pass and v.name not in manner.despite)
    refusals += [_why(verdict, frees=frees) for verdict in wanting]
    standings = await lookout.survey()
    done = [s.state for s, step in zip(standings, plan.steps, strict=True) if changes(step)]
    is_over = bool(done) and all(state is State.DONE for state in done)
    peer = None
    if plan.buries is not None and not is_over:
        peer = await _peer(plan, plan.buries, session, manner)
        if not peer.proof.kind:
            refusals.append(_not_dead(plan, peer, session))
    frees = bool(plan.freeing) and peer is not None
    return Foresight(tuple(verdicts), manner.despite, standings, peer, frees, tuple(refusals))


async def _started_wrongly(plan: Plan, session: Session, lookout: Lookout) -> list[Reason]:
    try:
        await refuse_to_start_twice(plan, session, lookout)
        await refuse_to_start_beside_a_survivor(plan, session, lookout)
    except (Refused, Unavailable) as error:
        said = error.message.removeprefix(f"{plan.name} is refused, and nothing was sent: ")
        return [Reason(said.rstrip("."), error.advice)]
    return []


async def _guards(plan: Plan, session: Session, lookout: Lookout) -> list[Verdict]:
    verdicts: list[Verdict] = []
    async with ask_guards(plan, session, lookout) as asked:
        for expect, each in zip(plan.starts, asked, strict=True):
            try:
                verdicts.append(await each)
            except Unavailable as error:
                verdicts.append(Verdict(expect, None, error.message))
    return verdicts


def _why(verdict: Verdict, *, frees: bool) -> Reason:
    seen = "seen" if verdict.holds is False else "and nobody can tell"
    if verdict.hangs and frees:
        seen += "; the run would first cut what leads to its dead peer, and ask again"
    only = f"it begins only when {plain(verdict.expect)}"
    name = verdict.name
    advice = f"Where you know better, --despite {name} lets it be." if name else ""
    return Reason(f"{only}; {seen}: {verdict.seen.rstrip('.')}", advice)


async def _peer(plan: Plan, role: Role, session: Session, manner: Manner) -> Peer:
    transport = session.transport
    signs = await signs_of_life(plan.site, role.other, transport, harmless=True)
    if manner.fence is not None:
        proof = Proof("fence", f"first this would be run, and has to end well: {manner.fence}")
    elif alive(signs):
        proof = Proof("", "whatever was said does not count while it answers")
    elif this_machine_knows(plan.site, signs, transport):
        proof = Proof("machine", "this machine itself tells, unless what the run asks answers")
    elif manner.ask_person is not None:
        proof = Proof("person", "at a terminal you would be asked to type its address")
    else:
        proof = Proof("", "--fence COMMAND or --peer-is-dead would be one")
    return Peer(role, plan.site.host(role).address, signs, proof)


def _not_dead(plan: Plan, peer: Peer, session: Session) -> Reason:
    who = f"the {peer.role.value} {peer.address}"
    if alive(peer.signs):
        found = [str(sign) for sign in peer.signs if alive((sign,))]
        return Reason(
            f"{who} is alive: {' and '.join(found)}",
            "Two would run the guest. End its QEMU or cut it off, with --fence COMMAND for "
            "instance.",
        )
    return Reason(
        f"nothing proves that {who} is dead ({'; '.join(map(str, peer.signs))})",
        ways_to_prove(plan.site, peer.role, session.transport),
    )
