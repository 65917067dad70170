# SPDX-License-Identifier: GPL-2.0-or-later
"""What the records say of a text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.book.colo import Colo
from colorunbook.book.conditions import guest_is
from colorunbook.book.runbook import Runbook, Step
from colorunbook.check.evaluators import shown
from colorunbook.check.parsers import Typed, passages
from colorunbook.hosts import Accel, Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition, Version
from colorunbook.records import Failure, Record, Verdict
from colorunbook.render.evidence import Evidence, is_own, one_line
from colorunbook.render.rst import pages
from colorunbook.render.spellings import printed
from colorunbook.render.standing import Broken, On, State
from tests.render.samples import SYMPTOM, aged, failed, replying, sample

BOOKS = shelf.runbooks()
NAMES = [name for name, book in BOOKS.items() if not book.parts]
NEW = sample("11.1", "11.1.3")
OLD = sample("7.2", "7.2.22")
LOST = '{"execute": "x-colo-lost-heartbeat"}'
FAILOVER = "primary-failover"


def evidence(*records: Record) -> Evidence:
    """These records, held against the model."""
    return Evidence(records, BOOKS)


def test_a_text_is_seen_where_the_records_say() -> None:
    """The oldest QEMU first, each with what ran its guest."""
    found = evidence(NEW, replace(NEW, accel=Accel.TCG), OLD)
    says = found.standing(FAILOVER, Edition.HMP, LOST).says
    assert "seen on 7.2.22 (KVM), 11.1.3 (KVM, TCG)" == says


@pytest.mark.parametrize("name", NAMES)
def test_every_command_of_the_document_is_found(name: str) -> None:
    """What the check calls a passage and what the site prints are the same text."""
    found = evidence(NEW)
    for command in printed(resolve(BOOKS[name], Site(), Dialect())):
        standing = found.standing(command.runbook, Edition.HMP, command.text)
        assert (On(Version(11, 1, 3), (Accel.KVM,)),) == standing.seen


def test_a_line_is_the_one_that_the_check_shows() -> None:
    """For commands with continuations too."""
    texts = pages(Site(), Dialect()).values()
    typed = [p for page in texts for p in passages(page) if isinstance(p.content, Typed)]
    assert [shown(p) for p in typed] == [
        one_line(p.content.text) for p in typed if isinstance(p.content, Typed)
    ]


def test_what_no_record_has_is_not_seen() -> None:
    """Neither a command that is not in it nor one of another edition."""
    found = evidence(NEW)
    assert "not seen" == found.standing(FAILOVER, Edition.HMP, "{}").says
    assert State.UNSEEN is found.standing(FAILOVER, Edition.BLOCKDEV, LOST).state
    assert State.UNSEEN is found.standing(FAILOVER, Edition.HMP).state
    assert State.UNSEEN is evidence().standing(FAILOVER, Edition.HMP, LOST).state


def changed(book: Runbook) -> Runbook:
    """The same runbook, where one step is known by something else."""

    def steps(colo: Colo) -> list[Step]:
        first, *others = book.steps(colo)
        return [first.done_when(guest_is("otherwise")), *others]

    other = Runbook(
        book.name,
        book.title,
        book.summary,
        lambda colo: iter(steps(colo)),
        on=book.on,
        flipped=book.flipped,
    )
    other.starts_when(lambda colo: iter(book.starts(colo)))
    other.ends_when(lambda colo: iter(book.ends(colo)))
    return other


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_plan_makes_what_was_seen_stale(name: str) -> None:
    """Every command of it, and no command of another runbook."""
    found = Evidence([NEW], {**BOOKS, name: changed(BOOKS[name])})
    for other in NAMES:
        for command in printed(resolve(BOOKS[other], Site(), Dialect())):
            standing = found.standing(other, Edition.HMP, command.text)
            assert (State.STALE if other == name else State.SEEN) is standing.state
            assert (other == name) == (not standing.seen)
            assert (other == name) == (not standing.replies) or not standing.replies
    assert found.is_stale(NEW)


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_what_is_stale_is_never_seen(new: set[str], old: set[str]) -> None:
    """A QEMU counts as seen by a record that is of today's plan, and by no other."""
    found = evidence(aged(NEW, *new), aged(OLD, *old))
    text = '{"execute": "qmp_capabilities"}'
    for name in ("prepare-secondary", "start-replication"):
        standing = found.standing(name, Edition.HMP, text)
        seen = {Version(11, 1, 3): name not in new, Version(7, 2, 22): name not in old}
        assert {qemu for qemu, is_seen in seen.items() if is_seen} == {
            on.qemu for on in standing.seen
        }
        assert {qemu for qemu, is_seen in seen.items() if not is_seen} == {
            on.qemu for on in standing.stale
        }


def test_a_stale_text_says_so() -> None:
    """And where it was seen."""
    says = evidence(aged(OLD, FAILOVER)).standing(FAILOVER, Edition.HMP, LOST).says
    assert "stale: seen on 7.2.22 (KVM), of an older plan" == says


def test_a_record_is_stale_where_one_plan_has_changed_or_gone() -> None:
    """One that does not name all that the document prints today is, too."""
    fewer = {name: digest for name, digest in NEW.digests.items() if name != FAILOVER}
    assert evidence().is_stale(replace(NEW, digests=fewer))
    assert not evidence(NEW).is_stale(NEW)
    assert evidence().is_stale(aged(NEW, FAILOVER))
    assert evidence().is_stale(replace(NEW, digests={}))
    without = {name: book for name, book in BOOKS.items() if name != FAILOVER}
    assert Evidence([NEW], without).is_stale(NEW)


def test_a_text_for_a_qemu_that_is_too_old_is_stale() -> None:
    """No plan can be made for it any more."""
    ancient = replace(NEW, document=Version(5, 2))
    assert evidence().is_stale(ancient)
    assert not is_own(ancient)


def test_a_reply_in_a_procedure_that_failed_is_not_seen() -> None:
    """The sections before it are; the runbook itself is broken there."""
    record = failed(sample("10.0.2", "10.0.2"), "Step 4: Start replication")
    found = evidence(record, OLD)
    opening = '{"execute": "qmp_capabilities"}'
    before = found.standing("prepare-secondary", Edition.HMP, opening)
    within = found.standing("start-replication", Edition.HMP, opening)
    assert "seen on 7.2.22 (KVM), 10.0.2 (KVM)" == before.says
    assert "seen on 7.2.22 (KVM)" == within.says
    on = (On(Version(10, 0, 2), (Accel.KVM,)),)
    assert (Broken(SYMPTOM, on),) == found.broken("start-replication", Edition.HMP)
    assert () == found.broken("prepare-secondary", Edition.HMP)
    assert () == found.broken("start-replication", Edition.BLOCKDEV)


def test_a_procedure_that_was_broken_off_is_not_seen() -> None:
    """Though no line of it failed: what it ends with was not asked any more."""
    outcome = "``query-migrate`` on the primary says ``status=colo``"
    cut = next(n for n, s in enumerate(NEW.sights) if s.section == "Primary failover") + 4
    late = Failure(0, "", "", "the check itself failed: it did not end within 420 s", ())
    record = replace(NEW, verdict=Verdict.BROKEN, failure=late, sights=NEW.sights[:cut])
    command = next(s.text for s in record.sights[::-1] if s.text.startswith("{"))
    assert State.UNSEEN is evidence(record).standing(FAILOVER, Edition.HMP, command).state
    opening = '{"execute": "qmp_capabilities"}'
    replicated = evidence(record).standing("start-replication", Edition.HMP, opening)
    assert State.SEEN is replicated.state
    owed = replace(record, sights=tuple(s for s in record.sights if s.text != outcome))
    unasked = evidence(owed).standing("start-replication", Edition.HMP, opening)
    assert State.UNSEEN is unasked.state


@pytest.mark.parametrize("edition", list(Edition))
def test_a_whole_record_has_every_sentence(edition: Edition) -> None:
    """So a document that broke off in its last section has the others whole.

    What only its companion prints was not come to.
    """
    record = failed(sample("11.1", "11.1.3", edition=edition), "Secondary resumes replication")
    unseen = ("secondary-resume", "launch-alone", "prepare-primary")
    found = evidence(record)
    for name in NAMES:
        for command in printed(resolve(BOOKS[name], Site(), Dialect(edition=edition))):
            state = found.standing(name, edition, command.text).state
            assert (State.UNSEEN if name in unseen else State.SEEN) is state


def test_a_text_for_other_versions_breaks_nothing() -> None:
    """That the text for 10.0 fails on 11.1 says nothing against the text for 11.1."""
    found = evidence(failed(sample("10.0", "11.1.3"), "Step 3: Prepare the secondary"))
    assert () == found.broken("prepare-secondary", Edition.HMP)


def test_a_broken_procedure_that_has_changed_is_not_known_to_be_broken() -> None:
    """Stale goes both ways."""
    record = failed(sample("10.0.2", "10.0.2"), "Step 4: Start replication")
    assert () == evidence(aged(record, "start-replication")).broken(
        "start-replication", Edition.HMP
    )


def test_equal_replies_are_told_once() -> None:
    """With all the QEMUs that replied so; other replies follow."""
    third = sample("10.0", "10.0.13")
    other = replying(third, LOST, "{'return': {}, 'id': 7}")
    replies = evidence(NEW, OLD, other).standing(FAILOVER, Edition.HMP, LOST).replies
    assert {
        "{'return': {}}": ["7.2.22 (KVM)", "11.1.3 (KVM)"],
        "{'return': {}, 'id': 7}": ["10.0.13 (KVM)"],
    } == {reply.text: [str(on) for on in reply.on] for reply in replies}


def test_no_reply_is_no_reply() -> None:
    """Where nothing was said, nothing is told."""
    found = evidence(replying(NEW, LOST, ""))
    assert () == found.standing(FAILOVER, Edition.HMP, LOST).replies


def test_several_texts_are_seen_where_all_are() -> None:
    """What one of them was not seen on does not count."""
    without = replace(OLD, sights=tuple(s for s in OLD.sights if s.text != LOST))
    other = next(s.text for s in OLD.sights if s.section == "Primary failover" and s.text[0] == "{")
    found = evidence(NEW, without)
    assert "seen on 11.1.3 (KVM)" == found.standing(FAILOVER, Edition.HMP, LOST, other).says
    assert "seen on 7.2.22 (KVM), 11.1.3 (KVM)" == found.standing(FAILOVER, Edition.HMP, other).says


@pytest.mark.parametrize("number", ["Step 1: ", ""])
def test_a_section_is_known_by_the_title_of_its_runbook(number: str) -> None:
    """With or without its number."""
    assert "launch-primary" == evidence().runbook_of(f"{number}Start the primary")
    assert "" == evidence().runbook_of("Architecture")
    assert "" == evidence().runbook_of("Restart the primary")
