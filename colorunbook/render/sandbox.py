# SPDX-License-Identifier: GPL-2.0-or-later
"""Jinja's sandbox, which does not judge the same thing twice."""

from jinja2 import BaseLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Sandbox(ImmutableSandboxedEnvironment):
    """A template reads what it is given and changes nothing; nothing else is within its reach.

    Jinja judges each attribute each time that it is read, which takes longer than all the rest of a
    page. But what it says depends on the type of the value and the name of the attribute alone.

    :param loader: where templates come from.
    """

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            autoescape=False,  # reStructuredText, not HTML
            keep_trailing_newline=True,
            lstrip_blocks=True,
            trim_blocks=True,
            undefined=StrictUndefined,
        )
        self._judged: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Tell whether a template may read an attribute: what Jinja said of it the first time."""
        asked = (type(obj), attr)
        if asked not in self._judged:
            self._judged[asked] = super().is_safe_attribute(obj, attr, value)
        return self._judged[asked]
