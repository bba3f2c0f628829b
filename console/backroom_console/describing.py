"""Shows one run, and follows one to its end: what `run`, `show` and `demo` have in common."""

import sys

from backroom.phrases import counted
from backroom.records import RunRecord
from backroom.words import RunStatus

from backroom_console.exits import Exit
from backroom_console.follow import follow
from backroom_console.invocation import Invocation
from backroom_console.portion_view import show_portion
from backroom_console.views import show_failed_items, show_run, show_story, show_tenants
from backroom_console.watching import Ended

_SHOWN = 20
"""Failed items that are named to people."""
_MOST = 100_000
"""Failed items that are given as JSON."""


def describe(invocation: Invocation, run: RunRecord) -> None:
    """Show a run, with what resumed it or was resumed by it as one story: its tenants and its failed items."""
    output, reader = invocation.output, invocation.reader
    story = reader.story(run)
    tenants = reader.tenants(story)
    items = reader.failed_items(story, _MOST if output.as_json else _SHOWN)
    if output.as_json:
        output.json({"run": run, "story": [one.run for one in story.runs], "tenants": tenants, "failed_items": items})
        return
    show_run(output, run, invocation.connection.place)
    show_story(output, story)
    show_tenants(output, tenants)
    failed = story.sums.items.failed or run.items.failed
    more = f"; the first {_SHOWN}, --json gives all" if failed > _SHOWN else ""
    show_failed_items(output, items, f"{counted(failed, 'item')} failed{more}:")


def describe_portion(invocation: Invocation, run: RunRecord, portion: int) -> None:
    """Show one portion, stage by stage and attempt by attempt, in every run of the story that had it."""
    reader, output = invocation.reader, invocation.output
    found = {one.run: record for one in reader.story(run).runs if (record := reader.portion(one, portion))}
    if output.as_json:
        output.json(found)
    elif found:
        for name, record in found.items():
            show_portion(output, name, record)
    else:
        output.line(f"Portion {portion} is not recorded yet; {run.run} is {run.status}.")


def end(invocation: Invocation, run: str) -> None:
    """Follow a run to its end and show what came of it; exits with 1 when it did not succeed."""
    ended = follow(invocation, run)
    if isinstance(ended, Ended):
        _without_record(invocation, run, ended)
    else:
        describe(invocation, ended)
    if ended.status is not RunStatus.SUCCEEDED:
        sys.exit(Exit.UNSUCCESSFUL)


def _without_record(invocation: Invocation, run: str, ended: Ended) -> None:
    if invocation.output.as_json:
        invocation.output.json({"run": {"run": run, "status": ended.status, "message": ended.message}})
    else:
        invocation.output.line(f"{run} {ended.status}: {ended.message}")
