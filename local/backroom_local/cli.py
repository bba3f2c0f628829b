"""`backroom local`: the twin started, ended, looked at."""

import json
import shlex
import sys
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from backroom_local import process
from backroom_local.__main__ import arguments_of, main
from backroom_local.access_command import access
from backroom_local.asking import asked, json_option, running_twin, state_dir_option
from backroom_local.epilogs import epilog
from backroom_local.fault_command import fault
from backroom_local.process import Running, TwinProcessError
from backroom_local.settings import DELAYS, RATES, VCPUS, TwinSettings

_Command = TypeVar("_Command", bound=Callable[..., Any])
_START_SECONDS = 120.0
_STOP_SECONDS = 40.0

_RATES = [name for names in RATES.values() for name in names]


def _named_numbers(option: str, target: str, known: Sequence[str], about: str) -> Callable[[_Command], _Command]:
    """Make an option NAME=NUMBER, as often as there are names, which arrives as a mapping."""

    def read(pair: str) -> tuple[str, float]:
        name, _, text = pair.partition("=")
        try:
            number = float(text)
        except ValueError as error:
            raise click.BadParameter(f"{pair!r} is not NAME=NUMBER", param_hint=option) from error
        if name not in known or not 0 <= number < inf:
            wrong = f"{pair!r}: NAME is one of {', '.join(known)}, NUMBER is 0 or more"
            raise click.BadParameter(wrong, param_hint=option)
        return name, number

    return click.option(
        option,
        target,
        multiple=True,
        metavar="NAME=NUMBER",
        help=f"{about} {', '.join(known)}.",
        callback=lambda _context, _option, pairs: dict(map(read, pairs)),
    )


@click.group()
def local() -> None:
    """The local twin: this application without an AWS account."""


local.add_command(fault)
local.add_command(access)


@local.command(
    epilog=epilog(
        "backroom local up",
        "backroom local up --rate spot_reclaims_an_hour=6 --seed 7",
        "backroom local up --containers",
    )
)
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    default=Path("template.yaml"),
    show_default=True,
    help="The application.",
)
@click.option("--port", type=int, default=0, help="Port on 127.0.0.1; by default a free one.")
@click.option("--region", default="eu-central-1", show_default=True, help="The region that it is in.")
@click.option("--environment", default="local", show_default=True, help="Section of samconfig.toml.")
@click.option("--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="Override a template parameter.")
@click.option("--host-commands", is_flag=True, help="Run the command of a foreign image on this machine.")
@click.option("--containers", is_flag=True, help="Run the real images with docker, podman, nerdctl or finch.")
@click.option("--base", metavar="IMAGE", help="With --containers: build argument BASE of the project's images.")
@click.option("--enforce-iam", is_flag=True, help="Deny what the policies of the template do not allow.")
@click.option("--vcpus", default=VCPUS, show_default="8, or all cores", help="Most vCPUs of an environment.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random faults.")
@_named_numbers("--rate", "rates", _RATES, "A random fault; may be repeated. NAME is one of")
@_named_numbers("--delay", "delays", DELAYS, "Seconds that something takes in Batch; may be repeated. NAME is one of")
@click.option("--fresh", is_flag=True, help="Forget what S3 and DynamoDB held.")
@click.option("--detach/--foreground", default=True, show_default=True, help="In the background, or until Ctrl-C.")
@state_dir_option
@json_option
def up(parameters: tuple[str, ...], state_dir: Path, detach: bool, as_json: bool, **given: Any) -> None:
    """Start the twin, or apply the edited template to the one that runs."""
    if given["base"] and not given["containers"]:
        raise click.UsageError("--base is for the images that --containers builds: add --containers, or leave it out")
    if given["host_commands"] and given["containers"]:
        raise click.UsageError("--containers runs foreign images as they are: leave --host-commands out")
    settings = TwinSettings(state_dir=state_dir, parameters=_pairs(parameters), **given)
    running = process.find(state_dir)
    if running is not None:
        _check_enforcement(running, settings)
        _apply(running, as_json)
        return
    if not detach:
        sys.exit(main(arguments_of(settings)))
    _show(_start(settings, as_json), as_json, "The twin is up at {endpoint}; `backroom local env` says how to use it.")


def _start(settings: TwinSettings, quiet: bool) -> Running:
    """Start a twin in the background, with a spinner on a terminal."""
    console = Console(stderr=True, quiet=quiet)
    with console.status(f"Applying {settings.template} ..."):
        try:
            return process.start(arguments_of(settings), settings.state_dir, _START_SECONDS, lambda: None)
        except TwinProcessError as error:
            raise click.ClickException(str(error)) from error


def _check_enforcement(running: Running, settings: TwinSettings) -> None:
    """Refuse to go on with a twin that runs without the enforcement that is asked for."""
    if settings.enforce_iam and not asked(running, "access")["enforced"]:
        raise click.ClickException(
            f"The twin at {running.endpoint} enforces no policies; end it with `backroom local down` first."
        )


def _apply(running: Running, as_json: bool) -> None:
    """Apply the template to a running twin."""
    changed = asked(running, "apply", change=True)
    what = f"updated: {', '.join(changed)}" if changed else "nothing to update"
    _show(running, as_json, f"The twin is up already at {{endpoint}}; {what}.")


@local.command(epilog=epilog("backroom local down"))
@state_dir_option
@json_option
def down(state_dir: Path, as_json: bool) -> None:
    """End the twin. What S3, DynamoDB and Batch hold is kept for the next time."""
    running = process.find(state_dir)
    if running is not None:
        process.stop(running, _STOP_SECONDS)
    message = "The twin is down." if running else "No twin is running."
    click.echo(json.dumps({"status": "down", "was_running": running is not None}) if as_json else message)


@local.command(epilog=epilog("backroom local status", "backroom local status --json"))
@state_dir_option
@json_option
def status(state_dir: Path, as_json: bool) -> None:
    """Say whether the twin runs; exit code 1 when it does not."""
    running = process.find(state_dir)
    if running is None:
        click.echo(
            json.dumps({"status": "down"}) if as_json else "No twin is running; start one with `backroom local up`."
        )
        sys.exit(1)
    health = asked(running, "health")
    if as_json:
        click.echo(json.dumps({**health, "outputs": asked(running, "outputs")}))
        return
    click.echo(f"The twin is {health['status']} at {running.endpoint} (process {running.pid}, {running.template}).")


@local.command(epilog=epilog('eval "$(backroom local env)"'))
@state_dir_option
@json_option
def env(state_dir: Path, as_json: bool) -> None:
    """Print what to export so that any AWS client uses the twin: eval "$(backroom local env)"."""
    running = running_twin(state_dir)
    variables = running.environment()
    outputs = asked(running, "outputs")
    if as_json:
        click.echo(json.dumps({"environment": variables, "outputs": outputs}))
        return
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


def _show(running: Running, as_json: bool, message: str) -> None:
    """Say where a twin answers."""
    if as_json:
        click.echo(json.dumps({"status": "up", "endpoint": running.endpoint, "port": running.port, "pid": running.pid}))
    else:
        click.echo(message.format(endpoint=running.endpoint))


def _pairs(parameters: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE."""
    wrong = [given for given in parameters if "=" not in given]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE", param_hint="--parameter")
    return {name: value for name, _, value in (given.partition("=") for given in parameters)}
