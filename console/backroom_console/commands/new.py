"""`backroom new job`: what a job begins with, written into a checkout."""

from pathlib import Path

import click
from backroom.phrases import counted
from backroom_local.epilogs import epilog

from backroom_console.invocation import guarded
from backroom_console.new_job.names import NewJob, read_names
from backroom_console.new_job.writing import Change, changes, write
from backroom_console.output import Column, Output

_COLUMNS = (Column("Lines", True), Column("File"), Column(""))


@click.group()
def new() -> None:
    """Something of your own: a job."""


@new.command(
    epilog=epilog(
        "backroom new job abandoned_carts",
        "backroom new job price_list --chain fetch,check,publish --dry-run",
        "backroom new job trends --multi-node",
    )
)
@click.argument("name")
@click.option("--chain", metavar="STAGE,STAGE,...", help="Stages, each after the one before; without, the job has one.")
@click.option("--multi-node", is_flag=True, help="Several containers, each on an instance of its own, share the work.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option(
    "--checkout",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder with template.yaml; by default this one.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, errors too.")
def job(name: str, chain: str | None, multi_node: bool, dry_run: bool, checkout: Path, as_json: bool) -> None:
    """Write the job NAME into a checkout: container, planner, rows of template.yaml, event and a test that passes.

    It counts the lines of the objects under NAME/ of each tenant until you have it do something else (docs/guide.md).
    """
    guarded(lambda: _add(Output(as_json), read_names(name, chain, multi_node), checkout, dry_run), as_json)


def _add(output: Output, added: NewJob, checkout: Path, dry_run: bool) -> None:
    found = changes(checkout, added)
    if not dry_run:
        write(checkout, found)
    if output.as_json:
        about = {"job": added.name, "stages": added.stages, "nodes": added.nodes, "written": not dry_run}
        output.json(about | _counted(found))
        return
    output.table(_COLUMNS, [(change.lines, change.path, "new" if change.new else "edited") for change in found])
    figures = f"{counted(len(found), 'file')}, {counted(sum(change.lines for change in found), 'line')}"
    output.line(f"\n{'Would write' if dry_run else 'Wrote'} {figures}.")
    if not dry_run:
        output.remark(
            f"Its test: .venv/bin/python -m pytest tests/e2e/test_{added.name}.py. What to edit: docs/guide.md"
        )


def _counted(found: list[Change]) -> dict[str, object]:
    files = [{"path": change.path, "lines": change.lines, "new": change.new} for change in found]
    return {"files": files, "files_touched": len(found), "lines_written": sum(change.lines for change in found)}
