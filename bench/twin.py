"""The twin's scale: children of /bin/true a second with real processes, simulated children a second, pages, memory.

CPU and memory are those of the twin's process with all that it started (/proc). Prints a table for bench/README.md.

    .venv/bin/python bench/twin.py
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backroom_local.batch.core.model import CPU_UNITS, EnvironmentSpec, InstanceType, JobSpec, Need, QueueSpec
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.batch.core.words import Capacity
from backroom_local.batch.drivers.virtual import Sample, VirtualDriver
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000)
SIMULATED = (10_000, 100_000)
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


def cpu(pid: int) -> float:
    """Give the CPU seconds of a process, of all below it, and of those that they have waited for."""
    total = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
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


def simulate(children: int) -> None:
    """Run children of 100 virtual seconds on 256 vCPUs; prints children a second and kB a child."""
    before = memory(os.getpid())
    scheduler = Scheduler()
    driver = VirtualDriver(scheduler, lambda _job, _attempt: Sample(100_000))
    kind = InstanceType("large", 16 * CPU_UNITS, 64_000)
    scheduler.put_environment(EnvironmentSpec("spot", Capacity.SPOT, 256 * CPU_UNITS, types=(kind,)), 0)
    scheduler.put_queue(QueueSpec("q", 1, ("spot",)))
    began, used = time.perf_counter(), time.process_time()
    for start in range(0, children, SIZES[-1]):
        scheduler.submit(f"j{start}", JobSpec("j", "q", Need(CPU_UNITS, 2000), size=SIZES[-1]), 0)
    driver.run()
    seconds, spent = time.perf_counter() - began, time.process_time() - used
    jobs = scheduler.world.jobs.values()
    assert all(job.status == "SUCCEEDED" for job in jobs), "all have ended well"
    grown = memory(os.getpid()) - before
    print(
        f"| {children:,} | {children / seconds:,.0f} | {children / spent:,.0f} | {grown / children:.2f} |", flush=True
    )


def main() -> None:
    """Measure."""
    print("| simulated children | children/s, wall | children/s, CPU | kB a child |\n|---|---|---|---|", flush=True)
    for children in SIMULATED:
        subprocess.run([sys.executable, __file__, str(children)], check=True)
    print("\n| real children | s | children/s | CPU ms a child | kB a child | pages | list s | describe s |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for one in real():
        rates = f"{one.children / one.seconds:,.0f} | {one.cpu * 1000 / one.children:.2f}"
        rest = f"{one.memory_kb / one.children:.2f} | {one.pages} | {one.listing:.2f} | {one.describing:.2f}"
        print(f"| {one.children:,} | {one.seconds:.1f} | {rates} | {rest} |", flush=True)


if __name__ == "__main__":
    simulate(int(sys.argv[1])) if sys.argv[1:] else main()
