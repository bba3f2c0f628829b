"""The twin at scale: arrays on the virtual clock, arrays of /bin/true, and a run of the project's own worker.

The virtual clock is the scheduler of Batch alone; the others are the whole twin, CPU and memory those of its process
with all that it started (/proc). Prints tables for bench/README.md.

    .venv/bin/python -m bench.twin
"""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backroom_local.batch.core.model import CPU_UNITS, EnvironmentSpec, InstanceType, JobSpec, Need, QueueSpec
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.batch.core.words import Capacity, Status
from backroom_local.batch.drivers.virtual import Sample, VirtualDriver
from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

from tests.e2e.stage import Stage

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000)
PORTIONS = 300
DESCRIBED = 100
KIND = InstanceType("m5.large", 2 * CPU_UNITS, 7782)
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


def simulate(children: int) -> tuple[float, int]:
    """Run an array of children of one to five minutes on 256 vCPUs; gives CPU seconds and the kB that it took."""
    before, begun = memory(os.getpid()), time.process_time()
    scheduler = Scheduler()
    scheduler.put_environment(EnvironmentSpec("ce", Capacity.EC2, 256 * CPU_UNITS, types=(KIND,)), 0)
    scheduler.put_queue(QueueSpec("q", 1, ("ce",)))
    job = scheduler.submit("array", JobSpec("array", "q", Need(CPU_UNITS, 2048), size=children), 0)
    samples = [Sample(60_000 + index * 7919 % 240_000) for index in range(children)]
    VirtualDriver(scheduler, lambda child, _: samples[child.index]).run()
    assert job.status is Status.SUCCEEDED
    return time.process_time() - begun, memory(os.getpid()) - before


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


def virtual() -> None:
    """Print how fast the scheduler alone is, on a clock that jumps."""
    print("| children | CPU s | children/s | CPU ms a child | kB a child |\n|---|---|---|---|---|")
    for children in SIZES:
        seconds, kilobytes = simulate(children)
        rates = f"{children / seconds:,.0f} | {seconds * 1000 / children:.3f} | {kilobytes / children:.2f}"
        print(f"| {children:,} | {seconds:.2f} | {rates} |", flush=True)
    print()


def main() -> None:
    """Measure."""
    virtual()
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
