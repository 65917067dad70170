# SPDX-License-Identifier: GPL-2.0-or-later
"""What is written down while a drill goes on: what took how long, who was to answer, what is wrong.

Times are seconds of ``CLOCK_MONOTONIC``.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.measures import Stretch
from colorunbook.drill.parts import Span, SpanKind
from colorunbook.drill.witness import Reign
from colorunbook.hosts import Host
from colorunbook.lab.cables import Cables

Tell = Callable[[str], None]


@dataclass(slots=True)
class Score:
    """A drill as it is written down.

    :param tell: told what happens, a sentence each.
    :ivar start: when the drill began.
    :ivar reigns: who was to answer the clients, one after the other.
    """

    cables: Cables
    tell: Tell
    start: float = field(default_factory=time.monotonic)
    spans: list[Span] = field(default_factory=list)
    reigns: list[Reign] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @contextmanager
    def span(self, kind: SpanKind, name: str, host: Host) -> Iterator[None]:
        """Something goes on; what is broken off is not written down."""
        begun = time.monotonic()
        yield
        self.note(kind, name, host, begun, time.monotonic())

    def note(
        self, kind: SpanKind, name: str, host: Host, begin: float, end: float | None = None
    ) -> None:
        """Something went on; without an end it was over at once."""
        self.spans.append(Span(kind, name, host.address, begin, begin if end is None else end))

    def reign(self, host: Host, begin: float) -> None:
        """From now on this host answers, if it did not already."""
        if not self.reigns or self.reigns[-1].host != host.address:
            port = self.cables.ports_of(host.address)[-1]
            self.reigns.append(Reign(host.address, port, begin))

    def find(self, text: str) -> None:
        """Something is wrong."""
        self.tell(text)
        self.findings.append(Finding(Flaw.DRILL, text))

    def felt(self, pauses: list[tuple[str, Stretch]]) -> list[Stretch]:
        """Those pauses that clients felt: of the host that answered them then."""
        return [pause for address, pause in pauses if self._answers(address, pause.begin)]

    def _answers(self, address: str, when: float) -> bool:
        begun = [reign for reign in self.reigns if reign.begin <= when]
        return bool(begun) and begun[-1].host == address
