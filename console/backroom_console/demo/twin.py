"""The twin of the demo: the one that runs here, or a new one, which stays up."""

from pathlib import Path

from backroom_local import process
from backroom_local.__main__ import arguments_of
from backroom_local.process import Running
from backroom_local.settings import TwinSettings

from backroom_console.errors import DemoError
from backroom_console.output import Output

_START_SECONDS = 600.0
"""The first start also makes the containers' virtual environments, whose wheels may have to come over a slow line."""
_STOP_SECONDS = 40.0


def ready_twin(output: Output, checkout: Path, state_dir: Path, fresh: bool) -> Running:
    """Give a twin with today's template; `fresh` begins with an empty one. Raises DemoError, TwinProcessError."""
    template = checkout / "template.yaml"
    if not template.is_file():
        raise DemoError(f"there is no {template.resolve()}: run this in a checkout, or name one by --checkout")
    running = process.find(state_dir)
    if running is not None and fresh:
        process.stop(running, _STOP_SECONDS)
        running = None
    if running is not None:
        running.ask("apply", change=True)
        output.remark(f"The twin is up at {running.endpoint}.")
        return running
    started = _started(output, TwinSettings(template=template, state_dir=state_dir, fresh=fresh))
    output.remark(f"Started the twin at {started.endpoint}; end it with `backroom local down`.")
    return started


def _started(output: Output, settings: TwinSettings) -> Running:
    with output.aside.status("Starting the twin from template.yaml ..."):
        return process.start(arguments_of(settings), settings.state_dir, _START_SECONDS, lambda: None)
