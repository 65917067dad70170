# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a machine does not let its users make namespaces, and what to do about it."""

from pathlib import Path

from colorunbook.errors import Unavailable


def refusal(said: str, proc: Path = Path("/proc")) -> Unavailable:
    """The error for a refused ``unshare``: what refused, and the fix.

    :param said: what ``unshare`` said.
    :param proc: where the kernel's settings are read.
    """
    said = said.strip().splitlines()[-1] if said.strip() else "no reason was given"
    return Unavailable(f"This machine does not allow a lab its namespaces ({said}).", _fix(proc))


def _fix(proc: Path) -> str:
    if _read(proc / "sys/kernel/unprivileged_userns_clone") == "0":
        return "Allow them: sysctl -w kernel.unprivileged_userns_clone=1."
    if _read(proc / "sys/user/max_user_namespaces") == "0":
        return "Allow them: sysctl -w user.max_user_namespaces=10000."
    if _read(proc / "sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "Allow them: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0."
    if "\nSeccomp:\t2" in _read(proc / "self/status"):
        return (
            "A container's seccomp filter is in force: start the container with "
            "--security-opt seccomp=unconfined."
        )
    return "Run it where user namespaces are allowed, outside of containers."


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
