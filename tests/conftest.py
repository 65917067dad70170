# SPDX-License-Identifier: GPL-2.0-or-later
"""Live tests run, or fail loudly; only ``COLORUNBOOK_NO_LIVE=1`` leaves them out on purpose."""

import os
import signal
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes is the machine's business: nothing here is judged by a clock.
settings.register_profile(
    "colorunbook", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("colorunbook")

NO_LIVE = "COLORUNBOOK_NO_LIVE"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the live tests out where that was asked for."""
    if os.environ.get(NO_LIVE) == "1":
        for item in items:
            if item.get_closest_marker("live"):
                item.add_marker(pytest.mark.skip(reason=f"{NO_LIVE}=1"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Take a live test that skips itself for a failure."""
    report = yield
    if report.skipped and item.get_closest_marker("live") and os.environ.get(NO_LIVE) != "1":
        report.outcome = "failed"
        report.longrepr = (
            f"a live test cannot run here ({NO_LIVE}=1 leaves it out): {report.longrepr}"
        )
    return report


@pytest.fixture(autouse=True)
def _nobodys_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own settings out of the tests."""
    for name in ("COLORUNBOOK_SHELF", "COLORUNBOOK_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def _nobodys_signals() -> Iterator[None]:
    """Have the signals that tests send heeded, also where whoever began the tests ignores them."""
    ignored = [n for n in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_IGN]
    for number in ignored:
        interrupts = number is signal.SIGINT
        signal.signal(number, signal.default_int_handler if interrupts else signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(autouse=True, scope="session")
def _nobodys_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the journals and the locks of the developer's own runs out of the tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
