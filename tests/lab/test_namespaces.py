# SPDX-License-Identifier: GPL-2.0-or-later
"""Refused namespaces: the message names what refused, and the fix."""

from pathlib import Path

import pytest

from colorunbook.lab.namespaces import refusal


@pytest.mark.parametrize(
    ("path", "text", "fix"),
    [
        ("sys/kernel/unprivileged_userns_clone", "0\n", "kernel.unprivileged_userns_clone=1"),
        ("sys/user/max_user_namespaces", "0\n", "user.max_user_namespaces"),
        (
            "sys/kernel/apparmor_restrict_unprivileged_userns",
            "1\n",
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ("self/status", "Name:\tx\nSeccomp:\t2\n", "seccomp=unconfined"),
        ("version", "Linux\n", "where user namespaces are allowed"),
    ],
)
def test_fix(tmp_path: Path, path: str, text: str, fix: str) -> None:
    """Each thing that forbids namespaces has its own fix."""
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    error = refusal("unshare: unshare failed: Operation not permitted\n", tmp_path)
    assert fix in error.advice
    assert "Operation not permitted" in error.message
