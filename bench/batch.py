"""The Batch simulator: arrays on the virtual clock, and with real processes of /bin/true behind HTTP.

.venv/bin/python -m bench.batch [--children 1000 10000]

Children a second, CPU a child, peak memory, and how long listing and describing all of them takes. Real processes are
started by the plainest executor there is, so that the figures are the simulator's.
"""

import argparse
import logging
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from backroom_local.batch.core.model import CPU_UNITS, EnvironmentSpec, InstanceType, JobSpec, Need, QueueSpec
from backroom_local.batch.core.scheduler import Scheduler
from backroom_local.batch.core.words import Capacity, Status
from backroom_local.batch.drivers.virtual import Sample, VirtualDriver
from backroom_local.batch.settings import BatchSettings

from tests.integration.batch.simulator import Account, start_account

KIND = InstanceType("m5.large", 2 * CPU_UNITS, 7782)


def virtual(children: int) -> None:
    """256 vCPUs, durations of one to five minutes."""
    scheduler = Scheduler()
    scheduler.put_environment(EnvironmentSpec("ce", Capacity.EC2, 256 * CPU_UNITS, types=(KIND,)), 0)
    scheduler.put_queue(QueueSpec("q", 1, ("ce",)))
    job = scheduler.submit("array", JobSpec("array", "q", Need(CPU_UNITS, 2048), size=children), 0)
    samples = [Sample(60_000 + index * 7919 % 240_000) for index in range(children)]
    driver = VirtualDriver(scheduler, lambda child, _: samples[child.index])
    begun = time.process_time()
    driver.run()
    seconds = time.process_time() - begun
    assert job.status is Status.SUCCEEDED
    print(
        f"| virtual | {children:,} | {children / seconds:,.0f} | {1000 * seconds / children:.3f} | {_peak():.0f} | | |"
    )


def real(children: int) -> None:
    """Four at a time, with the state kept on disk."""
    with TemporaryDirectory() as folder:
        account = start_account(BatchSettings(), Path(folder))
        account.environment("ce")
        account.queue("q", "ce")
        account.define("d", ["/bin/true"])
        begun, cpu = time.monotonic(), time.process_time()
        job_id = account.client.submit_job(
            jobName="j", jobQueue="q", jobDefinition="d", arrayProperties={"size": children}
        )["jobId"]
        while account.detail(job_id)["status"] == "PENDING":
            time.sleep(0.2)
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        listed, described = _list(account, job_id), _describe(account, job_id, children)
        account.close()
    rates = f"{children / seconds:,.0f} | {1000 * cpu / children:.3f} | {_peak():.0f}"
    print(f"| real | {children:,} | {rates} | {listed:.2f} | {described:.2f} |")


def _list(account: Account, job_id: str) -> float:
    begun = time.monotonic()
    pages = account.client.get_paginator("list_jobs").paginate(arrayJobId=job_id, jobStatus="SUCCEEDED")
    assert sum(len(page["jobSummaryList"]) for page in pages) > 0
    return time.monotonic() - begun


def _describe(account: Account, job_id: str, children: int) -> float:
    begun = time.monotonic()
    for first in range(0, children, 100):
        account.client.describe_jobs(jobs=[f"{job_id}:{index}" for index in range(first, min(children, first + 100))])
    return time.monotonic() - begun


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, nargs="+", default=[1000, 10_000])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    print("| clock | children | children/s | CPU ms a child | peak MB | list all, s | describe all, s |")
    print("|---|---|---|---|---|---|---|")
    for run in (virtual, real):
        for children in parser.parse_args().children:
            run(children)


if __name__ == "__main__":
    main()
