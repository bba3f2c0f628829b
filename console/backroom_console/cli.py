"""`backroom`: the command line."""

from pathlib import Path

import click
from backroom_local.cli import local

from backroom_console.commands.demo import demo
from backroom_console.commands.jobs import jobs
from backroom_console.commands.logs import logs
from backroom_console.commands.plan import plan
from backroom_console.commands.run import run
from backroom_console.commands.show import portions, runs, show
from backroom_console.commands.tenants import tenants
from backroom_console.errors import Commands
from backroom_console.options import examples
from backroom_console.site import Choice

NAMES = {"help_option_names": ["-h", "--help"]}


@click.group(
    cls=Commands,
    context_settings=NAMES,
    epilog=examples("backroom demo", "backroom plan image_resize", "backroom --profile prod --stack backroom runs"),
)
@click.option(
    "--stack", default="backroom", show_default=True, envvar="BACKROOM_STACK", help="Name of the stack on AWS."
)
@click.option("--profile", help="Work on AWS with this profile, even if a twin runs here.")
@click.option("--region", help="AWS region.")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=Path(".backroom"),
    show_default=True,
    help="Where a local twin keeps its state.",
)
@click.version_option(package_name="backroom-console")
@click.pass_context
def main(context: click.Context, stack: str, profile: str | None, region: str | None, state_dir: Path) -> None:
    """Run the background jobs of a multi-tenant SaaS, and see what became of them.

    Without --profile a command works on AWS_ENDPOINT_URL if that is set, else on the local twin if one runs here,
    else on AWS. Exit codes: 0 done, 1 the run failed, 2 wrong usage, 3 it cannot be done, 130 interrupted.
    """
    context.obj = Choice(stack, profile, region, state_dir)


for command in (demo, jobs, local, logs, plan, portions, run, runs, show, tenants):
    main.add_command(command)
