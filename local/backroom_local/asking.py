"""What the commands of `backroom local` have in common that ask a running twin: two options, and how they ask."""

from pathlib import Path
from typing import Any

import click

from backroom_local import process
from backroom_local.process import Running, TwinProcessError

state_dir_option = click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=Path(".backroom"),
    show_default=True,
    help="Folder of the twin's state.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


def running_twin(folder: Path, *, start: str = "backroom local up") -> Running:
    """Find the twin of a state folder; a ClickException, which says by what to `start` one, when none runs."""
    running = process.find(folder)
    if running is None:
        raise click.ClickException(f"No twin is running; start one with `{start}`.")
    return running


def asked(running: Running, path: str, *, change: bool = False, body: Any = None) -> Any:
    """Ask a twin (`Running.ask`); a ClickException when it does not answer."""
    try:
        return running.ask(path, change=change, body=body)
    except TwinProcessError as error:
        raise click.ClickException(str(error)) from error
