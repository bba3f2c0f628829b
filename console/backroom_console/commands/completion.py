"""`backroom completion`: has a shell complete commands, options, jobs, runs and tenants."""

import click
from backroom_local.epilogs import epilog
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from backroom_console.output import Output

_VARIABLE = "_BACKROOM_COMPLETE"
"""By this one click asks for what it offers; the name is click's."""
_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command(
    epilog=epilog(
        'eval "$(backroom completion bash)"',
        'eval "$(backroom completion zsh)"',
        "backroom completion fish > ~/.config/fish/completions/backroom.fish",
    )
)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def completion(context: click.Context, shell: str, as_json: bool) -> None:
    """Print the script that has SHELL complete commands, options, jobs, runs and tenants.

    Names are asked of the stack that the line is about, for two seconds at most.
    """
    script = _SHELLS[shell](context.find_root().command, {}, "backroom", _VARIABLE).source()
    if as_json:
        Output(as_json).json({"shell": shell, "script": script})
    else:
        click.echo(script)
