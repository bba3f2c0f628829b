"""`backroom demo`: the main job on real photos, on the local twin."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from backroom_local import process
from backroom_local.__main__ import arguments_of
from backroom_local.process import Running
from backroom_local.settings import TwinSettings
from rich.console import Console

from backroom_console.commands.run import complain_of_nothing
from backroom_console.demo.photos import load
from backroom_console.demo.results import fetch
from backroom_console.demo.summary import show_summary
from backroom_console.errors import Complaint, Exit
from backroom_console.live import follow
from backroom_console.options import examples
from backroom_console.runs import find_run, start
from backroom_console.site import Choice, on_twin

START_SECONDS = 300.0
"""The first start also makes the containers' virtual environments."""


@click.command(epilog=examples("backroom demo", "backroom demo; backroom runs; backroom local down"))
@click.argument("job", default="image_resize")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="The checkout; by default here."
)
@click.pass_obj
def demo(choice: Choice, job: str, folder: Path) -> None:
    """Run JOB for the three demo tenants in examples/ on the local twin, and show what came of it.

    The twin stays up, so that a second demo skips what is done, and `backroom runs` and `backroom show` work; end it
    with `backroom local down`.
    """
    if not (folder / "template.yaml").exists():
        raise Complaint(
            f"there is no template.yaml in {folder.resolve()}: run the demo in a checkout of Backroom, "
            "or name it with --folder"
        )
    running = _twin(folder, choice.state_dir)
    site = on_twin(running)
    click.echo(f"The twin answers at {running.endpoint}.")
    click.echo(load(site, folder / "examples"))
    started = start(site, job, datetime.now(UTC))
    click.echo(f"Run {started.run}:")
    snapshot = follow(site, started)
    complain_of_nothing(site, started, snapshot.status)
    show_summary(site, find_run(site, started.run))
    click.echo(f"Results: {fetch(site, choice.state_dir / 'demo')}")
    sys.exit(Exit.OK if snapshot.status == "SUCCEEDED" else Exit.RUN_FAILED)


def _twin(folder: Path, state_dir: Path) -> Running:
    """Give the twin that runs here, started if there is none."""
    running = process.find(state_dir)
    if running is not None:
        running.ask("apply", change=True)
        return running
    settings = TwinSettings(template=folder / "template.yaml", state_dir=state_dir)
    terminal = Console(stderr=True)
    with terminal.status("Starting the twin from template.yaml ..."):
        return process.start(arguments_of(settings), state_dir, START_SECONDS, lambda: None)
