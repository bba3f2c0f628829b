"""Asks before a run that is likely to cost more than its job's budget, where the job's row wants to be asked for."""

import sys
from dataclasses import replace

import click
from backroom.errors import BudgetExceededError

from backroom_console import jobs
from backroom_console.connection import Connection
from backroom_console.invocation import Invocation
from backroom_console.starting import Request, dry_run


def approved(invocation: Invocation, request: Request) -> Request:
    """Give the request, with what was agreed to if it is likely to cost more than its budget.

    Raises BudgetExceededError where nobody can be asked, UnknownJobError; click.Abort at a no.
    """
    budget = asked_budget(invocation.connection, request)
    if budget is None:
        return request
    cost = dry_run(invocation.connection, request).cost
    if cost <= budget:
        return request
    what = f"The run is likely to cost ${cost:.2f}; the budget of {request.job} is ${budget:.2f}."
    if invocation.output.as_json or not sys.stdin.isatty():
        raise BudgetExceededError(f"{what} Agree to it with --approve-cost {cost:.2f}, or plan fewer tenants")
    click.confirm(f"{what} Start it all the same?", abort=True, err=True)
    return replace(request, approve_cost=round(cost, 2))


def asked_budget(connection: Connection, request: Request) -> float | None:
    """Give the budget beyond which is asked, in USD; None where that is not the question."""
    row = jobs.require(connection, request.job)["parameters"]
    budget = row.get("budget", "")
    asks = request.approve_cost is None and row.get("budget_action") == "ask"
    return float(budget) if asks and budget else None
