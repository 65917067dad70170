# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that colorunbook raises on purpose.

::

    ColorunbookError            20  something that should not have happened inside
    ├── InputError               2  a value, a file or a word that cannot be used
    ├── StaleError               1  a rendered document that no longer says what the model says
    ├── StepFailed               1  QEMU, a shell or a postcondition said no
    │   └── Untrue               1  a line of a document is not as it says
    ├── Refused                  3  a guard did not hold; nothing was touched
    ├── Unavailable              4  what was needed could not be reached or started
    │   ├── TimedOut             4  it was reached, and did not answer within its bound
    │   └── Busy                 4  too many wait there already, which may be over soon
    └── Aborted                 10  a person or a signal ended it

The number is the exit code of the command line.
"""

from typing import ClassVar


class ColorunbookError(Exception):
    """The root: one sentence that says what, where, and what to do about it.

    :param message: what happened and where.
    :param advice: what to do next, as a sentence of its own; may be empty.
    :ivar leads_elsewhere: the advice tells what leads on, and saying the same again does not.
    """

    exit_code: ClassVar[int] = 20

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.leads_elsewhere = False

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


class InputError(ColorunbookError):
    """A value, a file or a word that cannot be used; nothing has been done."""

    exit_code = 2


class StaleError(ColorunbookError):
    """A rendered document that no longer says what the model says."""

    exit_code = 1


class StepFailed(ColorunbookError):
    """QEMU, a shell or a postcondition said no."""

    exit_code = 1


class Untrue(StepFailed):
    """A line of a document is not as it says, whenever that was found out.

    :param line: which one, counted from 1.
    :ivar symptom: what it looks like to whoever types it, as a clause.
    :ivar evidence: what the QEMUs said of themselves then, a line each.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line
        self.symptom = ""
        self.evidence: tuple[str, ...] = ()


class Refused(ColorunbookError):
    """A guard did not hold, or could not be answered, or would not; nothing was touched."""

    exit_code = 3


class Unavailable(ColorunbookError):
    """What was needed could not be reached or started."""

    exit_code = 4


class TimedOut(Unavailable):
    """It was reached, and did not answer within its bound."""


class Busy(Unavailable):
    """Too many wait there already, which may be over soon."""


class Aborted(ColorunbookError):
    """A person or a signal ended it."""

    exit_code = 10
