"""Forecasts a run of 200 portions on the local twin, runs it with real containers, and prints both.

A first run makes the history; the forecast learns from it; the second run, with other parameters so that all is done
again, is what was forecast. One container a core runs at once. Takes some minutes.

    .venv/bin/python bench/forecast.py
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backroom_local.settings import TwinSettings
from backroom_local.testing import Twin

ROOT = Path(__file__).resolve().parents[1]
PORTIONS = {"atelier": 120, "bureau": 60, "cellar": 20}
SPOILT = {"catalogue.jpg", "parrot.jpg"}
"""Those of the demo that are there to fail."""
BACKROOM = Path(sys.executable).with_name("backroom")
SECONDS = 1800.0


@dataclass(frozen=True)
class Real:
    """What a run came to: seconds from its submission to Batch until its last container had ended, and the waits."""

    makespan: float
    mean_wait: float
    ends: dict[str, float]


def project(folder: Path) -> Path:
    """Make a project whose portions are single images."""
    folder.mkdir()
    for name in ("layers", "functions", "statemachine", "containers", "samconfig.toml"):
        (folder / name).symlink_to(ROOT / name)
    template = folder / "template.yaml"
    text = (ROOT / "template.yaml").read_text()
    assert 'PortionItems: "1000"' in text
    template.write_text(text.replace('PortionItems: "1000"', 'PortionItems: "1"'))
    return template


def photos() -> Iterator[tuple[str, bytes]]:
    """Give the demo's photographs that can be read, over and over."""
    paths = [path for path in sorted(ROOT.glob("examples/tenants/*/images/*")) if path.name not in SPOILT]
    for path in itertools.cycle(paths):
        yield path.name, path.read_bytes()


def fill(twin: Twin) -> None:
    """Enter the tenants with their images."""
    s3, table, source = twin.client("s3"), twin.outputs["TenantsTableName"], photos()
    for tenant, count in PORTIONS.items():
        bucket = f"backroom-{tenant}"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        for number in range(count):
            name, body = next(source)
            s3.put_object(Bucket=bucket, Key=f"images/{number:03}-{name}", Body=body)
        item = {"tenant": {"S": tenant}, "name": {"S": tenant}, "bucket": {"S": bucket}, "enabled": {"BOOL": True}}
        twin.client("dynamodb").put_item(TableName=table, Item=item)


def run(twin: Twin, quality: int) -> Real:
    """Run the job to its end and measure it."""
    execution = twin.start(twin.outputs["RunJobArn"], {"job": "image_resize", "params": {"quality": quality}})
    ended = twin.wait(execution, SECONDS)
    assert ended["status"] == "SUCCEEDED", ended
    children = list(of_run(twin, ended["output"]["run"]))
    assert len(children) == sum(PORTIONS.values())
    begun = min(child["createdAt"] for child in children)
    ends: dict[str, float] = {}
    for child in children:
        end = (child["stoppedAt"] - begun) / 1000
        ends[child["tenant"]] = max(end, ends.get(child["tenant"], 0.0))
    waits = [(child["startedAt"] - begun) / 1000 for child in children]
    return Real(max(ends.values()), sum(waits) / len(waits), ends)


def of_run(twin: Twin, run_id: str) -> Iterator[dict[str, Any]]:
    """Give Batch's record of every portion's container, with its tenant."""
    batch, table = twin.client("batch"), twin.outputs["RunsTableName"]
    keys = {":run": {"S": f"run#{run_id}"}, ":kind": {"S": "portion#"}}
    query = {"KeyConditionExpression": "pk = :run AND begins_with(sk, :kind)", "ExpressionAttributeValues": keys}
    pages = twin.client("dynamodb").get_paginator("query").paginate(TableName=table, **query)
    tenants = {
        item["attempts"]["L"][-1]["M"]["batch_job_id"]["S"]: item["tenant"]["S"]
        for page in pages
        for item in page["Items"]
    }
    ids = list(tenants)
    for start in range(0, len(ids), 100):
        for job in batch.describe_jobs(jobs=ids[start : start + 100])["jobs"]:
            yield job | {"tenant": tenants[job["jobId"]]}


def foresee(twin: Twin, quality: int, *more: str) -> dict[str, Any]:
    """Ask the command line for the forecast of the next run."""
    arguments = ["forecast", "image_resize", "--param", f"quality={quality}", "--max-vcpus", "1", "--json", *more]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= twin.environment
    done = subprocess.run([BACKROOM, *arguments], env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)["forecast"]
    return found


def show(found: dict[str, Any], real: Real) -> None:
    """Print the forecast beside what came."""
    outcome = found["outcomes"][0]
    pairs = {"makespan": (outcome["makespan"], real.makespan), "mean wait": (outcome["waits"]["mean"], real.mean_wait)}
    pairs |= {f"end of {one['tenant']}": (one["seconds"], real.ends[one["tenant"]]) for one in outcome["tenants"]}
    print(f"\n{found['portions']} portions; durations: {found['durations']}; seed {found['seed']}\n")
    print("| | forecast s | real s | error |\n|---|---|---|---|")
    for name, (said, came) in pairs.items():
        print(f"| {name} | {said:.1f} | {came:.1f} | {(said - came) / came:+.1%} |")


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = TwinSettings(template=project(folder / "project"), state_dir=folder / "state", vcpus=1, keep=False)
        with Twin.started(settings) as twin:
            fill(twin)
            guessed = foresee(twin, 80)
            first = run(twin, 80)
            show(guessed, first)
            learned = foresee(twin, 81)
            show(learned, run(twin, 81))


if __name__ == "__main__":
    main()
