# SPDX-License-Identifier: GPL-2.0-or-later
"""What a :class:`~colorunbook.engine.mimic.Mimic` replies: the procedures' commands and queries."""

from collections.abc import Callable

from colorunbook.book.colo import DISK, PARENT
from colorunbook.engine.mimic import Mimic
from colorunbook.qemu.objects import spelled
from colorunbook.qemu.options import split
from colorunbook.qemu.payload import HMP, Json, JsonObject, Payload, as_objects, is_object

Reply = Callable[[Mimic, JsonObject], Json]


class NotSoError(Exception):
    """The command is answered with an error; the text is its description."""


def reply(qemu: Mimic, payload: Payload) -> Json:
    """Do one command.

    :raises NotSoError: QEMU would answer with an error.
    """
    found = REPLIES.get(payload.execute)
    if found is None:
        raise NotSoError(f"The command {payload.execute} has not been found")
    return found(qemu, dict(payload.arguments))


def _status(qemu: Mimic, _told: JsonObject) -> Json:
    return {"status": qemu.status, "running": qemu.status == "running"}


def _version(_qemu: Mimic, _told: JsonObject) -> Json:
    return {"package": ""}


def _colo_status(qemu: Mimic, _told: JsonObject) -> Json:
    return {"mode": qemu.mode, "last-mode": qemu.last_mode, "reason": "none"}


def _migration(qemu: Mimic, _told: JsonObject) -> Json:
    if qemu.migration is None:
        return {}
    failed, status = qemu.migration == "failed", qemu.migration
    if status == "cancelling":
        qemu.cancels -= 1
        qemu.migration = status if qemu.cancels else "cancelled"
    return {
        "status": status,
        **({"error-desc": qemu.nature.migration_error or "nobody there"} if failed else {}),
    }


def _capabilities(qemu: Mimic, _told: JsonObject) -> Json:
    return [{"capability": name, "state": state} for name, state in qemu.capabilities.items()]


def _parameters(qemu: Mimic, _told: JsonObject) -> Json:
    return dict(qemu.parameters)


def _jobs(qemu: Mimic, _told: JsonObject) -> Json:
    if qemu.job is None:
        return []
    offset = 2**20 if qemu.job == "ready" else 2**19
    return [{"device": "resync", "type": "mirror", "offset": offset, "len": 2**20}]


def _all_jobs(qemu: Mimic, _told: JsonObject) -> Json:
    if qemu.job is None:
        return []
    told = qemu.nature.job_error or qemu.job_error
    error = {"error": told} if told else {}
    return [{"id": "resync", "type": "mirror", "status": qemu.job, **error}]


def _exports(qemu: Mimic, _told: JsonObject) -> Json:
    return [{"id": name, "type": "nbd"} for name in qemu.exports]


def _nodes(qemu: Mimic, _told: JsonObject) -> Json:
    return [{"node-name": name, "drv": "replication"} for name in sorted(qemu.nodes)]


def _block_stats(qemu: Mimic, told: JsonObject) -> Json:
    if told.get("query-nodes"):
        return []
    return [{"device": PARENT, "stats": {"wr_highest_offset": 2**20 if qemu.is_written else 0}}]


def _blocks(qemu: Mimic, _told: JsonObject) -> Json:
    image: JsonObject = {"virtual-size": qemu.nature.disk}
    return [{"device": name, "inserted": {"image": image}} for name in (DISK, PARENT)]


def _graph(qemu: Mimic, _told: JsonObject) -> Json:
    nodes: list[Json] = [{"id": 1, "type": "block-backend", "name": DISK}, {"id": 2, "name": ""}]
    edges: list[Json] = [{"parent": 1, "child": 2, "name": "root"}]
    for number, name in enumerate(qemu.children, 3):
        nodes.append({"id": number, "name": qemu.children[name]})
        edges.append({"parent": 2, "child": number, "name": name})
    return {"nodes": nodes, "edges": edges}


def _chardevs(qemu: Mimic, _told: JsonObject) -> Json:
    return [{"label": name, "filename": _filename(qemu, name)} for name in qemu.chardevs]


def _filename(qemu: Mimic, name: str) -> str:
    own = qemu.chardevs[name]
    others = [*qemu.chardevs.values(), *(qemu.peer.chardevs.values() if qemu.peer else ())]
    met = any(o["port"] == own["port"] and ("server" in o) != ("server" in own) for o in others)
    host = f"[{own['host']}]" if ":" in own["host"] else own["host"]
    address = f"tcp:{host}:{own['port']}{',server=on' if 'server' in own else ''}"
    return f"{address} <-> {host}:40000" if met else f"disconnected:{address}"


def _list_objects(qemu: Mimic, _told: JsonObject) -> Json:
    found: list[Json] = [{"name": "type", "type": "string"}]
    for name, settings in qemu.objects.items():
        found.append({"name": name, "type": f"child<{settings['qom-type']}>"})
    return found


def _get_property(qemu: Mimic, told: JsonObject) -> Json:
    name = str(told["path"]).removeprefix("/objects/")
    if name not in qemu.objects:
        raise NotSoError(f"Device '{told['path']}' not found")
    value = qemu.objects[name].get(str(told["property"]), "")
    return f"/objects/{value}" if told["property"] == "iothread" else value


def _add_object(qemu: Mimic, told: JsonObject) -> Json:
    name = str(told.pop("id"))
    if name in qemu.objects:
        raise NotSoError(f"attempt to add duplicate property '{name}' to object")
    qemu.objects[name] = {key: spelled(value) for key, value in told.items()}
    return {}


def _delete_object(qemu: Mimic, told: JsonObject) -> Json:
    if qemu.objects.pop(str(told["id"]), None) is None:
        raise NotSoError(f"object '{told['id']}' not found")
    return {}


def _add_chardev(qemu: Mimic, told: JsonObject) -> Json:
    backend = told["backend"]
    data = backend.get("data") if is_object(backend) else None
    address = data.get("addr") if is_object(data) else None
    inet = address.get("data") if is_object(address) else None
    if not is_object(data) or not is_object(inet):
        raise NotSoError("Parameter 'backend' is missing")
    host, port = str(inet["host"]), str(inet["port"])
    qemu.chardevs[str(told["id"])] = {"host": host, "port": port} | (
        {"server": "on"} if data.get("server") else {}
    )
    return {}


def _remove_chardev(qemu: Mimic, told: JsonObject) -> Json:
    name = str(told["id"])
    if any(name in settings.values() for settings in qemu.objects.values()):
        raise NotSoError(f"Chardev '{name}' is busy")
    if qemu.chardevs.pop(name, None) is None:
        raise NotSoError(f"Chardev '{name}' not found")
    return {}


def _human(qemu: Mimic, told: JsonObject) -> Json:
    line = str(told["command-line"])
    command, _, rest = line.partition(" ")
    if command == "drive_add":
        qemu.nodes.add(dict(split(rest.partition("buddy ")[2])[1])["node-name"])
        return ""
    if command != "drive_del":
        return f"unknown command: '{command}'\r\n"
    if rest not in qemu.nodes:
        return f"Error: Device '{rest}' not found\r\n"
    qemu.nodes.discard(rest)
    error = "Failed flush for 'nbd://127.0.0.2:9999/parent0' during close: Input/output error\r\n"
    return error if qemu.peer is None else ""


def _change_children(qemu: Mimic, told: JsonObject) -> Json:
    if "node" in told:
        if told["node"] not in qemu.nodes:
            raise NotSoError(f"Node '{told['node']}' not found")
        qemu.children[f"children.{len(qemu.children)}"] = str(told["node"])
    elif qemu.children.pop(str(told["child"]), None) is None:
        raise NotSoError(f"Node '{told['parent']}' does not have child '{told['child']}'")
    return {}


def _start_server(qemu: Mimic, _told: JsonObject) -> Json:
    if qemu.serving:
        raise NotSoError("NBD server already running")
    qemu.serving = True
    return {}


def _export(qemu: Mimic, told: JsonObject) -> Json:
    if not qemu.serving:
        raise NotSoError("NBD server not running")
    qemu.exports.append(str(told.get("id") or told["device"]))
    return {}


def _add_node(qemu: Mimic, told: JsonObject) -> Json:
    name = str(told["node-name"])
    if name in qemu.nodes:
        raise NotSoError(f"Duplicate nodes with node-name='{name}'")
    if qemu.peer is None or not qemu.peer.exports:
        raise NotSoError("Failed to connect to '127.0.0.2:9999': Connection refused")
    qemu.nodes.add(name)
    return {}


def _delete_node(qemu: Mimic, told: JsonObject) -> Json:
    name = str(told["node-name"])
    if name not in qemu.nodes:
        raise NotSoError(f"Failed to find node with node-name='{name}'")
    if qemu.job is not None or name in qemu.children.values():
        raise NotSoError(f"Node '{name}' is busy: node is used as 'file' of another node")
    qemu.nodes.discard(name)
    return {}


def _stop_server(qemu: Mimic, _told: JsonObject) -> Json:
    if not qemu.serving:
        raise NotSoError("NBD server not running")
    qemu.serving = False
    qemu.exports.clear()
    return {}


def _set_capabilities(qemu: Mimic, told: JsonObject) -> Json:
    if qemu.migration in ("setup", "active", "cancelling"):
        raise NotSoError("There's a migration process in progress")
    for each in as_objects(told["capabilities"]):
        qemu.capabilities[str(each["capability"])] = each["state"] is True
    return {}


def _set_parameters(qemu: Mimic, told: JsonObject) -> Json:
    qemu.parameters |= told
    return {}


def _migrate(qemu: Mimic, _told: JsonObject) -> Json:
    qemu.migration = "setup"
    return {}


def _lose_heartbeat(qemu: Mimic, _told: JsonObject) -> Json:
    if qemu.mode == "none":
        raise NotSoError("VM is not in COLO mode")
    qemu.emit("COLO_EXIT", mode=qemu.mode, reason="request")
    qemu.last_mode = qemu.mode
    qemu.mode, qemu.migration, qemu.status = "none", "completed", "running"
    return {}


def _cancel_migration(qemu: Mimic, _told: JsonObject) -> Json:
    if qemu.migration in ("setup", "active"):
        qemu.migration, qemu.cancels = "cancelling", 5
    return {}


def _continue(qemu: Mimic, _told: JsonObject) -> Json:
    qemu.status = "running"
    qemu.emit("RESUME")
    return {}


def _end_export(qemu: Mimic, told: JsonObject) -> Json:
    name = str(told.get("id") or told["name"])
    if name not in qemu.exports:
        raise NotSoError(f"Export '{name}' is not found")
    qemu.exports.remove(name)
    return {}


def _yankable(qemu: Mimic, _told: JsonObject) -> Json:
    """As seen of 7.2 to 11.1: whether a peer is there makes no difference."""
    found: list[Json] = [{"type": "chardev", "id": name} for name in qemu.chardevs]
    if qemu.nodes and qemu.migration == "colo":
        found.append({"type": "block-node", "node-name": "#block316"})
    if qemu.migration == "colo":
        found.append({"type": "migration"})
    return found


def _yank(qemu: Mimic, told: JsonObject) -> Json:
    known = as_objects(_yankable(qemu, {}))
    wanted = as_objects(told["instances"])
    if any(instance not in known for instance in wanted):
        raise NotSoError("Instance not found")
    qemu.cut += wanted
    return {}


def _stop(qemu: Mimic, _told: JsonObject) -> Json:
    qemu.status = "paused"
    qemu.emit("STOP")
    return {}


def _mirror(qemu: Mimic, told: JsonObject) -> Json:
    if qemu.peer is None or not qemu.peer.exports:
        raise NotSoError("Failed to connect to '127.0.0.2:9999': Connection refused")
    qemu.peer.is_written = True
    qemu.job, qemu.dismisses = "running", told.get("auto-dismiss") is not False
    return {}


def _cancel(qemu: Mimic, told: JsonObject) -> Json:
    if qemu.job is None:
        raise NotSoError("Block job 'resync' not found")
    if qemu.job == "concluded":
        raise NotSoError("Job 'resync' in state 'concluded' cannot accept command verb 'cancel'")
    if told.get("force") is True:
        qemu.job_error = "Operation canceled"
    qemu.end_job("BLOCK_JOB_COMPLETED" if qemu.job == "ready" else "BLOCK_JOB_CANCELLED")
    return {}


def _dismiss(qemu: Mimic, told: JsonObject) -> Json:
    if qemu.job != "concluded":
        raise NotSoError(f"Job '{told['id']}' in state '{qemu.job}' cannot accept 'dismiss'")
    qemu.forget_job()
    return {}


REPLIES: dict[str, Reply] = {
    "query-status": _status,
    "query-version": _version,
    "query-colo-status": _colo_status,
    "query-migrate": _migration,
    "query-migrate-capabilities": _capabilities,
    "query-migrate-parameters": _parameters,
    "query-block-jobs": _jobs,
    "query-jobs": _all_jobs,
    "query-block-exports": _exports,
    "query-named-block-nodes": _nodes,
    "query-blockstats": _block_stats,
    "query-block": _blocks,
    "x-debug-query-block-graph": _graph,
    "query-chardev": _chardevs,
    "qom-list": _list_objects,
    "qom-get": _get_property,
    "object-add": _add_object,
    "object-del": _delete_object,
    "chardev-add": _add_chardev,
    "chardev-remove": _remove_chardev,
    HMP: _human,
    "x-blockdev-change": _change_children,
    "nbd-server-start": _start_server,
    "nbd-server-add": _export,
    "nbd-server-stop": _stop_server,
    "migrate-set-capabilities": _set_capabilities,
    "migrate-set-parameters": _set_parameters,
    "migrate": _migrate,
    "x-colo-lost-heartbeat": _lose_heartbeat,
    "query-yank": _yankable,
    "yank": _yank,
    "migrate_cancel": _cancel_migration,
    "stop": _stop,
    "cont": _continue,
    "nbd-server-remove": _end_export,
    "block-export-del": _end_export,
    "drive-mirror": _mirror,
    "block-job-cancel": _cancel,
    "block-export-add": _export,
    "blockdev-add": _add_node,
    "blockdev-del": _delete_node,
    "blockdev-mirror": _mirror,
    "job-dismiss": _dismiss,
}
"""Every command that a mimic knows."""
