"""`backroom logs`: what the containers wrote."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import click
from backroom.errors import UnknownRunError
from backroom.records import PortionRecord
from backroom.words import Outcome

from backroom_console.options import as_json, examples, pass_site
from backroom_console.runs import find_run
from backroom_console.showing import show_json
from backroom_console.site import Site

MOST_PORTIONS = 10


@click.command(epilog=examples("backroom logs RUN 17", "backroom logs RUN   # of the first portions that failed"))
@click.argument("run")
@click.argument("portion", type=int, required=False)
@as_json
@pass_site
def logs(site: Site, run: str, portion: int | None, as_json: bool) -> None:
    """Print the logs of PORTION of RUN, all its attempts; without PORTION those of the first portions that failed."""
    found = find_run(site, run)
    lines = (line for record in _portions(site, found.run, portion) for line in _lines(site, found.job, record))
    if as_json:
        show_json(list(lines))
        return
    for line in lines:
        click.echo(line["message"])


def _portions(site: Site, run: str, portion: int | None) -> list[PortionRecord]:
    if portion is None:
        return list(islice(site.runs.portions(run, Outcome.FAILED), MOST_PORTIONS))
    found = site.runs.portion(run, portion)
    if found is None:
        raise UnknownRunError(
            f"portion {portion} of {run} is not recorded; `backroom portions {run}` lists those that are"
        )
    return [found]


def _lines(site: Site, job: str, record: PortionRecord) -> Iterator[dict[str, Any]]:
    ids = list(dict.fromkeys(attempt.batch_job_id for attempt in record.attempts if attempt.batch_job_id))
    described = site.client("batch").describe_jobs(jobs=ids)["jobs"] if ids else []
    for batch_job in described:
        for number, attempt in enumerate(batch_job["attempts"], 1):
            stream = attempt.get("container", {}).get("logStreamName")
            for event in _events(site, f"{site.stack}-{job}", stream) if stream else ():
                yield {
                    "portion": record.portion,
                    "attempt": number,
                    "time": event["timestamp"],
                    "message": event["message"],
                }


def _events(site: Site, group: str, stream: str) -> Iterator[dict[str, Any]]:
    client, token = site.client("logs"), None
    while True:
        more: dict[str, Any] = {"nextToken": token} if token else {}
        page = client.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **more)
        yield from page["events"]
        # The last page gives its own token back.
        if not page["events"] or page["nextForwardToken"] == token:
            return
        token = page["nextForwardToken"]
