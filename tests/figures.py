"""Figures that tests have to tell, printed when all are over, whichever process had them. A pytest plugin."""

from collections.abc import Callable

import pytest


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Print this line when all tests are over; it travels with the test's report, also from another process."""
    return lambda line: record_property("figures", line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in ("passed", "failed"):
        for each in terminalreporter.getreports(outcome):
            for name, line in each.user_properties:
                if name == "figures":
                    terminalreporter.write_line(str(line))
