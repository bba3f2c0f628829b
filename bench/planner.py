"""Plans millions of items of many tenants with the real code; only what S3, Batch and DynamoDB answer is made up.

S3 is replaced below botocore's parser (`before-send`): a page of a listing comes as XML after 0.15 s, so that parsing,
signing and threads cost what they cost. Tenants are of unequal size (Zipf). Prints seconds, CPU seconds, peak
memory, requests.

    .venv/bin/python bench/planner.py --items 1000000 --tenants 100 [--known]
"""

import argparse
import io
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).parent.parent / "functions/plan"))

from backroom import clients
from backroom.deployment import Deployment
from backroom.ledger import OK
from backroom.planning import selection
from backroom.planning.plan import plan
from backroom.planning.request import PlanRequest
from backroom.settings import Settings
from backroom.storage import listing
from backroom.tenants import Tenant
from planners.image_resize import Params

PAGE, PAGE_SECONDS = 1000, 0.15
ETAG = "9a0364b9e99bb480dd25e1f0284c8555"
LAMBDA_SECONDS, LAMBDA_MB = 900, 1769
NAME = "-summer-collection.jpg"


class Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.getvalue()


def page_template() -> bytes:
    rows = "".join(
        f"<Contents><Key>images/@@@@@@{row:03}{NAME}</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified>"
        f"<ETag>&quot;{ETAG}&quot;</ETag><Size>{1_000_000 + 1000 * row}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for row in range(PAGE)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    return f"{head}<EncodingType>url</EncodingType>%TAIL%{rows}</ListBucketResult>".encode()


@dataclass
class FakeS3:
    """Answers ListObjectsV2 from nothing, keeps small objects, swallows uploads."""

    pages: dict[str, int]
    known: bool
    template: bytes = field(default_factory=page_template)
    objects: dict[str, bytes] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    moved: int = 0

    def send(self, request: Any, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        query = parse_qs(url.query, keep_blank_values=True)
        bucket = url.netloc.partition(".")[0]
        if "list-type" in query:
            return self.page(bucket, int(query.get("continuation-token", ["0"])[0]))
        if request.method in ("GET", "HEAD"):
            return self.read(url.path, request.method)
        return self.write(request, query, url.path)

    def page(self, bucket: str, number: int) -> AWSResponse:
        self.requests["list"] += 1
        time.sleep(PAGE_SECONDS)
        more = number + 1 < self.pages[bucket]
        tail = (
            f"<IsTruncated>{str(more).lower()}</IsTruncated><NextContinuationToken>{number + 1}</NextContinuationToken>"
        )
        body = self.template.replace(b"@@@@@@", b"%06d" % number).replace(b"%TAIL%", tail.encode())
        return answer(200, body)

    def read(self, path: str, method: str) -> AWSResponse:
        self.requests["read"] += 1
        body = self.ledger(path) if self.known and path.startswith("/ledger/") else self.objects.get(path)
        if body is None:
            return answer(404, b"" if method == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")
        return answer(200, body)

    def ledger(self, path: str) -> bytes:
        head = b'{"fingerprint":"%s","schema":1}\n' % selection.fingerprint(Params()).encode()
        tenant = path.rsplit("/", 1)[1].removesuffix(".jsonl")
        ids = (f'["{n:09}{NAME}","{ETAG}","{OK}"]\n' for n in range(self.pages[tenant] * PAGE))
        return head + "".join(ids).encode()

    def write(self, request: Any, query: dict[str, Any], path: str) -> AWSResponse:
        self.requests["write"] += 1
        if "uploads" in query:
            return answer(200, b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
        body = unchunked(request.body or b"")
        self.moved += len(body)
        if "uploadId" not in query:
            self.objects[path] = body
        return answer(200, b"<CompleteMultipartUploadResult/>" if request.method == "POST" else b"")


def unchunked(body: Any) -> bytes:
    """Read a body, which is `aws-chunked` if botocore appends its checksum."""
    if isinstance(body, bytes):
        return body
    stream, pieces = io.BytesIO(body.read()), []
    while size := int(stream.readline() or b"0", 16):
        pieces.append(stream.read(size))
        stream.readline()
    return b"".join(pieces)


def answer(status: int, body: bytes) -> AWSResponse:
    headers: Any = {"content-type": "application/xml", "content-length": str(len(body)), "etag": f'"{ETAG}"'}
    return AWSResponse("http://s3", status, headers, Raw(body))


class FakeBatch:
    """One active definition, of a job whose runs take no lease."""

    def get_paginator(self, _: str) -> "FakeBatch":
        return self

    def paginate(self, **_: Any) -> list[Any]:
        row = {"job": "image_resize", "portion_items": "1000", "portion_seconds": "240", "waves": "2"}
        parameters = row | {"item_tolerance": "0.2", "portion_tolerance": "0", "overlap": "allow"}
        return [{"jobDefinitions": [{"revision": 1, "jobDefinitionArn": "arn:d:1", "parameters": parameters}]}]

    def describe_job_definitions(self, **_: Any) -> Any:
        return self.paginate()[0]


@dataclass
class FakeTables:
    """The tenants in memory; the run's item is nowhere."""

    names: list[str]

    def all(self) -> list[Tenant]:
        return [Tenant(tenant=name, bucket=name, enabled=True) for name in self.names]

    def begin(self, *_: Any, **__: Any) -> None: ...

    def lease(self, _: str) -> None: ...

    def planned(self, *_: Any) -> bool:
        return True


def zipf_pages(items: int, tenants: int) -> dict[str, int]:
    """Share out the pages: the k-th tenant gets 1/k of the first one's, at least one."""
    harmonic = sum(1 / k for k in range(1, tenants + 1))
    return {f"tenant-{k:04}": max(1, round(items / PAGE / harmonic / k)) for k in range(1, tenants + 1)}


def deployment(fake: FakeS3) -> Deployment:
    config = Config(max_pool_connections=clients.CONNECTIONS, s3={"addressing_style": "virtual"})
    s3: Any = boto3.client("s3", "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b", config=config)  # noqa: S106
    listing.parse_fast(s3)
    s3.meta.events.register("before-send.s3", fake.send)
    tables: Any = FakeTables(list(fake.pages))
    batch: Any = FakeBatch()
    return Deployment(Settings("backroom", "runs-bucket", "t", "r", "q"), s3, batch, tables, tables, tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--tenants", type=int, default=100)
    parser.add_argument("--known", action="store_true", help="all items are in the ledgers: nothing is to be done")
    options = parser.parse_args()
    fake = FakeS3(zipf_pages(options.items, options.tenants), options.known)
    request = PlanRequest(job="image_resize", run="image_resize-20261127T030000Z-0a1b")
    wall, cpu = time.perf_counter(), time.process_time()
    planned = plan(request, deployment(fake), datetime.now(UTC))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    listed = sum(fake.pages.values()) * PAGE
    largest = max(fake.pages.values()) * PAGE
    print(planned["message"])
    print(f"{listed:,} items, {options.tenants:,} tenants, largest {largest:,}; stub listing {PAGE_SECONDS} s a page")
    print(f"{wall:.1f} s of {LAMBDA_SECONDS}, CPU {cpu:.1f} s, peak {peak:.0f} MB of {LAMBDA_MB}")
    print(f"{dict(fake.requests)}, {fake.moved / 1e6:.0f} MB written, {cpu / listed * 1e6:.1f} us CPU an item")


if __name__ == "__main__":
    main()
