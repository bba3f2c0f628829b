"""`backroom why`: why a run, a portion or a queue is as it is."""

import click

from backroom_console import completing
from backroom_console.invocation import Invocation, command
from backroom_console.output import Output
from backroom_console.reasons.asking import Asking
from backroom_console.reasons.finding import Finding


@command("backroom why last", "backroom why last 17", "backroom why spot", "backroom why last --json")
@click.argument("subject", metavar="RUN|QUEUE", shell_complete=completing.runs)
@click.argument("portion", type=click.IntRange(0), required=False)
def why(invocation: Invocation, subject: str, portion: int | None) -> None:
    """Say why a run (`last`: the latest one), a PORTION of it, or a queue (`spot`, `on_demand`) is as it is.

    One sentence first, then what shows it, then the command that helps. It changes nothing.
    """
    asking = Asking(invocation.reader)
    queue = asking.queue(subject)
    if queue is not None and portion is not None:
        raise click.UsageError(f"{subject} is a queue and has no portions: name a run, or leave out {portion}")
    if queue is not None:
        finding = asking.of_queue(queue)
    else:
        run = invocation.reader.run(subject)
        finding = asking.of_run(run) if portion is None else asking.of_portion(run, portion)
    _show(invocation.output, finding)


def _show(output: Output, finding: Finding) -> None:
    if output.as_json:
        output.json(finding)
        return
    output.line(finding.sentence)
    for line in finding.evidence:
        output.line(f"  {line}")
    if finding.command:
        output.line(f"Next: {output.program}{finding.command.removeprefix('backroom')}")
