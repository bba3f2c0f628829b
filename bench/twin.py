"""The whole twin at scale: arrays of /bin/true as anybody's containers, and a run of the project's own worker.

CPU and memory are those of the twin's process with all that it started (/proc). Prints tables for bench/README.md;
the Batch simulator alone is measured by bench/batch.py.

    .venv/bin/python -m bench.twin
"""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

from tests.e2e.stage import Stage

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000)
PORTIONS = 300
DESCRIBED = 100
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ran:
    """An array of /bin/true: seconds from SubmitJob until it had SUCCEEDED, and what listing and describing took."""

    children: int
    seconds: float
    cpu: float
    memory_kb: int
    """By which the twin's own process grew."""
    pages: int
    listing: float
    describing: float


def tree(pid: int) -> Iterator[int]:
    """Give a process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from tree(int(child))


def cpu(pid: int, *, alone: bool = False) -> float:
    """Give the CPU seconds of a process and, unless `alone`, of all below it and of those that they waited for."""
    total = 0
    for one in [pid] if alone else tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11 : 13 if alone else 15]))
    return total / TICKS


def memory(pid: int) -> int:
    """Give a process's resident memory in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def run(twin: Twin, children: int) -> Ran:
    """Run an array and look at it."""
    batch, queue, pid = twin.client("batch"), twin.outputs["SpotQueueName"], twin.running.pid
    before, used, began = memory(pid), cpu(pid), time.perf_counter()
    submitted = batch.submit_job(
        jobName="true", jobQueue=queue, jobDefinition="true", arrayProperties={"size": children}
    )
    wait(batch, submitted["jobId"])
    seconds, spent, grown = time.perf_counter() - began, cpu(pid) - used, memory(pid) - before
    began = time.perf_counter()
    pages = batch.get_paginator("list_jobs").paginate(arrayJobId=submitted["jobId"], jobStatus="SUCCEEDED")
    found = [[job["jobId"] for job in page["jobSummaryList"]] for page in pages]
    listing, began = time.perf_counter() - began, time.perf_counter()
    ids = [job for page in found for job in page]
    assert len(set(ids)) == children
    for start in range(0, children, DESCRIBED):
        assert len(batch.describe_jobs(jobs=ids[start : start + DESCRIBED])["jobs"]) == DESCRIBED
    return Ran(children, seconds, spent, grown, len(found), listing, time.perf_counter() - began)


def wait(batch: Any, job: str) -> None:
    """Wait until all children have succeeded."""
    while (status := batch.describe_jobs(jobs=[job])["jobs"][0]["status"]) != "SUCCEEDED":
        assert status != "FAILED", job
        time.sleep(0.2)


def real() -> list[Ran]:
    """Run the arrays, each on a twin of its own, as `backroom local up --host-commands` starts it."""
    ran = []
    for children in SIZES:
        with tempfile.TemporaryDirectory() as state:
            settings = TwinSettings(ROOT / "template.yaml", Path(state), host_commands=True)
            with Twin.started(settings) as twin:
                register(twin.client("batch"))
                run(twin, DESCRIBED)
                ran.append(run(twin, children))
    return ran


def register(batch: Any) -> None:
    """Register /bin/true as a job."""
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
    container = {"image": "busybox", "command": ["/bin/true"], "resourceRequirements": needs}
    batch.register_job_definition(jobDefinitionName="true", type="container", containerProperties=container)


def whole_run() -> None:
    """Run portions with the real worker through machine, planner, Batch and recorder; print what each takes."""
    with tempfile.TemporaryDirectory() as folder, Stage.set_up(Path(folder)) as stage:
        tenant, pid = stage.tenant(), stage.twin.running.pid
        warm = stage.run(tenants=[tenant], params={"count": 8})
        assert warm.status == "SUCCEEDED", warm.cause
        own, used, began = cpu(pid, alone=True), cpu(pid), time.perf_counter()
        ran = stage.run(tenants=[tenant], params={"count": PORTIONS}, timeout=900.0)
        assert ran.status == "SUCCEEDED", ran.cause
        seconds = time.perf_counter() - began
        own, used = cpu(pid, alone=True) - own, cpu(pid) - used
    print(f"| {PORTIONS:,} | {seconds:.1f} | {own * 1000 / PORTIONS:.1f} | {(used - own) * 1000 / PORTIONS:.1f} |")


def main() -> None:
    """Measure."""
    print("| children | s | children/s | CPU ms a child | kB a child | pages | list s | describe s |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for one in real():
        rates = f"{one.children / one.seconds:,.0f} | {one.cpu * 1000 / one.children:.2f}"
        rest = f"{one.memory_kb / one.children:.2f} | {one.pages} | {one.listing:.2f} | {one.describing:.2f}"
        print(f"| {one.children:,} | {one.seconds:.1f} | {rates} | {rest} |", flush=True)

    print(
        "\n| portions | s | CPU ms a portion: the twin itself | functions and containers |\n|---|---|---|---|",
        flush=True,
    )
    whole_run()


if __name__ == "__main__":
    main()
