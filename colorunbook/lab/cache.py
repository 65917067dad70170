# SPDX-License-Identifier: GPL-2.0-or-later
"""The cache folder: where it is, and how two that make the same thing wait for one another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path


def cache_folder(cache: Path | None = None) -> Path:
    """The folder of all that is made once and kept, an absolute path.

    :param cache: instead of the user's own.
    """
    return (cache or user_cache_path("colorunbook")).absolute()


@contextmanager
def alone_in(folder: Path, waits: Callable[[], None]) -> Iterator[None]:
    """Hold a folder that others make things in too; whoever comes second waits.

    :param waits: called once if another process has it.
    """
    lock = FileLock(folder / ".lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waits()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def write_whole(path: Path, text: str) -> None:
    """Write a file that comes into being whole or not at all."""
    fresh = path.with_name(f".{path.name}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
