# SPDX-License-Identifier: GPL-2.0-or-later
"""The events of both QEMUs during one run: which of them count, and which are news."""

from colorunbook.engine.events import QemuSpoke
from colorunbook.engine.session import Session
from colorunbook.engine.transport import Monitor
from colorunbook.hosts import Role
from colorunbook.plan import Plan


class Hearing:
    """Keeps apart what came before an act, what came of it, and what was told already."""

    def __init__(self, plan: Plan, session: Session) -> None:
        self._plan = plan
        self._session = session
        self._roles = {plan.site.host(role).address: role for role in Role}
        # By the session and not by its address: a QEMU that is started anew has events of its own.
        self._begun: dict[Monitor, int] = {}
        self._told: dict[Monitor, int] = {}
        self._waited = False

    def begin(self) -> None:
        """Let events count from here on, and be news."""
        self.mark()
        self._told = dict(self._begun)

    def mark(self) -> None:
        """Let events count from here on."""
        self._waited = False
        self._begun = {m: len(m.events) for _, m in self._session.opened()}

    def after_a_wait(self) -> None:
        """What has come counts for the waits that follow; the next act makes an end of that."""
        self._waited = True

    def before_an_act(self) -> None:
        """What comes of an act is what comes after it; the waits before it are over."""
        if self._waited:
            self.mark()

    def since(self, role: Role) -> int:
        """From where on a host's events count; all of them where it was opened since then."""
        monitor = dict(self._session.opened()).get(self._plan.site.host(role).address)
        return self._begun.get(monitor, 0) if monitor is not None else 0

    def news(self) -> list[QemuSpoke]:
        """The events that came meanwhile."""
        news: list[QemuSpoke] = []
        for address, monitor in self._session.opened():
            told, come = self._told.get(monitor, 0), len(monitor.events)
            if come > told:
                news.extend(
                    QemuSpoke(self._roles[address], str(event.get("event")), event.get("data"))
                    for event in monitor.events[told:]
                )
                self._told[monitor] = come
        return news
