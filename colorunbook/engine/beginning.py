# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes before the first step of a run: guards, a proof of death, the freeing of a QEMU."""

import shlex
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from colorunbook.book.phrases import Expect
from colorunbook.engine.events import (
    Event,
    Fencing,
    GuardHeld,
    GuardWaived,
    Yanking,
)
from colorunbook.engine.fencing import split_fence
from colorunbook.engine.freeing import HANGS, free, leads_to_a_peer, yank_of
from colorunbook.engine.guards import Verdict, ask_guards, must_pass, refuse_to_start_twice
from colorunbook.engine.manner import Manner
from colorunbook.engine.peer import prove_dead
from colorunbook.engine.session import Session
from colorunbook.engine.signs import own_ports
from colorunbook.engine.standing import Lookout, State, changes
from colorunbook.engine.survivor import refuse_to_start_beside_a_survivor
from colorunbook.errors import ColorunbookError
from colorunbook.hosts import Role
from colorunbook.plan import Plan

_CUT = "what led from it to its dead peer was cut before it could be asked"


class Beginning:
    """Sees that a run may begin; until then nothing is changed but what hangs on a dead peer."""

    def __init__(self, plan: Plan, session: Session, manner: Manner) -> None:
        self._plan = plan
        self._session = session
        self._manner = manner
        patience = HANGS if plan.buries and plan.freeing else None
        self._lookout = Lookout(plan, session, patience=patience)
        self._is_over = False
        self._is_freed = False

    async def events(self) -> AsyncGenerator[Event, None]:
        """Ask the guards, and have it proved that a peer is dead which has to be.

        A QEMU that hangs on its peer answers no guard. It is freed once that one is known to be
        dead, and asked then.

        :raises Refused: it may not begin.
        """
        plan, session = self._plan, self._session
        if plan.buries is not None and (yank := yank_of(plan)) is not None:
            await session.spare(yank[0], plan.site)  # once something hangs it is too late
        await refuse_to_start_twice(plan, session, self._lookout)
        await refuse_to_start_beside_a_survivor(plan, session, self._lookout)
        judged: list[Expect] = []
        hangs = False
        async with ask_guards(plan, session, self._lookout) as asked:
            for each in asked:
                verdict = await each
                if verdict.hangs and await self._is_led_astray():
                    hangs = True
                    break
                judged.append(verdict.expect)
                yield self._judge(verdict)
        if plan.buries is not None and (hangs or not await self._all_is_done()):
            async for event in self._bury(plan.buries, hangs=hangs):
                yield event
        if hangs:
            async for event in self.free_first():
                yield event
            left = [expect for expect in plan.starts if expect not in judged]
            async with ask_guards(plan, session, Lookout(plan, session), left) as asked:
                for each in asked:
                    yield self._judge(await each, _CUT)

    async def free_first(self) -> AsyncIterator[Event]:
        """Cut what leads to a peer that is dead, before anything can wait for it.

        Where it was only killed this is not needed and harms nothing: a chardev that has not
        noticed is let go as well. Where it is all over already there is nothing to cut.
        """
        yank = yank_of(self._plan) if self._plan.freeing else None
        if yank is None or self._plan.buries is None or self._is_over or self._is_freed:
            return
        self._is_freed = True
        yield Yanking(yank[0])
        with self._manner.stop.doing():
            freed = await free(self._plan, self._session, *yank, "its peer is dead")
        yield freed

    def _judge(self, verdict: Verdict, *done: str) -> GuardHeld | GuardWaived:
        """See that a guard lets the run begin.

        :raises Refused: it does not.
        """
        if not verdict.lets_pass and verdict.name in self._manner.despite:
            return GuardWaived(verdict.expect, verdict.seen)
        must_pass(self._plan, verdict, *done)
        return GuardHeld(verdict.expect, verdict.spent or verdict.seen)

    async def _all_is_done(self) -> bool:
        """Whether all that changes anything is done: then nobody has to be dead for the rest."""
        steps = [step for step in self._plan.steps if changes(step)]
        states = [(await self._lookout.of(step)).state for step in steps]
        self._is_over = bool(states) and all(state is State.DONE for state in states)
        return self._is_over

    async def _bury(self, peer: Role, *, hangs: bool) -> AsyncIterator[Event]:
        survivor, fence = peer.other, self._manner.fence
        own = () if hangs else await own_ports(self._plan, self._lookout, survivor)
        if fence is not None:
            yield Fencing(peer, shlex.join(split_fence(fence)))
        yield await prove_dead(
            self._plan.site,
            survivor,
            self._session.transport,
            name=self._plan.name,
            own=own,
            fence=fence,
            ask_person=self._manner.ask_person,
        )

    async def _is_led_astray(self) -> bool:
        """Whether what hangs is for sure a QEMU that leads to the peer which has to be dead."""
        yank = yank_of(self._plan) if self._plan.buries is not None else None
        with suppress(ColorunbookError):
            return yank is not None and await leads_to_a_peer(self._plan, self._session, *yank)
        return False
