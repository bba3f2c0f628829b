"""A small AWS for the worker: moto's S3 and STS on a free port, a manifest, and containers as real processes."""

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import boto3
import orjson
from backroom.layout import RunLayout
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROOT = Path(__file__).parents[3]
RUNS = "backroom-runs"
RUN = RunLayout("image_resize", "image_resize-20261127T180000Z-0001")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1"}


@dataclass(frozen=True)
class Ended:
    """How a container ended, and what it logged."""

    code: int
    lines: list[dict[str, Any]]
    errors: str

    def messages(self, level: str) -> list[str]:
        """The messages of one level."""
        return [line["message"] for line in self.lines if line.get("level") == level]


@dataclass(frozen=True)
class Cloud:
    """Buckets on a moto server."""

    url: str
    s3: "S3Client"

    def reset(self) -> None:
        """Empty it but for the runs bucket."""
        urlopen(Request(f"{self.url}/moto-api/reset", method="POST")).close()  # noqa: S310 - our own loopback server
        self.make_bucket(RUNS)

    def make_bucket(self, name: str) -> None:
        """An empty bucket."""
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def put(self, bucket: str, key: str, body: bytes) -> list[Any]:
        """An object; the answer is its entry in a manifest line's items, by its last path component."""
        etag = self.s3.put_object(Bucket=bucket, Key=key, Body=body)["ETag"]
        return [key.rpartition("/")[2], etag, len(body)]

    def get(self, bucket: str, key: str) -> bytes:
        """An object's bytes."""
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def read(self, key: str) -> dict[str, Any]:
        """A JSON object of the runs bucket."""
        return orjson.loads(self.get(RUNS, key))  # type: ignore[no-any-return]

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """All keys under a prefix."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def plan(self, portions: Sequence[Mapping[str, Any]], wave: int = 1) -> None:
        """Write a wave's manifest and index, as docs/architecture.md has them."""
        lines = [orjson.dumps(portion, option=orjson.OPT_APPEND_NEWLINE) for portion in portions]
        index, offset = b"", 0
        for planned, line in zip(portions, lines, strict=True):
            index += struct.pack("<QII", offset, len(line), planned["portion"])
            offset += len(line)
        self.s3.put_object(Bucket=RUNS, Key=RUN.manifest(wave), Body=b"".join(lines))
        metadata = {"count": str(len(lines)), "schema": "2", "sha256": "0" * 64}
        self.s3.put_object(Bucket=RUNS, Key=RUN.index(wave), Body=index, Metadata=metadata)

    def environment(self, **more: str) -> dict[str, str]:
        """A container's environment: the only portion of the first wave unless `more` says otherwise."""
        return {
            "PATH": os.environ["PATH"],
            **KEYS,
            "AWS_ENDPOINT_URL": self.url,
            "BACKROOM_BUCKET": RUNS,
            "BACKROOM_JOB": RUN.job,
            "BACKROOM_RUN": RUN.run,
            "BACKROOM_WAVE": "1",
            "BACKROOM_OFFSET": "0",
            "BACKROOM_SIZE": "1",
            "BACKROOM_ITEM_TOLERANCE": "0.2",
            "AWS_BATCH_JOB_ID": "5e5a0000-0000-4000-8000-000000000001",
            "AWS_BATCH_JOB_ATTEMPT": "1",
            **more,
        }

    def start(self, script: Path, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        """Start a container's script as a process of its own."""
        command = [sys.executable, str(script), *arguments]
        return subprocess.Popen(
            command, env=self.environment(**more), cwd=script.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def start_module(self, name: str, **more: str) -> "subprocess.Popen[bytes]":
        """Start a container that is a package, found by PYTHONPATH, as a process of its own."""
        command = [sys.executable, "-m", name]
        return subprocess.Popen(command, env=self.environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, script: Path, *arguments: str, **more: str) -> Ended:
        """Run a container's script to its end."""
        return ended(self.start(script, *arguments, **more))


def ended(process: "subprocess.Popen[bytes]") -> Ended:
    """Wait for a container and read its log."""
    out, errors = process.communicate(timeout=120)
    return Ended(process.returncode, [orjson.loads(line) for line in out.splitlines()], errors.decode())


def portion(number: int, tenant: str, items: Sequence[list[Any]], **more: Any) -> dict[str, Any]:
    """A manifest line's portion; the tenant's bucket is `backroom-TENANT`."""
    line = {
        "portion": number,
        "tenant": tenant,
        "bucket": f"backroom-{tenant}",
        "prefix": "",
        "params": {},
        "fingerprint": "0123456789ab",
        "items": list(items),
        "weight": 1.0,
    }
    return line | more


@contextmanager
def running() -> Iterator[Cloud]:
    """A fresh cloud with an empty runs bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    s3 = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )
    cloud = Cloud(url, s3)
    cloud.reset()
    try:
        yield cloud
    finally:
        server.stop()


SIGTERM = signal.SIGTERM
