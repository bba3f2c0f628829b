"""Shows a run while it goes on: a bar on a terminal, a line at each change where the output is piped."""

import sys

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from backroom_console.errors import Exit
from backroom_console.progress import Snapshot, watch
from backroom_console.runs import Started
from backroom_console.site import Site


def follow(site: Site, started: Started, quiet: bool = False) -> Snapshot:
    """Show how a run stands until it has ended; an interruption leaves it running, says so and exits with 130."""
    try:
        if quiet:
            return _last(site, started)
        terminal = Console(stderr=True, highlight=False)
        return _bar(site, started, terminal) if terminal.is_terminal else _lines(site, started)
    except KeyboardInterrupt:
        click.echo(f"\n{started.run} goes on. See it with: backroom show {started.run}", err=True)
        sys.exit(Exit.INTERRUPTED)


def _last(site: Site, started: Started) -> Snapshot:
    *_, last = watch(site, started)
    return last


def _lines(site: Site, started: Started) -> Snapshot:
    said = ""
    for snapshot in watch(site, started):
        if (says := str(snapshot)) != said:
            click.echo(f"  {says}", err=True)
            said = says
    return snapshot


def _bar(site: Site, started: Started, terminal: Console) -> Snapshot:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True) as progress:
        task = progress.add_task("planning", total=None)
        for snapshot in watch(site, started):
            _update(progress, task, snapshot)
    return snapshot


def _update(progress: Progress, task: TaskID, snapshot: Snapshot) -> None:
    progress.update(task, description=str(snapshot), total=snapshot.total or None, completed=snapshot.ended)
