"""`backroom jobs`: the table of jobs as it is deployed."""

from backroom_console import jobs as deployed
from backroom_console.invocation import Invocation, command
from backroom_console.output import Column
from backroom_console.rows import JobRow

_COLUMNS = (
    Column("Job"),
    Column("Revision", True),
    Column("Portion items", True),
    Column("Attempts", True),
    Column("Waves", True),
    Column("Timeout s", True),
    Column("Schedule"),
    Column("Image"),
)


@command("backroom jobs", "backroom jobs --profile prod --json")
def jobs(invocation: Invocation) -> None:
    """List the jobs of the stack, as they are deployed."""
    found = deployed.rows(invocation.connection)
    if invocation.output.as_json:
        invocation.output.json(found)
    else:
        invocation.output.table(_COLUMNS, map(_row, found))


def _row(job: JobRow) -> tuple[object, ...]:
    state = "" if job.scheduled or job.schedule is None else " (disabled)"
    schedule = f"{job.schedule or 'none'}{state}"
    return (job.job, job.revision, job.portion_items, job.attempts, job.waves, job.timeout_seconds, schedule, job.image)
