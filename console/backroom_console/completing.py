"""What a shell offers after TAB: the jobs, runs and tenants of the stack that the line so far is about."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from botocore.config import Config
from click.shell_completion import CompletionItem

from backroom_console import jobs as deployed
from backroom_console.connection import Connection
from backroom_console.errors import EXPECTED
from backroom_console.reader import LAST, Reader
from backroom_console.target import Target, Wanted, settled

_HASTY = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=1, read_timeout=2)
"""Who pressed TAB does not wait for a network that is down."""
_RUNS = 30

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(names: Callable[[Reader], Iterable[str]]) -> Completer:
    """Make a completer that offers the names that begin as what was typed; none where the stack cannot be asked."""

    def complete(context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
        try:
            found = list(names(Reader(Connection(_target(context.params), _HASTY))))
        except EXPECTED:
            return []
        return [CompletionItem(name) for name in found if name.startswith(typed)]

    return complete


def _target(params: dict[str, Any]) -> Target:
    """Give where the line would work by the options that are on it already; raises as `settled` does."""
    wanted = Wanted(
        params.get("profile"),
        params.get("region"),
        params.get("stack") or "backroom",
        bool(params.get("aws")),
        params.get("state_dir") or Path(".backroom"),
    )
    return settled(wanted, os.environ)


jobs = _completer(lambda reader: deployed.names(reader.connection))
"""Completes a job's name."""
runs = _completer(lambda reader: [LAST, *(run.run for run in reader.latest(None, _RUNS))])
"""Completes `last` or the id of one of the latest runs."""
tenants = _completer(lambda reader: [one.tenant for one in reader.connection.tenants.all()])
"""Completes a tenant's id."""
