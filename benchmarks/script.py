# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan, done as a script would: its payloads over blocking sockets, and its waits by event.

Nothing is checked, asked beforehand, or kept; a reply is read and thrown away.
"""

import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.bare import Bare, socket_of
from colorunbook.book.actions import Action, Assign, Await, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import Checkpoints, Condition, EventSeen, HostCondition, Probe
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.engine.process import Qemu
from colorunbook.engine.waits import count_checkpoints
from colorunbook.errors import Unavailable
from colorunbook.hosts import Host, Role, Site
from colorunbook.lab.pair import Lab
from colorunbook.plan import Plan
from colorunbook.qemu.payload import NEGOTIATION, Json, is_object

_LOOK = 0.002
"""How soon a state is asked for again where no event comes, in seconds."""

_PATIENCE = 90.0


class Script:
    """Does plans in a lab; a session is opened once for each QEMU."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._open: dict[str, Bare] = {}
        self._since: dict[str, int] = {}

    def open(self, site: Site, roles: Iterable[Role]) -> None:
        """Open the sessions of some roles."""
        for role in roles:
            self._session(site.host(role))

    def play(self, plan: Plan, *, ends: bool) -> None:
        """Do a plan.

        :param ends: wait for its postcondition too.
        """
        for step in acts(plan):
            self._do(plan.site, step.role, step.action)
        if ends:
            for address, session in self._open.items():
                self._since[address] = len(session.events)
            for expect in plan.ends:
                self._expect(plan.site, expect)

    def close(self) -> None:
        """End the sessions."""
        for session in self._open.values():
            session.__exit__()
        self._open.clear()
        self._since.clear()

    def _do(self, site: Site, role: Role, action: Action) -> None:
        host = site.host(role)
        match action:
            case Assign():
                pass
            case Shell(words):
                argv = self._lab.world.command([w.text for w in words], address=host.address)
                subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
            case Launch(words):
                self._launch(host, [w.text for w in words])
            case Qmp(payload):
                session = self._session(host)
                if payload.execute != NEGOTIATION:
                    self._send(host, session, payload.text)
            case Hmp() as line:
                self._send(host, self._session(host), line.payload.text)
            case Yank() as yank:
                session = self._session(host)
                found = session.execute(yank.question.text)
                session.execute(yank.payload(yank.chosen(found)).text)
            case Await(condition):
                self._wait(host, condition)

    def _send(self, host: Host, session: Bare, text: str) -> None:
        self._since[host.address] = len(session.events)
        session.execute(text)

    def _launch(self, host: Host, words: list[str]) -> None:
        old = self._open.pop(host.address, None)
        if old is not None:
            old.__exit__()
        Path(socket_of(host)).unlink(missing_ok=True)
        with self._lab.transport.log_of(host).open("wb") as log:
            argv = self._lab.world.command(words, address=host.address)
            Qemu.start(argv, stdin=None, stdout=log.fileno(), stderr=log.fileno())
        _until(lambda: _accepts(socket_of(host)))

    def _session(self, host: Host) -> Bare:
        if host.address not in self._open:
            self._open[host.address] = Bare(socket_of(host))
            self._since[host.address] = 0
        return self._open[host.address]

    def _expect(self, site: Site, expect: Expect) -> None:
        self._wait(site.host(expect.role), expect.condition)

    def _wait(self, host: Host, condition: Condition) -> None:
        session = self._session(host)
        since = self._since[host.address]
        end = time.monotonic() + _PATIENCE
        while not _holds(session, condition, since):
            if time.monotonic() > end:
                raise Unavailable(f"The bare script waits in vain for {condition} at {host}.")


def acts(plan: Plan) -> tuple[Step, ...]:
    """The steps of a plan, and before them what frees a QEMU whose peer is dead."""
    return (*(plan.freeing if plan.buries else ()), *plan.steps)


def _holds(session: Bare, condition: Condition, since: int) -> bool:
    """Look once; where it does not hold, wait a moment for an event."""
    match condition:
        case EventSeen():
            holds = any(map(condition.matches, session.events[since:]))
            pause = 1.0
        case Checkpoints(count):
            holds, pause = count_checkpoints(session.events, since) >= count, 1.0
        case _ if isinstance(condition, HostCondition):
            raise TypeError(f"{condition} is asked of a host")
        case _:
            holds, pause = _asked(session, condition), _LOOK
    if not holds:
        session.hear(pause)
    return holds


def _asked(session: Bare, probe: Probe) -> bool:
    replies: list[Json] = [session.execute(question.text) for question in probe.questions]
    failed = any(is_object(reply) and "error" in reply for reply in replies)
    return not failed and probe.holds(replies)


def _accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        return link.connect_ex(path) == 0


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise Unavailable("The bare script waits in vain for a QEMU to start.")
        time.sleep(_LOOK)
