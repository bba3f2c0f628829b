"""`backroom resume`: does what a run left unfinished."""

import click

from backroom_console import completing
from backroom_console.commands.run import begin, finish
from backroom_console.invocation import Invocation, command
from backroom_console.resuming import require_something_left
from backroom_console.starting import Request


@command("backroom resume last", "backroom resume image_resize-20261127T030000Z-0a1b --no-wait")
@click.argument("run", shell_complete=completing.runs)
@click.option("--wait/--no-wait", default=True, show_default=True, help="Follow the run to its end.")
def resume(invocation: Invocation, run: str, wait: bool) -> None:
    """Start a run of what RUN (`last`: the latest one) left unfinished, with today's code.

    Every portion that came to no good end is done, from its first unfinished stage, and what its earlier attempts had
    done of it is not done again. A run that was resumed before is taken up where its latest resume left off.
    """
    story = invocation.reader.story(invocation.reader.run(run))
    latest = story.latest
    require_something_left(latest)
    if latest.run != run:
        invocation.output.remark(f"Resuming {latest.run}.")
    finish(invocation, begin(invocation, Request(latest.job, resume=latest.run)), wait)
