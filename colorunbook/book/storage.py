# SPDX-License-Identifier: GPL-2.0-or-later
"""The verbs of disks: what is done to a guest's storage, in the two editions.

Each verb is one meaning. Where the editions differ, both spellings stand side by side here and
nowhere else; a runbook does not know which one it will be.
"""

from collections.abc import Iterator

from colorunbook.book.actions import Hmp
from colorunbook.book.colo import DISK, PARENT, REPLICA, RESYNC, RESYNC_TARGET, Colo
from colorunbook.book.conditions import EventSeen
from colorunbook.book.runbook import Step
from colorunbook.book.verbs import qmp, wait_until
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import Json, JsonObject, Payload


def serve_disks(colo: Colo) -> Step:
    """Start the NBD server of the secondary, on every interface of its host."""
    host, port = colo.site.secondary.wildcard, str(colo.site.ports.nbd)
    data: Json = {"host": host, "port": port}
    payload = Payload("nbd-server-start", {"addr": {"type": "inet", "data": data}})
    return qmp("Start the NBD server", payload)


def export(colo: Colo) -> Step:
    """Let the primary write to the secondary's disk."""
    return qmp(f"Export {PARENT}", _export(colo.dialect.edition))


def _export(edition: Edition) -> Payload:
    match edition:
        case Edition.HMP:
            return Payload("nbd-server-add", {"device": PARENT, "writable": True})
        case Edition.BLOCKDEV:
            # The id is what query-block-exports shows; the name is what a client asks for.
            names: JsonObject = {"id": PARENT, "node-name": PARENT, "name": PARENT}
            return Payload("block-export-add", {"type": "nbd", **names, "writable": True})


def stop_serving() -> Step:
    """End the NBD server and every export."""
    return qmp("Stop the NBD server", Payload("nbd-server-stop"))


def open_replica(colo: Colo) -> Step:
    """Connect to the secondary's disk."""
    title = f"Open {REPLICA}"
    match colo.dialect.edition:
        case Edition.HMP:
            return Step(title, Hmp(f"drive_add -n buddy {colo.replica_options}"))
        case Edition.BLOCKDEV:
            node: JsonObject = {"driver": "replication", "node-name": REPLICA, "mode": "primary"}
            return qmp(title, Payload("blockdev-add", {**node, "file": colo.peer_disk.node}))


def close_replica(colo: Colo) -> Step:
    """Forget the connection to a dead secondary's disk."""
    title = f"Close {REPLICA}"
    match colo.dialect.edition:
        case Edition.HMP:
            because = "the last flush cannot reach a dead peer, and its disk no longer counts"
            line = f"drive_del {REPLICA}"
            return Step(title, Hmp(line, tolerates="Failed flush for 'nbd://", because=because))
        case Edition.BLOCKDEV:
            return qmp(title, Payload("blockdev-del", {"node-name": REPLICA}))


def attach() -> Step:
    """Make the replica a child of the guest's disk."""
    arguments: JsonObject = {"parent": DISK, "node": REPLICA}
    return qmp(f"Attach {REPLICA} to {DISK}", Payload("x-blockdev-change", arguments))


def detach(child: str) -> Step:
    """Take a child out of the guest's disk."""
    arguments: JsonObject = {"parent": DISK, "child": child}
    return qmp(f"Take {child} out of {DISK}", Payload("x-blockdev-change", arguments))


def reach_target(colo: Colo) -> Iterator[Step]:
    """Connect to where a copy goes, in the edition whose copy does not do that itself."""
    match colo.dialect.edition:
        case Edition.HMP:
            return
        case Edition.BLOCKDEV:
            node = {"node-name": RESYNC_TARGET, **colo.peer_disk.node}
            yield qmp(f"Open {RESYNC_TARGET}", Payload("blockdev-add", node)).because(
                "The copy goes to a node that is there already."
            )


def copy_disk(colo: Colo) -> Step:
    """Copy the whole disk to the new secondary while the guest runs."""
    return qmp("Copy the disk", _copy(colo))


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


def end_copy(colo: Colo) -> Step:
    """End the copy; of one that is ready this leaves two equal disks.

    In every version so far that is ``block-job-cancel``: ``job-cancel`` breaks a copy off even
    when it is ready, and ``job-complete`` makes the guest go on with the target as its disk
    (qapi/block-core.json, qapi/job.json).
    """
    return qmp("End the copy", Payload(colo.dialect.end_of_copy, {"device": RESYNC}))


def see_copy_gone(colo: Colo) -> Iterator[Step]:
    """Wait until the copy has let go of both disks, and clear away what is left of it."""
    why = "The reply comes before the job is gone, and until then it holds the secondary's disk."
    match colo.dialect.edition:
        case Edition.HMP:
            yield wait_until(_job_is("null"), within=60, title="See the copy end").because(why)
        case Edition.BLOCKDEV:
            yield wait_until(_job_is("concluded"), within=60, title="See the copy end").because(
                "The reply comes before the job has ended."
            )
            yield qmp("Dismiss the copy", Payload("job-dismiss", {"id": RESYNC})).because(
                "A job that was told to stay holds its target."
            )
            node: JsonObject = {"node-name": RESYNC_TARGET}
            yield qmp(f"Close {RESYNC_TARGET}", Payload("blockdev-del", node)).because(
                "The secondary's disk takes one NBD client at a time."
            )


def _job_is(status: str) -> EventSeen:
    return EventSeen("JOB_STATUS_CHANGE", (("id", RESYNC), ("status", status)))
