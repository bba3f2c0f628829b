"""`backroom cancel`: stops a run."""

import time

import click
from backroom.phrases import counted

from backroom_console import completing
from backroom_console.describing import describe
from backroom_console.invocation import Invocation, command
from backroom_console.stopping import settle, stop


@command("backroom cancel last", "backroom cancel image_resize-20261127T030000Z-0a1b --json")
@click.argument("run", shell_complete=completing.runs)
def cancel(invocation: Invocation, run: str) -> None:
    """Stop RUN (`last`: the latest one) and its Batch jobs. What was finished stays; the rest is `cancelled`.

    To do the rest later: `backroom resume RUN`. A run that has ended is left as it is.
    """
    reader, connection = invocation.reader, invocation.connection
    found = reader.run(run)
    if not found.goes_on:
        invocation.output.remark(f"{found.run} has ended already: there is nothing to cancel.")
    else:
        execution = connection.outputs.execution_of(found)
        told = stop(connection, found.run, execution, lambda: time.sleep(connection.pause))
        invocation.output.remark(f"Stopped {found.run} and told {counted(told, 'Batch job')} to end.")
        settle(connection, found.run)
    describe(invocation, reader.run(found.run))
