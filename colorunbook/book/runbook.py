# SPDX-License-Identifier: GPL-2.0-or-later
"""A procedure: a named, ordered list of steps with what must hold before and after."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from traceback import extract_tb

from colorunbook.book.actions import Action
from colorunbook.book.colo import Colo
from colorunbook.book.conditions import Probe
from colorunbook.book.phrases import Expect
from colorunbook.errors import ColorunbookError, InputError
from colorunbook.hosts import Role

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Step:
    """An action with its title and its reason, done to the QEMU (or the host) of one role.

    :param runbook: the name of the runbook that the step was written in.
    :param done: what tells that the step is done already: what holds of any one of these groups;
        a bare probe is asked of the step's own QEMU. Without any nothing tells.
    :param already: a piece of the error by which QEMU tells the same when the step is done again.
    :param undo: what takes it back, while COLO does not run yet.
    :param unless: what tells that there is nothing to take back; ``None``: that it is not done.
    :param spends: the guards that need not hold any more once it is done.
    :param chained: it leads to one secondary, and to no other. When it has to be done, what an
        earlier attempt has left of it and of the chained steps after it is taken back first.
    """

    title: str
    action: Action
    why: str = ""
    role: Role = Role.PRIMARY
    runbook: str = ""
    done: tuple[tuple[Probe | Expect, ...], ...] = ()
    already: str = ""
    undo: tuple[Action, ...] = ()
    unless: Probe | None = None
    spends: tuple[Expect, ...] = ()
    chained: bool = False

    @property
    def tells(self) -> tuple[tuple[Expect, ...], ...]:
        """What tells that it is done, each with whom it is asked of."""
        return tuple(tuple(self._asked(each) for each in group) for group in self.done)

    def because(self, why: str) -> "Step":
        """The same step with its reason."""
        return replace(self, why=why)

    def done_when(self, *probes: Probe | Expect) -> "Step":
        """The same step with one more group that together tells that it is done."""
        return replace(self, done=(*self.done, probes))

    def undone_by(self, *actions: Action, unless: Probe | None = None) -> "Step":
        """The same step with what takes it back.

        :param unless: what tells that there is nothing to take back, where something may be left
            of what was not done well.
        """
        return replace(self, undo=actions, unless=unless)

    def for_good(self) -> "Step":
        """The same step in a procedure that has no way back."""
        return replace(self, undo=(), unless=None)

    def spending(self, *guards: Expect) -> "Step":
        """The same step with the guards that it makes an end of."""
        return replace(self, spends=guards)

    def in_chain(self) -> "Step":
        """The same step, leading to one secondary and to no other."""
        return replace(self, chained=True)

    def _asked(self, probe: Probe | Expect) -> Expect:
        return probe if isinstance(probe, Expect) else Expect(self.role, probe)


Steps = Callable[[Colo], Iterator[Step]]
Expectations = Callable[[Colo], Iterator[Expect]]


class Runbook:
    """A procedure that can be listed, rendered, run and checked.

    :param name: what it is called on the command line: ``primary-failover``.
    :param on: the role whose QEMU or host the steps act on.
    :param flipped: the roles are those after the secondary has taken over.
    :param notes: what a reader has to know first, a paragraph each (reStructuredText).
    :param parts: the runbooks it is composed of; empty for one with steps of its own.
    :param buries: the role whose QEMU has to be known to be dead: the other one goes on alone.
    :param freed_by: the runbook that frees this one's QEMU of a peer that has vanished.
    """

    def __init__(
        self,
        name: str,
        title: str,
        summary: str,
        steps: Steps,
        *,
        on: Role,
        flipped: bool = False,
        notes: tuple[str, ...] = (),
        parts: tuple["Runbook", ...] = (),
        buries: Role | None = None,
        freed_by: "Runbook | None" = None,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"A runbook cannot be called {name!r}.", "Use small letters, digits and hyphens."
            )
        self.name = name
        self.title = title
        self.summary = summary
        self.on = on
        self.flipped = flipped
        self.notes = notes
        self.parts = parts
        self.buries = buries
        self.freed_by = freed_by
        self._steps = steps
        self._starts: Expectations = _nothing
        self._ends: Expectations = _nothing

    def __repr__(self) -> str:
        return f"<Runbook {self.name}>"

    def starts_when(self, expectations: Expectations) -> Expectations:
        """Declare (as a decorator) what must hold before anything is touched."""
        self._starts = expectations
        return expectations

    def ends_when(self, expectations: Expectations) -> Expectations:
        """Declare (as a decorator) what success is, asked of both QEMUs."""
        self._ends = expectations
        return expectations

    def steps(self, colo: Colo) -> tuple[Step, ...]:
        """The steps, each with the role and the runbook it belongs to."""
        if self.parts:
            return tuple(step for part in self.parts for step in part.steps(colo))
        with _blaming(self.name):
            return tuple(replace(s, role=self.on, runbook=self.name) for s in self._steps(colo))

    def starts(self, colo: Colo) -> tuple[Expect, ...]:
        """The guards; of a composed one those of its first part, unless it has its own."""
        if self.parts and self._starts is _nothing:
            return self.parts[0].starts(colo)
        return tuple(self._starts(colo))

    def ends(self, colo: Colo) -> tuple[Expect, ...]:
        """The postcondition; of a composed one that of its last part, unless it has its own."""
        if self.parts and self._ends is _nothing:
            return self.parts[-1].ends(colo)
        return tuple(self._ends(colo))


@contextmanager
def _blaming(name: str) -> Iterator[None]:
    """Tell where the function of a runbook failed: it may be anybody's."""
    try:
        yield
    except ColorunbookError:
        raise
    except Exception as error:
        last = extract_tb(error.__traceback__)[-1]
        raise InputError(
            f"The runbook {name} failed in {last.filename}:{last.lineno}: "
            f"{type(error).__name__}: {str(error).rstrip('.')}.",
            "Mend it there.",
        ) from error


def runbook(
    name: str,
    *,
    on: Role,
    title: str,
    flipped: bool = False,
    notes: tuple[str, ...] = (),
    buries: Role | None = None,
    freed_by: Runbook | None = None,
) -> Callable[[Steps], Runbook]:
    """Make a runbook of a function that yields steps; its docstring is the summary.

    The parameters are those of :class:`Runbook`.
    """

    def decorate(steps: Steps) -> Runbook:
        summary = (steps.__doc__ or "").strip()
        return Runbook(
            name,
            title,
            summary,
            steps,
            on=on,
            flipped=flipped,
            notes=notes,
            buries=buries,
            freed_by=freed_by,
        )

    return decorate


def compose(name: str, *parts: Runbook, title: str, summary: str) -> Runbook:
    """Make a runbook of others, one after the other; it ends as the last of them does.

    :raises InputError: some speak of the roles before a takeover, others of those after it.
    """
    flipped = parts[0].flipped
    if any(part.flipped is not flipped for part in parts):
        names = ", ".join(part.name for part in parts)
        raise InputError(
            f"{name!r} cannot be made of {names}: their roles differ.",
            "Run them one after the other.",
        )
    on = parts[-1].on
    freed = next((part.freed_by for part in parts if part.freed_by), None)
    return Runbook(
        name, title, summary, _no_steps, on=on, flipped=flipped, parts=parts, freed_by=freed
    )


def _no_steps(_colo: Colo) -> Iterator[Step]:
    return iter(())


def _nothing(_colo: Colo) -> Iterator[Expect]:
    return iter(())
