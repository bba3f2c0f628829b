"""A process to be killed: a simulator over a state folder, with an array of which two children run. Says when it is so.

usage: python -m tests.integration.batch.killed FOLDER
"""

import sys
import threading
from pathlib import Path

from backroom_local.batch.settings import BatchSettings

from tests.integration.batch.simulator import eventually, start_account


def main(folder: Path) -> None:
    """Print the id of the array, then wait to be killed."""
    account = start_account(BatchSettings(), folder)
    account.environment("ce", maxvCpus=2)
    account.queue("q", "ce")
    account.define("d", ["/bin/sh", "-c", "test $AWS_BATCH_JOB_ARRAY_INDEX = 0 || exec sleep 600"])
    account.define("e", ["/bin/true"], retryStrategy={"attempts": 2})
    made = account.client.submit_job(jobName="j", jobQueue="q", jobDefinition="d", arrayProperties={"size": 4})
    job_id = made["jobId"]
    eventually(lambda: account.detail(job_id)["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 1)
    eventually(lambda: account.detail(job_id)["arrayProperties"]["statusSummary"]["RUNNING"] == 2)
    later = account.client.submit_job(jobName="later", jobQueue="q", jobDefinition="e")
    print(job_id, later["jobId"], flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
