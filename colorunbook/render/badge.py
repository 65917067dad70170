# SPDX-License-Identifier: GPL-2.0-or-later
"""A badge in HTML: where a text was seen and, folded under that, what QEMU replied."""

import re
from collections.abc import Iterator, Sequence
from html import escape as escaped

from colorunbook.render.standing import Broken, Reply, Standing, State, names

_WITHIN = re.compile(r" (?=\(|[A-Z]+\))")
"""The blanks inside ``10.0.13 (KVM, TCG)``, at which no line is broken."""

_KINDS = {State.SEEN: "seen-yes", State.STALE: "seen-stale", State.UNSEEN: "seen-not"}
_MEANINGS = {
    State.SEEN: "Done on these QEMUs as printed here, and the procedure worked.",
    State.STALE: "The procedure has changed since. What was seen then says nothing of it now.",
    State.UNSEEN: "No record says that this was done as printed here, and worked.",
}


def badge(standing: Standing) -> str:
    """A line of HTML, with the replies folded under it where there are any."""
    state = standing.state
    says = f'<span class="seen-says">{_unbroken(standing.says)}</span>'
    opening = f'<div class="seen {_KINDS[state]}" title="{escaped(_MEANINGS[state])}">'
    if not standing.replies:
        return f"{opening}{says}</div>\n"
    kinds = len(standing.replies)
    what = "reply" if kinds == 1 else f"{kinds} replies"
    summary = f'<summary>{says} <span class="seen-more">{what}</span></summary>'
    folded = "\n".join(_replies(standing.replies))
    return f"{opening}<details>{summary}\n{folded}\n</details></div>\n"


def broken(found: Sequence[Broken]) -> str:
    """A line for each way in which a procedure fails."""
    return "".join(
        f'<div class="seen seen-broken"><span class="seen-says">broken on '
        f"{_unbroken(names(each.on))}: {escaped(each.symptom)}</span></div>\n"
        for each in found
    )


def folded(title: str, lines: Sequence[str]) -> str:
    """Lines under a title that opens them."""
    text = escaped("\n".join(lines))
    return (
        f'<details class="seen-evidence"><summary>{escaped(title)}</summary>\n'
        f'<pre class="seen-reply">{text}</pre>\n</details>\n'
    )


def _replies(replies: Sequence[Reply]) -> Iterator[str]:
    for reply in replies:
        if len(replies) > 1:
            yield f'<p class="seen-on">{_unbroken(names(reply.on))}</p>'
        yield f'<pre class="seen-reply">{escaped(reply.text)}</pre>'


def _unbroken(text: str) -> str:
    return _WITHIN.sub("&nbsp;", escaped(text))
