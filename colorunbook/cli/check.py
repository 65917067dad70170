# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook check``: the printed text, executed on live QEMU."""

import json
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.chosen import wanted
from colorunbook.cli.console import begin, duration, give, paint, say
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
from colorunbook.errors import Aborted, ColorunbookError, InputError, StepFailed
from colorunbook.hosts import Accel, Role, Site

if TYPE_CHECKING:
    from colorunbook.check.evaluators import Stage
    from colorunbook.check.parsers import Passage

PAGE = Path("system") / "qemu-colo.rst"

EPILOG = """
Examples:

  colorunbook check docs/

  colorunbook check docs/system/qemu-colo.rst --accel tcg

  colorunbook check docs/ --qemu 11.1
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
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what was answered or seen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do what the page says, word for word, on live pairs, and see that each section works.

    The secondary dies in one pair and the primary in another; both are then resumed. The first
    passage that does not come out as the text says ends the check, with its line. A page that was
    rendered for other hosts is checked with the same options that it was rendered with.
    """
    from sybil import Sybil

    from colorunbook.check.evaluators import open_stage, parse

    chosen = wanted(qemu, qemu_binary)
    like = Typed(site, primary, secondary, tuple(settings or ())).offline()
    page = docs / PAGE if docs.is_dir() else docs
    if not page.is_file():
        raise InputError(f"There is no page {page}.", f"'colorunbook render {docs}' writes it.")
    try:
        document = Sybil(parsers=[parse]).parse(page)
    except UnicodeDecodeError as error:
        raise InputError(f"{page} is no text in UTF-8: {error}.") from error
    examples = list(document.examples())
    if not examples:
        raise InputError(f"{page} has no passage that can be checked.", "Render it anew.")
    _must_be_for(page, [example.parsed for example in examples], like)
    start = perf_counter()
    stage = open_stage(say, accel, like, chosen)
    try:
        stage.learn(document.text)
        for example in examples:
            _one(stage, page, example.parsed, verbose=verbose, as_json=as_json)
        for life in list(stage.lives.values())[:1]:
            for remark in sorted({*life.lab.remarks, *life.adapt.made}):
                say(paint(f"  not as in the text: {remark}", "dim"))
    finally:
        stage.close()
    took = duration(perf_counter() - start)
    say(f"{paint('The page is true', 'good')}: {len(examples)} passages, {took}.")


def _must_be_for(page: Path, passages: "list[Passage]", site: Site) -> None:
    """Refuse a page that speaks of other hosts than the labs would have."""
    from colorunbook.check.parsers import Typed as Command

    contents = [passage.content for passage in passages]
    spoken = {content.where.address for content in contents if isinstance(content, Command)}
    hosts = {site.host(role).address for role in Role}
    if spoken and spoken.isdisjoint(hosts):
        raise InputError(
            f"{page} is for the hosts {' and '.join(sorted(spoken))}.",
            "Give the options that it was rendered with: --primary and --secondary, or --site.",
        )


def _one(stage: "Stage", page: Path, passage: "Passage", *, verbose: bool, as_json: bool) -> None:
    """Do one passage and tell how it went."""
    from colorunbook.check.evaluators import shown

    start = perf_counter()
    text = shown(passage)
    if not as_json:
        begin(f"  {passage.line:>4}  {text if len(text) < 100 else text[:97] + '...'}")
    try:
        seen = stage.evaluate(passage)
    except Aborted:
        raise
    except ColorunbookError as error:
        if not as_json:
            say()
        raise StepFailed(f"{page}:{passage.line}: {shown(passage)}\n  {error.message}") from error
    took = perf_counter() - start
    if as_json:
        record = {"line": passage.line, "text": shown(passage), "seen": seen, "seconds": took}
        give(json.dumps(record, ensure_ascii=False))
        return
    say(f"  {duration(took)}")
    if verbose:
        say(paint(f"        {seen}", "dim"))
