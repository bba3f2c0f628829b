"""How property tests choose their examples, and what simulations say of theirs."""

import os

import pytest
from hypothesis import settings

# A change is judged by the same examples each time, so that it never fails by chance over what it did not touch. The
# slow run looks for new ones: HYPOTHESIS_PROFILE=explore.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seeds of the simulations that passed; those of the ones that failed are in their messages."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "simulated":
                terminalreporter.write_line(f"{report.nodeid}: {value}")
