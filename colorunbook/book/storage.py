# SPDX-License-Identifier: GPL-2.0-or-later
"""The verbs of disks: what is done to a guest's storage, in the two editions.

Each verb is one meaning. Where the editions differ, both spellings stand side by side here and
nowhere else; a runbook does not know which one it will be.
"""

from collections.abc import Iterator
from dataclasses import replace

from colorunbook.book.actions import Action, Await, Hmp, Qmp
from colorunbook.book.colo import (
    DISK,
    OWN_CHILD,
    PARENT,
    PEER_CHILD,
    REPLICA,
    RESYNC,
    RESYNC_TARGET,
    Colo,
)
from colorunbook.book.conditions import (
    ChildGone,
    ChildrenAre,
    EventSeen,
    Exported,
    JobEnded,
    JobGone,
    JobIs,
    NodeGone,
    NodeThere,
    NotExported,
    Written,
    guest_is,
)
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.book.verbs import qmp, stop_guest, under_way, wait_until
from colorunbook.hosts import Role
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import Json, JsonObject, Payload


def serve_disks(colo: Colo) -> Step:
    """Start the NBD server of the secondary, on every interface of its host."""
    host, port = colo.site.secondary.wildcard, str(colo.site.ports.nbd)
    data: Json = {"host": host, "port": port}
    payload = Payload("nbd-server-start", {"addr": {"type": "inet", "data": data}})
    step = qmp("Start the NBD server", payload)
    # No query tells of a server that exports nothing; what tells is doing it again.
    step = replace(step.done_when(Exported(PARENT)), already="NBD server already running")
    return step.undone_by(Qmp(_STOP_SERVING))


def export(colo: Colo) -> Step:
    """Let the primary write to the secondary's disk."""
    step = qmp(f"Export {PARENT}", _export(colo.dialect.edition))
    undo = Qmp(_end_of_export(colo.dialect.edition))
    return step.done_when(Exported(PARENT)).undone_by(undo)


def _export(edition: Edition) -> Payload:
    match edition:
        case Edition.HMP:
            return Payload("nbd-server-add", {"device": PARENT, "writable": True})
        case Edition.BLOCKDEV:
            # The id is what query-block-exports shows; the name is what a client asks for.
            names: JsonObject = {"id": PARENT, "node-name": PARENT, "name": PARENT}
            return Payload("block-export-add", {"type": "nbd", **names, "writable": True})


def _end_of_export(edition: Edition) -> Payload:
    match edition:
        case Edition.HMP:
            return Payload("nbd-server-remove", {"name": PARENT})
        case Edition.BLOCKDEV:
            return Payload("block-export-del", {"id": PARENT})


_STOP_SERVING = Payload("nbd-server-stop")


def stop_serving() -> Step:
    """End the NBD server and every export."""
    step = qmp("Stop the NBD server", _STOP_SERVING).done_when(NotExported(PARENT))
    return replace(step, already="NBD server not running")


def open_replica(colo: Colo) -> Step:
    """Connect to the secondary's disk.

    Nothing in QEMU tells whether a connection that was left leads to this secondary or to a dead
    one. What counts is only what the migration has gone on with.
    """
    step = Step(f"Open {REPLICA}", _open_replica(colo)).done_when(NodeThere(REPLICA), under_way())
    return step.undone_by(_close_replica(colo), unless=NodeGone(REPLICA)).in_chain()


def _open_replica(colo: Colo) -> Action:
    match colo.dialect.edition:
        case Edition.HMP:
            return Hmp(f"drive_add -n buddy {colo.replica_options}")
        case Edition.BLOCKDEV:
            node: JsonObject = {"driver": "replication", "node-name": REPLICA, "mode": "primary"}
            return Qmp(Payload("blockdev-add", {**node, "file": colo.peer_disk.node}))


def close_replica(colo: Colo) -> Step:
    """Forget the connection to a dead secondary's disk."""
    return Step(f"Close {REPLICA}", _close_replica(colo)).done_when(NodeGone(REPLICA))


def _close_replica(colo: Colo) -> Action:
    match colo.dialect.edition:
        case Edition.HMP:
            because = "the last flush cannot reach a dead peer, and its disk no longer counts"
            line = f"drive_del {REPLICA}"
            return Hmp(line, tolerates="Failed flush for 'nbd://", because=because)
        case Edition.BLOCKDEV:
            return Qmp(Payload("blockdev-del", {"node-name": REPLICA}))


def attach() -> Step:
    """Make the replica a child of the guest's disk."""
    arguments: JsonObject = {"parent": DISK, "node": REPLICA}
    step = qmp(f"Attach {REPLICA} to {DISK}", Payload("x-blockdev-change", arguments))
    step = step.done_when(_ATTACHED, under_way())
    return step.undone_by(Qmp(_detach(PEER_CHILD)), unless=ChildGone(DISK, PEER_CHILD)).in_chain()


def detach(child: str) -> Step:
    """Take a child out of the guest's disk."""
    step = qmp(f"Take {child} out of {DISK}", _detach(child))
    return step.done_when(_DETACHED)


def _detach(child: str) -> Payload:
    return Payload("x-blockdev-change", {"parent": DISK, "child": child})


_ATTACHED = ChildrenAre(DISK, (OWN_CHILD, PEER_CHILD))
_DETACHED = ChildrenAre(DISK, (OWN_CHILD,))
_PAUSED = guest_is("paused")
_COPIED = Expect(Role.SECONDARY, Written(PARENT))


def _of_a_copy(step: Step) -> Step:
    """A step of a copy is done as well when what follows the copy has begun.

    What follows begins with the guest paused: a replica beside a guest that runs is of no copy.
    And the copy has to have gone to this secondary: one that took a dead one's place lacks it.
    """
    return step.done_when(_PAUSED, NodeThere(REPLICA), _COPIED).done_when(under_way())


def _of_its_work(step: Step) -> Step:
    """The same of a step that comes before the end of the copy, which may be there to be seen.

    Beside a guest that runs, a copy that has ended is of the past.
    """
    return _of_a_copy(step).done_when(_PAUSED, _ENDED, _COPIED)


def pause_for_copy() -> Step:
    """Pause the guest at the end of a copy; what paused it for another reason does not count."""
    step = replace(stop_guest(), done=()).done_when(_PAUSED, JobIs(RESYNC, _LIVES))
    step = step.done_when(_PAUSED, _ENDED)
    step = step.done_when(_PAUSED, NodeThere(REPLICA)).done_when(_PAUSED, _COPIED)
    return step.done_when(under_way()).in_chain()


def reach_target(colo: Colo) -> Iterator[Step]:
    """Connect to where a copy goes, in the edition whose copy does not do that itself."""
    match colo.dialect.edition:
        case Edition.HMP:
            return
        case Edition.BLOCKDEV:
            node = {"node-name": RESYNC_TARGET, **colo.peer_disk.node}
            step = qmp(f"Open {RESYNC_TARGET}", Payload("blockdev-add", node))
            step = step.done_when(NodeThere(RESYNC_TARGET), JobIs(RESYNC, _LIVES), _COPIED)
            step = step.undone_by(Qmp(_CLOSE_TARGET), unless=NodeGone(RESYNC_TARGET)).in_chain()
            yield _of_its_work(step).because("The copy goes to a node that is there already.")


def copy_disk(colo: Colo) -> Step:
    """Copy the whole disk to the new secondary while the guest runs."""
    step = qmp("Copy the disk", _copy(colo)).done_when(JobIs(RESYNC, _LIVES), _COPIED)
    return _of_its_work(step).undone_by(*_end_of_copy(colo), unless=JobGone(RESYNC)).in_chain()


_READY = ("ready", "standby", "waiting", "pending")
_ENDED = JobIs(RESYNC, ("concluded",))
_LIVES = ("created", "running", "paused", *_READY)
_CLOSE_TARGET = Payload("blockdev-del", {"node-name": RESYNC_TARGET})
_DISMISS = Payload("job-dismiss", {"id": RESYNC})


def _end_of_copy(colo: Colo) -> tuple[Action, ...]:
    """Break a copy off, and see it gone; one that has failed before may have to be dismissed."""
    end = Qmp(Payload("block-job-cancel", {"device": RESYNC, "force": True}))
    match colo.dialect.edition:
        case Edition.HMP:
            return (end, Await(JobGone(RESYNC), 60))
        case Edition.BLOCKDEV:
            return (end, Await(JobEnded(RESYNC), 60), Qmp(_DISMISS))


def _copy(colo: Colo) -> Payload:
    job: JsonObject = {"device": DISK, "job-id": RESYNC}
    match colo.dialect.edition:
        case Edition.HMP:
            target: JsonObject = {"target": colo.peer_disk.uri, "mode": "existing"}
            return Payload("drive-mirror", {**job, **target, "format": "raw", "sync": "full"})
        case Edition.BLOCKDEV:
            # What is dismissed by hand can be looked at however late one comes.
            more: JsonObject = {"target": RESYNC_TARGET, "sync": "full", "auto-dismiss": False}
            return Payload("blockdev-mirror", {**job, **more})


def copy_is_ready() -> EventSeen:
    """The copy has caught up with the guest."""
    return EventSeen("BLOCK_JOB_READY", (("device", RESYNC),))


def see_copy_ready() -> Step:
    """Wait until the copy has caught up with the guest."""
    step = wait_until(copy_is_ready(), within=3600, title="See the disks become equal")
    return _of_its_work(step.done_when(JobIs(RESYNC, _READY)))


def end_copy(colo: Colo) -> Step:
    """End the copy; of one that is ready this leaves two equal disks.

    In every version so far that is ``block-job-cancel``: ``job-cancel`` breaks a copy off even
    when it is ready, and ``job-complete`` makes the guest go on with the target as its disk
    (qapi/block-core.json, qapi/job.json).
    """
    step = qmp("End the copy", Payload(colo.dialect.end_of_copy, {"device": RESYNC}))
    return _of_its_work(step)


def see_copy_gone(colo: Colo) -> Iterator[Step]:
    """Wait until the copy has let go of both disks, and clear away what is left of it."""
    why = "The reply comes before the job is gone, and until then it holds the secondary's disk."
    match colo.dialect.edition:
        case Edition.HMP:
            step = wait_until(_job_is("null"), within=60, title="See the copy end")
            yield _of_its_work(step.done_when(JobGone(RESYNC))).because(why)
        case Edition.BLOCKDEV:
            step = wait_until(_job_is("concluded"), within=60, title="See the copy end")
            yield _of_its_work(step).because("The reply comes before the job has ended.")
            step = _of_a_copy(qmp("Dismiss the copy", _DISMISS))
            yield step.because("A job that was told to stay holds its target.")
            step = _of_a_copy(qmp(f"Close {RESYNC_TARGET}", _CLOSE_TARGET))
            yield step.because("The secondary's disk takes one NBD client at a time.")


def _job_is(status: str) -> EventSeen:
    return EventSeen("JOB_STATUS_CHANGE", (("id", RESYNC), ("status", status)))
