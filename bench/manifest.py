"""Builds and reads a plan of 10,000 portions of 1,000 ids: the article's one JSON array, and Backroom's manifest.

S3 is a folder of dictionaries in memory on both sides, so that only the formats' own cost is compared. Each way runs
in a process of its own, so that its peak memory is its own. Prints ratios of one run.

    .venv/bin/python bench/manifest.py [--portions 10000]
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import orjson
from backroom.layout import RunLayout
from backroom.manifest.index import ENTRY_BYTES, unpack
from backroom.manifest.portion import Item, Portion
from backroom.manifest.writer import ManifestWriter

IDS, READS = 1000, 20
LAYOUT = RunLayout("image_resize", "image_resize-20261127T030000Z-0a1b")


class DiskS3:
    """As much of S3's client as the writer calls; bodies go to a file, so that memory holds what the format holds."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def path(self, key: str) -> str:
        return os.path.join(self.folder, key.rsplit("/", 1)[1])  # noqa: PTH118

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "u"}

    def upload_part(self, *, Key: str, Body: bytes, PartNumber: int, **_: Any) -> dict[str, str]:  # noqa: N803
        with open(self.path(Key), "wb" if PartNumber == 1 else "ab") as file:  # noqa: PTH123
            file.write(Body)
        return {"ETag": "e"}

    def complete_multipart_upload(self, **_: Any) -> None: ...

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        with open(self.path(Key), "wb") as file:  # noqa: PTH123
            file.write(Body)


def portions(count: int) -> Iterator[Portion]:
    for number in range(count):
        ids = (f"{number * IDS + item:012}" for item in range(IDS))
        items = tuple(Item(id_, "9a0364b9e99bb480dd25e1f0284c8555", 1_000_000) for id_ in ids)
        yield Portion(number, f"t{number % 50}", "bucket", "", {"widths": [800]}, "f" * 12, items, 240.0)


def build_array(folder: str, count: int) -> None:
    whole = [orjson.loads(portion.line()) for portion in portions(count)]
    with open(f"{folder}/plan.json", "wb") as file:  # noqa: PTH123
        file.write(orjson.dumps(whole))


def build_manifest(folder: str, count: int) -> None:
    s3: Any = DiskS3(folder)
    writer = ManifestWriter(s3, "bucket", LAYOUT, 1)
    for portion in portions(count):
        writer.add(portion)
    writer.finish({})


def read_array(folder: str, count: int) -> int:
    with open(f"{folder}/plan.json", "rb") as file:  # noqa: PTH123
        body = file.read()
    assert orjson.loads(body)[count // 2]["portion"] == count // 2
    return len(body)


def read_manifest(folder: str, count: int) -> int:
    index, manifest = (io.FileIO(f"{folder}/manifest.{ending}") for ending in ("idx", "jsonl"))
    index.seek(count // 2 * ENTRY_BYTES)
    (entry,) = unpack(index.read(ENTRY_BYTES))
    manifest.seek(entry.offset)
    line = manifest.read(entry.length)
    assert len(Portion.from_line(line, "").items) == IDS
    return ENTRY_BYTES + len(line)


WAYS = {"array": (build_array, read_array, 1), "manifest": (build_manifest, read_manifest, 2)}


def measure(way: str, count: int, folder: str) -> dict[str, float]:
    """Give CPU seconds (without making the ids) and peak MB of a build, CPU ms and bytes of one container's read."""
    build, read, requests = WAYS[way]
    start = time.process_time()
    for _ in portions(count):
        pass
    making = time.process_time() - start
    start = time.process_time()
    build(folder, count)
    built, peak = time.process_time() - start - making, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reads = 2 if way == "array" else READS
    start = time.process_time()
    moved = sum(read(folder, count) for _ in range(reads)) / reads
    ms = (time.process_time() - start) / reads * 1000
    return {
        "build s": built,
        "planner MB": peak,
        "requests": requests * count,
        "MB moved": moved * count / 1e6,
        "read ms": ms,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portions", type=int, default=10_000)
    parser.add_argument("--way", choices=WAYS, help="measure one way only, and print JSON")
    parser.add_argument("--folder", default=os.environ.get("TMPDIR", "/tmp"))  # noqa: S108
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(options.way, options.portions, options.folder)))
        return
    rows = {}
    for way in WAYS:
        command = [
            sys.executable,
            __file__,
            "--way",
            way,
            "--portions",
            str(options.portions),
            "--folder",
            options.folder,
        ]
        rows[way] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"{options.portions:,} portions of {IDS:,} ids\n{'':14}{'array':>14}{'manifest':>14}{'array/manifest':>16}")
    for name, value in rows["array"].items():
        ours = rows["manifest"][name]
        print(f"{name:14}{value:14,.2f}{ours:14,.2f}{value / ours:16,.1f}")


if __name__ == "__main__":
    main()
