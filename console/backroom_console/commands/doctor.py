"""`backroom doctor`: whether a stack is well."""

import sys
from datetime import UTC, datetime

from backroom_console.checkup.examining import Examination
from backroom_console.checkup.judging import Level
from backroom_console.exits import Exit
from backroom_console.invocation import Invocation, command
from backroom_console.output import Column


@command("backroom doctor", "backroom doctor --profile prod", "backroom doctor --json")
def doctor(invocation: Invocation) -> None:
    """Check credentials, clock, stack, queues, jobs, runs, undelivered messages and alarms; each with the way out.

    It changes nothing. Exit code 1 if a check fails; warnings do not count.
    """
    checks = list(Examination(invocation.reader, lambda: datetime.now(UTC)).checks())
    if invocation.output.as_json:
        invocation.output.json(checks)
    else:
        # In one column: the last of a table that is too wide stands below its row, and the others stay whole.
        rows = [(one.level, one.name, "; ".join(filter(None, (one.message, one.way_out)))) for one in checks]
        invocation.output.table((Column(""), Column("Check"), Column("Found")), rows)
    if any(check.level is Level.FAIL for check in checks):
        sys.exit(Exit.UNSUCCESSFUL)
