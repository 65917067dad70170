# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook check``: the printed text, executed on live QEMU."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.chosen import wanted
from colorunbook.cli.console import duration, paint, say
from colorunbook.cli.options import (
    AsJson,
    LabQemu,
    PrimaryAddress,
    QemuBinary,
    SecondaryAddress,
    Settings,
    SiteFile,
)
from colorunbook.cli.reach import Typed
from colorunbook.errors import InputError, Untrue
from colorunbook.hosts import Accel, Role, Site

if TYPE_CHECKING:
    from colorunbook.check.evaluators import Stage
    from colorunbook.check.parsers import Passage
    from colorunbook.cli.telling import Teller

EPILOG = """
Examples:

  colorunbook check docs/

  colorunbook check docs/system/qemu-colo.rst --accel tcg

  colorunbook check docs/ --qemu 11.1

  colorunbook check docs/ --future
"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(check)


def check(
    docs: Annotated[Path, typer.Argument(help="A docs/ folder, or the page itself.")],
    primary: PrimaryAddress = None,
    secondary: SecondaryAddress = None,
    site: SiteFile = None,
    settings: Settings = None,
    accel: Annotated[
        Accel | None, typer.Option(help="Instead of KVM where it runs a guest, otherwise TCG.")
    ] = None,
    qemu: LabQemu = None,
    qemu_binary: QemuBinary = None,
    future: Annotated[
        bool,
        typer.Option("--future", help="On QEMUs that refuse what is deprecated already."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what was answered or seen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do what the pages say, word for word, on live pairs, and see that each section works.

    The secondary dies in one pair and the primary in another; both are then resumed. A guest that
    runs already is given a secondary. The first passage that does not come out as the text says
    ends the check, with its line. A page that was rendered for other hosts is checked with the same
    options that it was rendered with.

    With --future each line that a later QEMU may refuse is told, with what can be typed instead.
    """
    from colorunbook.check.evaluators import open_stage
    from colorunbook.check.future import REFUSE
    from colorunbook.cli.telling import Teller

    chosen = wanted(qemu, qemu_binary)
    like = Typed(site, primary, secondary, tuple(settings or ())).offline()
    # All are read before the first one is checked: that takes a while.
    for page, text, passages in [_read(page, like) for page in _pages(docs)]:
        start = perf_counter()
        stage = open_stage(text, say, accel, like, chosen, REFUSE if future else ())
        teller = Teller(page, verbose=verbose, as_json=as_json)
        try:
            for remark in stage.lab.remarks:
                say(remark)
            teller.opened(stage)
            _do(passages, stage, teller, future=future)
            teller.ended(stage)
        finally:
            stage.close()
        took = duration(perf_counter() - start)
        where = ", also where what is deprecated is refused" if future else ""
        true = paint("The page is true", "good")
        say(f"{true}{where}: {page}, {len(passages)} passages, {took}.")


def _pages(docs: Path) -> list[Path]:
    """The page that is meant, or those of a folder that are there.

    :raises InputError: there is none.
    """
    from colorunbook.render.rst import PAGES

    pages = [docs / page for page in PAGES] if docs.is_dir() else [docs]
    found = [page for page in pages if page.is_file()]
    if not found:
        raise InputError(f"There is no page {pages[0]}.", f"'colorunbook render {docs}' writes it.")
    return found


def _read(page: Path, like: Site) -> "tuple[Path, str, list[Passage]]":
    """A page, its text and its passages.

    :raises InputError: it is no text, has nothing to check, or is for other hosts.
    """
    from sybil import Sybil

    from colorunbook.check.evaluators import parse

    try:
        document = Sybil(parsers=[parse]).parse(page)
    except UnicodeDecodeError as error:
        raise InputError(f"{page} is no text in UTF-8: {error}.") from error
    passages: list[Passage] = [example.parsed for example in document.examples()]
    if not passages:
        raise InputError(f"{page} has no passage that can be checked.", "Render it anew.")
    _must_be_for(page, passages, like)
    return page, document.text, passages


def _do(passages: "list[Passage]", stage: "Stage", teller: "Teller", *, future: bool) -> None:
    """Do one after the other; the first that is not true ends it."""
    from colorunbook.check.future import Refusal, instead, is_refusal, judge

    for number, passage in enumerate(passages, 1):
        try:
            teller.one(stage, passage)
        except Untrue as untrue:
            if not (future and is_refusal(untrue.message)):
                raise teller.untrue(stage.at(untrue.line), untrue) from untrue
            first = Refusal(passage, untrue.message, instead(passage, stage.lab))
            raise teller.refused([first, *judge(passages[number:], stage.lab)]) from untrue


def _must_be_for(page: Path, passages: "list[Passage]", site: Site) -> None:
    """Refuse a page that speaks of other hosts than the labs would have."""
    from colorunbook.check.parsers import Typed as Command

    contents = [passage.content for passage in passages]
    spoken = {content.where.address for content in contents if isinstance(content, Command)}
    hosts = {site.host(role).address for role in Role}
    # A page with one wrong address among the right ones is untrue; one without a host is another's.
    if spoken - hosts and hosts - spoken:
        raise InputError(
            f"{page} is for the hosts {' and '.join(sorted(spoken))}.",
            "Give the options that it was rendered with: --primary and --secondary, or --site.",
        )
