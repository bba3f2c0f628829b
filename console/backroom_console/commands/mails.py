"""`backroom mails`: what tenants were told of a run, or would be."""

import click

from backroom_console import completing
from backroom_console.calling import call
from backroom_console.invocation import Invocation, command
from backroom_console.output import Column

_COLUMNS = (Column("Tenant"), Column("State"), Column("To"), Column("Subject"), Column("Why"))


@command("backroom mails last", "backroom mails last --text kontor")
@click.argument("run", shell_complete=completing.runs)
@click.option("--text", "tenant", metavar="TENANT", help="Print this tenant's e-mail whole.")
def mails(invocation: Invocation, run: str, tenant: str | None) -> None:
    """List the e-mails of RUN (`last`: the latest one), a tenant each: sent, or pending and why. Nothing is sent.

    They are sent by the run itself when it ends, if the job's row in template.yaml says `Mail: "true"`.
    """
    found = invocation.reader.run(run)
    event = {"job": found.job, "run": found.run, "dry_run": True}
    letters = call(invocation.connection, invocation.connection.outputs.notify_function, event)["mails"]
    chosen = [mail for mail in letters if tenant in (None, mail["tenant"])]
    if invocation.output.as_json:
        invocation.output.json(chosen)
    elif tenant is None:
        invocation.output.table(_COLUMNS, map(_row, chosen))
    else:
        _print(invocation, chosen, tenant)


def _row(mail: dict[str, object]) -> tuple[object, ...]:
    return tuple(mail[name] for name in ("tenant", "state", "to", "subject", "reason"))


def _print(invocation: Invocation, chosen: list[dict[str, object]], tenant: str) -> None:
    for mail in chosen:
        invocation.output.line(f"To: {mail['to'] or 'nobody'} ({mail['state']})\nSubject: {mail['subject'] or ''}\n")
        invocation.output.line(str(mail["body"] or mail["reason"] or "The tenant has no e-mail address."))
    if not chosen:
        invocation.output.line(f"Tenant {tenant} had no part in this run.")
