"""What the browser looks at: a twin with a run that goes on, a failed, a resumed and a large one, and its consoles."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backroom.runs import RunsTable
from backroom.words import Outcome, RunStatus

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Stage
from tests.e2e.test_machine import eventually
from tests.prepared_runs import Prepared, portions, run_id

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
BAD_ITEM = "bad-<img src=x onerror=alert(3)>"
LARGE, HOSTILE_RUN, USUAL = run_id(0x10), run_id(0x11), range(0x20, 0x26)
ONCE = {"probe": {"waves": 1, "bisect": False}}


@dataclass(frozen=True)
class Scene:
    """A twin with runs of each kind, and where two consoles over it are: one that only shows, one that may act."""

    stage: Stage
    showing: str
    acting: str
    running: str
    """Of three portions one is done, one hangs, and one failed in an earlier wave or waits."""
    failed: str
    resumed: str
    """Failed at first; `again` resumed it and succeeded."""
    again: str
    tenant: str
    """Of `failed`."""


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Set everything up in a folder; all of it ends with the context."""
    with ExitStack() as ends:
        stage = ends.enter_context(Stage.set_up(folder))
        write_prepared(stage)
        runs = run_real_ones(stage)
        showing = ends.enter_context(console(stage, folder))
        acting = ends.enter_context(console(stage, folder, "--allow-actions"))
        yield Scene(stage, showing, acting, **runs)


def write_prepared(stage: Stage) -> None:
    """Write a usual history of image_resize, a run of 10,000 portions, and one whose names are hostile."""
    outputs = stage.twin.outputs
    prepared = Prepared(
        stage.tables.Table(outputs["RunsTableName"]), stage.twin.client("s3"), outputs["RunsBucketName"]
    )
    for number in USUAL:
        prepared.ended(run_id(number), list(portions(12 + number % 5, 3)), RunStatus.SUCCEEDED)
    hostile = [replace(one, tenant=HOSTILE, message=HOSTILE) for one in portions(7, 1, 7)]
    prepared.ended(HOSTILE_RUN, hostile, RunStatus.FAILED, HOSTILE)
    large = list(portions(10_000, 40, 77))
    prepared.ended(LARGE, large, RunStatus.FAILED, f"{10_000 // 77} of 10,000 portions failed")
    opened = [one for one in large if one.tenant == "shop-000" or one.outcome is not Outcome.SUCCEEDED]
    # Those that somebody opens, and that `why` looks into; a twin takes a minute to write them all.
    RunsTable(prepared.table).put_portions(LARGE, opened, prepared.now)


def run_real_ones(stage: Stage) -> dict[str, str]:
    """Run the test job on the twin to a failure, to a failure that is resumed, and into a portion that hangs."""
    tenant, mended = stage.tenant("corner-shop", limits=ONCE), stage.tenant("bakery", limits=ONCE)
    started = {
        "failed": stage.start("probe", tenants=[tenant], params={"items": [BAD_ITEM, "bad-2", "crash-1", "ok-1"]}),
        "resumed": stage.start("probe", tenants=[mended], params={"items": ["broken-1", "ok-1", "ok-2"]}),
        "running": stage.start("probe", tenants=[stage.tenant("florist")], params={"items": ["hang-1", "ok-1"]}),
    }
    assert stage.finish(*started["failed"]).status == "FAILED"
    assert stage.finish(*started["resumed"]).status == "FAILED"
    stage.twin.client("s3").put_object(Bucket="backroom-bakery", Key="mended", Body=b"")
    again = stage.run("probe", resume=started["resumed"][0])
    assert again.status == "SUCCEEDED", again.cause
    return {name: run for name, (run, _) in started.items()} | {"again": again.run, "tenant": tenant}


@contextmanager
def console(stage: Stage, folder: Path, *options: str) -> Iterator[str]:
    """Start a console as an operator does, and give its address without the last slash."""
    backroom = CommandLine(clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url), folder)
    process = backroom.start("console", "--no-open", "--json", *options)
    try:
        yield address_of(process)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def address_of(process: "subprocess.Popen[str]") -> str:
    """Read the address that a console says it has."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("}"):
            break
    return str(json.loads(said)["address"]).rstrip("/")


def log_stream(stage: Stage, run: str, portion: int) -> tuple[str, str]:
    """Give group and stream of the log that a portion which runs writes; waits until there is one."""

    def found() -> list[str]:
        jobs = [job for array in stage.batch_jobs(run) for job in children(stage, array["jobId"])]
        return [
            stream
            for job in jobs
            if job["jobId"].endswith(f":{portion}") and (stream := job["container"].get("logStreamName"))
        ]

    eventually(lambda: bool(found()), "the portion has a log", 120)
    return "backroom-probe", found()[0]


def children(stage: Stage, array: str) -> list[dict[str, Any]]:
    """Give the running children of an array."""
    batch = stage.twin.client("batch")
    ids = [job["jobId"] for job in batch.list_jobs(arrayJobId=array, jobStatus="RUNNING")["jobSummaryList"]]
    return list(batch.describe_jobs(jobs=ids)["jobs"]) if ids else []


def is_ended(stage: Stage, run: str) -> bool:
    """Say whether a run's end is recorded."""
    return not stage.runs.get(run).goes_on
