"""Shows a run while it goes on: a bar on a terminal, lines elsewhere."""

import sys
import time
from collections.abc import Iterator

from backroom.phrases import counted
from backroom.records import RunRecord
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from backroom_console.exits import Exit
from backroom_console.invocation import Invocation
from backroom_console.phrases import numbers
from backroom_console.watching import Ended, Look, outcome, watch


def follow(invocation: Invocation, run: str) -> RunRecord | Ended:
    """Show how a run stands until it has ended, and give how it did.

    Ctrl-C leaves the run running, says how to come back and exits with 130.
    """
    looks = watch(invocation.reader, run, lambda: time.sleep(invocation.connection.pause))
    try:
        _show(invocation, looks)
        return outcome(invocation.reader, run)
    except KeyboardInterrupt:
        output = invocation.output
        output.aside.print(f"\n{run} goes on. Come back to it with: {output.program} show {run} --wait", soft_wrap=True)
        sys.exit(Exit.INTERRUPTED)


def in_words(look: Look) -> str:
    """Say how a run stands; waiting for capacity is not running."""
    place = [f"wave {look.wave}"] if look.wave > 1 else []
    place += [f"stage {look.stage}"] if look.stage else []
    where = f"{', '.join(place)}: " if place else ""
    if not look.portions:
        return "planning" if look.goes_on else str(look.status)
    ended = {"done": look.succeeded, "failed": look.failed}
    going = {"running": look.running, "waiting for capacity": look.waiting}
    return f"{where}{counted(look.portions, 'portion')}: {numbers(ended | going)}"


def milestone(look: Look) -> tuple[object, ...]:
    """Give what must change for a new line: ten lines tell of ten thousand portions as well as of ten."""
    if not look.portions:
        return (look.status,)
    return (look.wave, look.stage, look.portions, look.running > 0, 10 * look.done // look.portions)


def _show(invocation: Invocation, looks: Iterator[Look]) -> None:
    output = invocation.output
    if output.aside.is_terminal and not output.as_json:
        _bar(invocation, looks)
        return
    said: tuple[object, ...] = ()
    for look in looks:
        if (passed := milestone(look)) != said:
            output.remark(f"  {in_words(look)}")
            said = passed


def _bar(invocation: Invocation, looks: Iterator[Look]) -> None:
    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=invocation.output.aside, transient=True) as progress:
        task = progress.add_task("planning", total=None)
        for look in looks:
            progress.update(task, description=in_words(look), total=look.portions or None, completed=look.done)
