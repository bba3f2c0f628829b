"""CPU time from a container's start to its first item: the worker, and the same first steps with boto3.

usage: .venv/bin/python bench/worker_start.py [ROUNDS]     (make bench)

Both are processes of their own against one moto server on loopback: they find their portion by the index, claim its
checkpoint, which is not there yet, and hand out the first item. CPU is the process's own, user and system; the least of
all rounds counts, and the two take turns. A plain `python -c pass` is the floor.
"""

import logging
import os
import platform
import struct
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import boto3
import orjson
from backroom.layout import RunLayout
from moto.server import ThreadedMotoServer

RUN = RunLayout("image_resize", "image_resize-20261127T180000Z-0001")
RUNS = "backroom-runs"
ITEMS = 1000

WORKER = """
import os
from backroom.worker import run
def first(portion, work):
    for item in work.items():
        os._exit(0)
run(first)
"""

BOTO3 = """
import json, os, struct, boto3
s3 = boto3.client("s3")
bucket, run = os.environ["BACKROOM_BUCKET"], "runs/" + os.environ["BACKROOM_JOB"] + "/" + os.environ["BACKROOM_RUN"]
def read(key, start, length):
    return s3.get_object(Bucket=bucket, Key=run + key, Range=f"bytes={start}-{start + length - 1}")["Body"].read()
offset, length, _ = struct.unpack("<QII", read("/manifest.idx", 0, 16))
portion = json.loads(read("/manifest.jsonl", offset, length))
claim = json.dumps({"portion": 7, "wave": 1, "attempt": 1})
s3.put_object(Bucket=bucket, Key=run + "/checkpoints/0000007.json", Body=claim, IfNoneMatch="*")
for item in portion["items"]:
    os._exit(0)
"""


def prepare(url: str) -> dict[str, str]:
    """A manifest of one portion; the environment that leads there."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}
    os.environ |= keys | {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url}
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=RUNS, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    items = [[f"image-{number:06}.jpg", f'"{number:032x}"', 200_000] for number in range(ITEMS)]
    where = {"portion": 7, "tenant": "t", "bucket": RUNS, "prefix": "", "params": {}}
    line = orjson.dumps(where | {"fingerprint": "0123456789ab", "items": items, "weight": 240.0})
    s3.put_object(Bucket=RUNS, Key=RUN.manifest(1), Body=line)
    metadata = {"count": "1", "schema": "2", "sha256": ""}
    s3.put_object(Bucket=RUNS, Key=RUN.index(1), Body=struct.pack("<QII", 0, len(line), 7), Metadata=metadata)
    inherited = {name: os.environ[name] for name in ("PATH", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", *keys)}
    run = {"BACKROOM_BUCKET": RUNS, "BACKROOM_JOB": RUN.job, "BACKROOM_RUN": RUN.run, "BACKROOM_WAVE": "1"}
    array = {"BACKROOM_OFFSET": "0", "BACKROOM_SIZE": "1", "AWS_BATCH_JOB_ID": "b", "AWS_BATCH_JOB_ATTEMPT": "1"}
    return inherited | run | array


def cpu(script: Path, environment: dict[str, str]) -> float:
    """CPU seconds of one process."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, str(script)], env=environment, stdout=subprocess.DEVNULL, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request would bury the table
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    environment = prepare("http://{}:{}".format(*server.get_host_and_port()))
    ways = {"python -c pass": "pass", "worker": WORKER, "boto3": BOTO3}
    best = dict.fromkeys(ways, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        for name, code in ways.items():
            (Path(folder) / f"first steps, {name}.py").write_text(code)
        for _ in range(rounds):
            for name in ways:
                boto3.client("s3").delete_object(Bucket=RUNS, Key=RUN.checkpoint(7))
                best[name] = min(best[name], cpu(Path(folder) / f"first steps, {name}.py", environment))
    server.stop()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}; {machine}; least of {rounds} rounds; a portion of {ITEMS:,} items\n")
    print("| start to first item | CPU s | x boto3 |\n|---|---|---|")
    for name, seconds in best.items():
        print(f"| {name} | {seconds:.3f} | {best['boto3'] / seconds:.1f} |")


if __name__ == "__main__":
    main()
