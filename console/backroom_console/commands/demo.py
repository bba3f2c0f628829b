"""`backroom demo`: a job on the files of three made-up tenants, on the local twin."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import click
from backroom.phrases import counted
from backroom.records import RunRecord
from backroom.words import RunStatus

from backroom_console.commands.run import begin
from backroom_console.demo.before import failed_before
from backroom_console.demo.jobs import find
from backroom_console.demo.loading import Loaded, load
from backroom_console.demo.results import fetch
from backroom_console.demo.twin import ready_twin
from backroom_console.describing import describe
from backroom_console.errors import DemoError
from backroom_console.exits import Exit
from backroom_console.follow import follow
from backroom_console.invocation import Invocation, command
from backroom_console.starting import Request
from backroom_console.target import at_running
from backroom_console.views import show_failed_items
from backroom_console.watching import Ended

_FOLDER = "demo"
"""Where the results are copied to, in the twin's state folder."""


@command(
    "backroom demo",
    "backroom demo sitemap",
    "backroom demo --fresh",
    "backroom demo && backroom show last && backroom local down",
)
@click.argument("job", default="image_resize")
@click.option("--fresh", is_flag=True, help="Begin anew: forget what earlier demos left in the twin.")
@click.option(
    "--checkout",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder with template.yaml and examples/; by default this one.",
)
def demo(invocation: Invocation, job: str, fresh: bool, checkout: Path) -> None:
    """Run JOB (image_resize, sitemap, report ...) for the demo tenants on the local twin, and show what came of it.

    Starts the twin if none runs here, and leaves it up: a second demo skips what is done.
    """
    output, state_dir, brought = invocation.output, invocation.wanted.state_dir, find(job)
    running = ready_twin(output, checkout, state_dir, fresh)
    if fresh:
        shutil.rmtree(state_dir / _FOLDER, ignore_errors=True)
    at_twin = replace(invocation, target=at_running(invocation.wanted.stack, running))
    loaded = load(at_twin.connection, checkout / "examples", brought.files)
    output.remark(_loaded(loaded))
    ended = follow(at_twin, begin(at_twin, Request(job, params=dict(brought.params))))
    if isinstance(ended, Ended):
        raise DemoError(f"the run {ended.status} without a record: {ended.message}; the twin's log is in {state_dir}")
    _conclude(at_twin, ended, loaded)
    output.remark(f"\nThe twin stays up. Look around: {output.program} show last (logs last, jobs, runs, local down)")
    if ended.status is not RunStatus.SUCCEEDED:
        sys.exit(Exit.UNSUCCESSFUL)


def _loaded(loaded: Loaded) -> str:
    of = f"{counted(len(loaded.tenants), 'tenant')} with {counted(loaded.files, 'file')}"
    return f"Loaded {of}: {loaded.new:,} new, {loaded.files - loaded.new:,} there already."


def _conclude(invocation: Invocation, run: RunRecord, loaded: Loaded) -> None:
    describe(invocation, run)
    if invocation.output.as_json:
        return
    connection = invocation.connection
    if not run.items.failed:
        before = list(failed_before(connection, run.job, loaded.tenants))
        show_failed_items(invocation.output, before, "Failed before, and not changed since:")
    brought = find(run.job)
    brought.show(invocation.output, connection.s3, loaded.tenants)
    folder = (invocation.wanted.state_dir / _FOLDER).resolve()
    count = sum(fetch(connection.s3, loaded.tenants, prefix, folder) for prefix in brought.results)
    invocation.output.line(f"\n{counted(count, 'result')} in {folder}/TENANT/{brought.place}")
