"""Records a wave of many good portions with the real code; only what S3, DynamoDB and Batch answer is made up.

S3 and DynamoDB are replaced below botocore's parsers (`before-send`), so that parsing, signing and threads cost what
they cost. Prints seconds, CPU seconds, peak memory and requests.

    .venv/bin/python bench/recorder.py --portions 10001 [--items 20] [--bad 0]
"""

import argparse
import io
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import orjson
from backroom.clients import CONNECTIONS, Clients
from backroom.deployment import Deployment
from backroom.layout import RunLayout
from backroom.manifest.portion import Item, Portion
from backroom.manifest.writer import ManifestWriter
from backroom.recording.record import record
from backroom.recording.request import RecordRequest
from backroom.settings import Settings
from backroom.storage import listing
from botocore.awsrequest import AWSResponse
from botocore.config import Config

JOB, RUN, BUCKET = "image_resize", "image_resize-20261127T030000Z-0a1b", "runs-bucket"
ETAG = "9a0364b9e99bb480dd25e1f0284c8555"
PAGE = 1000
ROW = {"job": JOB, "portion_items": "20", "portion_seconds": "240", "waves": "2"}


class Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.getvalue()


@dataclass
class FakeS3:
    """A bucket in memory."""

    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)

    def send(self, request: Any, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        query, key = parse_qs(url.query, keep_blank_values=True), unquote(url.path).removeprefix("/")
        if "list-type" in query:
            return self.page(query["prefix"][0], query.get("continuation-token", [""])[0])
        self.requests[request.method] += 1
        if request.method == "PUT":
            return self.put(key, request)
        body, metadata = self.objects.get(key, (b"", {"absent": "yes"}))
        if metadata.get("absent"):
            return answer(404, b"" if request.method == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")
        span = str(request.headers.get("Range", b"bytes=0-"), "ascii") if "Range" in request.headers else "bytes=0-"
        first, last = span.removeprefix("bytes=").split("-")
        return answer(200, body[int(first) : int(last) + 1 if last else None], metadata)

    def put(self, key: str, request: Any) -> AWSResponse:
        if key in self.objects and "If-None-Match" in request.headers:
            return answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        metadata = {name: value for name, value in request.headers.items() if name.startswith("x-amz-meta-")}
        self.objects[key] = (unchunked(request.body or b""), {name: text(value) for name, value in metadata.items()})
        return answer(200, b"")

    def page(self, prefix: str, after: str) -> AWSResponse:
        self.requests["list"] += 1
        found = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        rows = "".join(
            f"<Contents><Key>{key}</Key><ETag>&quot;{ETAG}&quot;</ETag><Size>1</Size></Contents>"
            for key in found[:PAGE]
        )
        more = len(found) > PAGE
        tail = f"<NextContinuationToken>{found[PAGE - 1]}</NextContinuationToken>" if more else ""
        head = f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{tail}"
        return answer(200, f"<ListBucketResult>{head}{rows}</ListBucketResult>".encode())


@dataclass
class FakeTable:
    """DynamoDB that takes everything, and has nothing."""

    requests: Counter[str] = field(default_factory=Counter)

    def send(self, request: Any, **_: Any) -> AWSResponse:
        operation = text(request.headers["X-Amz-Target"]).rpartition(".")[2]
        self.requests[operation] += 1
        found = {"BatchWriteItem": b'{"UnprocessedItems":{}}', "Query": b'{"Items":[]}'}
        return answer(200, found.get(operation, b"{}"))


class FakeBatch:
    """One definition, and no memory of any Batch job."""

    def describe_job_definitions(self, **_: Any) -> Any:
        parameters = ROW | {"item_tolerance": "0.2", "portion_tolerance": "1"}
        return {"jobDefinitions": [{"jobDefinitionArn": "arn:d:1", "parameters": parameters}]}

    def get_paginator(self, _: str) -> "FakeBatch":
        return self

    def paginate(self, **_: Any) -> list[Any]:
        return []


def text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def unchunked(body: Any) -> bytes:
    """Read a body, which is `aws-chunked` if botocore appends its checksum."""
    if isinstance(body, bytes):
        return body
    stream, pieces = io.BytesIO(body.read()), []
    while size := int(stream.readline() or b"0", 16):
        pieces.append(stream.read(size))
        stream.readline()
    return b"".join(pieces)


def answer(status: int, body: bytes, metadata: dict[str, str] | None = None) -> AWSResponse:
    headers: Any = {"content-length": str(len(body)), "etag": f'"{ETAG}"', **(metadata or {})}
    return AWSResponse("http://stub", status, headers, Raw(body))


def connect(s3_stub: FakeS3, table_stub: FakeTable) -> Deployment:
    session = boto3.session.Session("a", "b", region_name="eu-central-1")
    config = Config(max_pool_connections=CONNECTIONS, s3={"addressing_style": "virtual"})
    s3: Any = session.client("s3", config=config)
    listing.parse_fast(s3)
    s3.meta.events.register("before-send.s3", s3_stub.send)
    dynamodb: Any = session.resource("dynamodb", config=config)
    dynamodb.meta.client.meta.events.register("before-send.dynamodb", table_stub.send)
    batch: Any = FakeBatch()
    return Deployment.of(Settings("backroom", BUCKET, "tenants", "runs", "arn:queue"), Clients(s3, batch, dynamodb))


def result(number: int, items: int) -> bytes:
    said = {"portion": number, "tenant": "acme", "wave": 1, "attempt": 1, "batch_job_id": f"parent:{number}"}
    said |= {"outcome": "succeeded", "cause": "ok", "message": f"{items} items succeeded", "failed_items": None}
    said |= {"items": {"succeeded": items, "failed": 0, "skipped": 0}, "bytes": {"read": 10, "written": 5}}
    said |= {"seconds": 61.5, "started_at": "2026-11-27T03:01:00Z", "ended_at": "2026-11-27T03:02:01Z"}
    return orjson.dumps(said)


def planned(deployment: Deployment, stub: FakeS3, portions: int, items: int, bad: int) -> None:
    """Lay out a wave of `portions`, all but `bad` of which have their results."""
    layout = RunLayout(JOB, RUN)
    writer = ManifestWriter(deployment.s3, BUCKET, layout, 1)
    for number in range(portions):
        held = tuple(Item(f"{number:06}-{item:03}.jpg", ETAG, 1_000_000) for item in range(items))
        writer.add(Portion(number, f"tenant-{number % 100:03}", "bucket", "", {}, "0123456789ab", held, 60.0))
        if number >= bad:
            stub.objects[layout.result(number)] = (result(number, items), {})
    tenants: list[Any] = []
    stages = [{"name": "", "definition": "arn:d:1", "memory": 2048, "vcpus": 1.0}]
    known = {"job": JOB, "run": RUN, "wave": 1, "definition": "arn:d:1"}
    writer.finish(known | {"tenants": tenants, "stages": stages})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portions", type=int, default=10_001)
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--bad", type=int, default=0, help="portions that left no result")
    options = parser.parse_args()
    s3, table = FakeS3(), FakeTable()
    deployment = connect(s3, table)
    planned(deployment, s3, options.portions, options.items, options.bad)
    s3.requests.clear()
    arrays = [{"offset": 0, "size": options.portions, "batch_job_id": "parent", "status": "SUCCEEDED"}]
    request = RecordRequest.model_validate({"job": JOB, "run": RUN, "wave": 1, "arrays": arrays})
    wall, cpu = time.perf_counter(), time.process_time()
    answered = record(request, deployment, datetime.now(UTC))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(answered.message)
    print(f"{wall:.1f} s, CPU {cpu:.1f} s ({cpu / options.portions * 1000:.2f} ms a portion), peak {peak:.0f} MB")
    print(f"S3 {dict(s3.requests)}, DynamoDB {dict(table.requests)}")


if __name__ == "__main__":
    main()
