"""Runs every job on a twin whose containers are real ones, and one that has too little memory."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from backroom_local.process import Running

from scripts.trial.images import TrialError

JOBS = ("image_resize", "sitemap", "product_import", "stock_import", "report", "similarity")
"""Those that `backroom demo` has files for, which are all."""
_TOO_LITTLE_MIB = 16
_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Death:
    """The end of a container, as the engine saw it."""

    image: str
    exit_code: int


def demo(job: str, state_dir: Path) -> str:
    """Run a job for the demo's tenants; gives the run's id. Raises TrialError if it does not end well."""
    command = ("backroom", "demo", job, "--state-dir", str(state_dir), "--json")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TrialError(f"backroom demo {job} ended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}")
    return str(json.loads(done.stdout)["run"]["run"])


def batch(twin: Running) -> Any:
    """Give a client of the twin's Batch."""
    keys = twin.environment()
    return boto3.client(
        "batch",
        keys["AWS_REGION"],
        endpoint_url=twin.endpoint,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )


def memory(twin: Running) -> dict[str, int]:
    """Give the MiB that the definitions give a container of each image; the least where several have it."""
    least: dict[str, int] = {}
    for found in batch(twin).describe_job_definitions(status="ACTIVE")["jobDefinitions"]:
        nodes = found.get("nodeProperties", {}).get("nodeRangeProperties", [{}])
        properties = found.get("containerProperties") or nodes[0]["container"]
        name = properties["image"].partition("@")[0].rpartition("/")[2]
        (mib,) = (int(one["value"]) for one in properties["resourceRequirements"] if one["type"] == "MEMORY")
        least[name] = min(mib, least.get(name, mib))
    return least


def starve(twin: Running, queue: str) -> None:
    """Run a container in far too little memory for what it imports. Raises TrialError unless it is killed, with 137."""
    client = batch(twin)
    little = [{"type": "MEMORY", "value": str(_TOO_LITTLE_MIB)}]
    job = client.submit_job(
        jobName="too_little_memory",
        jobQueue=queue,
        jobDefinition="backroom-report",
        containerOverrides={"resourceRequirements": little},
    )["jobId"]
    container = _ended(client, job)["container"]
    code, reason = container.get("exitCode"), container.get("reason", "")
    if code != 137 or not reason.startswith("OutOfMemoryError"):
        raise TrialError(f"a container with {_TOO_LITTLE_MIB} MiB ended with {code} and {reason!r}")


def _ended(client: Any, job: str) -> Any:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        (found,) = client.describe_jobs(jobs=[job])["jobs"]
        if found["status"] in ("SUCCEEDED", "FAILED"):
            return found
        time.sleep(0.2)
    raise TrialError(f"job {job} has not ended after {_SECONDS:.0f} s")


def deaths(engine: str, since: float, until: float) -> list[Death]:
    """Ask docker which containers ended between two times (seconds since 1970)."""
    form = "{{.Actor.Attributes.image}} {{.Actor.Attributes.exitCode}}"
    when = (f"--since={since:.0f}", f"--until={until:.0f}")
    command = (engine, "events", *when, "--filter=event=die", f"--format={form}")
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    pairs = (line.rpartition(" ") for line in lines)
    return [Death(image.partition(":")[0].rpartition("/")[2], int(code)) for image, _, code in pairs]
