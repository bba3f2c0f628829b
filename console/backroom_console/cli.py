"""`backroom`: the command line."""

from importlib import import_module

import click

_COMMANDS = {
    "cancel": "backroom_console.commands.cancel:cancel",
    "completion": "backroom_console.commands.completion:completion",
    "console": "backroom_console.commands.console:console",
    "costs": "backroom_console.commands.costs:costs",
    "demo": "backroom_console.commands.demo:demo",
    "doctor": "backroom_console.commands.doctor:doctor",
    "forecast": "backroom_console.commands.forecast:foresee",
    "jobs": "backroom_console.commands.jobs:jobs",
    "local": "backroom_local.cli:local",
    "logs": "backroom_console.commands.logs:logs",
    "mails": "backroom_console.commands.mails:mails",
    "new": "backroom_console.commands.new:new",
    "plan": "backroom_console.commands.plan:plan",
    "portions": "backroom_console.commands.show:portions",
    "resume": "backroom_console.commands.resume:resume",
    "run": "backroom_console.commands.run:run",
    "runs": "backroom_console.commands.show:runs",
    "show": "backroom_console.commands.show:show",
    "tenants": "backroom_console.commands.tenants:tenants",
    "why": "backroom_console.commands.why:why",
}


class Lazily(click.Group):
    """A group that imports a command when it is asked for: `backroom local env` need not wait for boto3."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; None for a name that is none."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(
    cls=Lazily,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExamples:\n  backroom demo\n  backroom run image_resize --profile prod\n  backroom show last",
)
@click.version_option(package_name="backroom-console", prog_name="backroom")
def main() -> None:
    """Run the background jobs of a multi-tenant SaaS, and see what became of them.

    A command works on AWS with --aws or --profile; else on the twin at AWS_ENDPOINT_URL if that is set; else on the
    local twin if one was started here (`backroom local up`); else on AWS.

    \b
    Exit codes:
      0    done
      1    a run that was waited for did not succeed; a check of `doctor` failed
      2    wrong usage
      3    no such run, job, tenant or portion
      4    no twin, no stack, no credentials, no network
      5    AWS, or a function of the stack, answered with an error
      130  interrupted; a run that was started goes on
    """
