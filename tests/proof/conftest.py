"""How large the proofs are, and what they print at the end of the run."""

import os
from collections.abc import Callable

import pytest


def size(name: str, default: int) -> int:
    """PORTAL_PROOF_… makes a proof larger; what CI runs is the default."""
    return int(os.environ.get(name, default))


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
