"""What must hold when a run has ended, whatever befell its processes: nothing lost, nothing twice, nothing torn."""

import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

import orjson
from backroom import layout
from backroom.words import Outcome, RunStatus

from tests.faults import job
from tests.faults.cloud import ITEMS, JOB, LAYOUT, RUN, RUNS, TENANTS, Cloud, Write

ONCE = re.compile(r"/(manifest\.jsonl|manifest\.idx|outcomes\.jsonl|results/.*)$")
CHECKPOINT = re.compile(r"/checkpoints/")
ENTRY = struct.Struct("<QII")
TOKEN = "backroom-token"


@dataclass(frozen=True, slots=True)
class Found:
    """What went wrong, in words, by kind."""

    lost: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether all is as it should be."""
        return not (self.lost or self.twice or self.torn)


def check(cloud: Cloud, answer: Mapping[str, Any]) -> Found:
    """Check a run that has ended with this answer of the recorder."""
    cloud.asked()
    counts = job.counts(cloud.database)
    repeated = (f"item {item} was counted {count} times" for item, count in counts.items() if count > 1)
    missed = (f"item {item} was never counted" for item in all_items() if item not in counts)
    return Found((*lost(cloud, answer), *missed), (*twice(cloud.history), *repeated), tuple(torn(cloud.history)))


def all_items() -> Iterator[str]:
    """TENANT/ID of every item."""
    return (f"{tenant}/{item}" for tenant, count in ITEMS.items() for item in range(count))


def lost(cloud: Cloud, answer: Mapping[str, Any]) -> Iterator[str]:
    """Portions without a result or a true outcome, items without an output or an entry in the ledger."""
    if answer["status"] != RunStatus.SUCCEEDED:
        yield f"the run ended {answer['status']}: {answer['message']}"
    status = cloud.runs.get(RUN).status
    if status is not RunStatus.SUCCEEDED:
        yield f"the run is recorded as {status}"
    recorded = {record.portion: record.outcome for record in cloud.runs.portions(RUN)}
    results = set(_keys(cloud, RUNS, LAYOUT.results))
    for portion in (placed.portion.portion for placed in cloud.manifest(1).portions()):
        if LAYOUT.result(portion) not in results:
            yield f"portion {portion} has no result"
        if recorded.get(portion) is not Outcome.SUCCEEDED:
            yield f"portion {portion} is recorded as {recorded.get(portion)}"
    for tenant, count in ITEMS.items():
        yield from _lost_items(cloud, tenant, count)


def _lost_items(cloud: Cloud, tenant: str, count: int) -> Iterator[str]:
    written = set(_keys(cloud, TENANTS, f"{tenant}/resized/"))
    known = {line[0]: line[2] for line in map(orjson.loads, cloud.read(layout.ledger(JOB, tenant)).splitlines()[1:])}
    for item in map(str, range(count)):
        if f"{tenant}/resized/{item}" not in written:
            yield f"item {item} of {tenant} has no output"
        if known.get(item) != "ok":
            yield f"item {item} of {tenant} is {known.get(item)} in the ledger"


def _keys(cloud: Cloud, bucket: str, prefix: str) -> Iterator[str]:
    listed = cloud.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return (entry["Key"] for entry in listed)


def twice(history: Sequence[Write]) -> Iterator[str]:
    """Effects that came into force more than once, and writes of an attempt that a later one had already followed."""
    for key, count in Counter(write.key for write in history if written_once(write)).items():
        if count > 1:
            yield f"{key} was written {count} times"
    for key, tokens in _tokens(history).items():
        if any(later < earlier for earlier, later in pairwise(tokens)):
            yield f"{key} was written by {tokens}"
    plans = {(write.key, write.body) for write in history if write.key.endswith("/plan.json")}
    if len(plans) > len({key for key, _ in plans}):
        yield "a plan was written in two versions"


def written_once(write: Write) -> bool:
    """Whether this object comes into force by one write in the whole run."""
    return (write.bucket == TENANTS and "/resized/" in write.key) or bool(ONCE.search(write.key))


def _tokens(history: Sequence[Write]) -> Mapping[str, list[tuple[int, int]]]:
    """Of every fenced object, the wave and attempt of its writers in order."""
    tokens = defaultdict(list)
    for write in history:
        if CHECKPOINT.search(write.key):
            saved = orjson.loads(write.body)
            tokens[write.key].append((saved["wave"], saved["attempt"]))
        elif TOKEN in write.metadata:
            _, wave, attempt = write.metadata[TOKEN].split("/")
            tokens[write.key].append((int(wave), int(attempt)))
    return tokens


def torn(history: Sequence[Write]) -> Iterator[str]:
    """Objects that are not whole, and indexes that are not of the manifest which stands."""
    manifests = {write.key: write.body for write in history if write.key.endswith("manifest.jsonl")}
    for write in history:
        try:
            if write.key.endswith((".json", ".jsonl")):
                [orjson.loads(line) for line in write.body.splitlines()]
            if write.key.endswith("manifest.idx"):
                _check_index(write, manifests[write.key.removesuffix("idx") + "jsonl"])
        except (ValueError, KeyError) as error:
            yield f"{write.key} is not whole: {error}"


def _check_index(index: Write, manifest: bytes) -> None:
    if index.metadata["sha256"] != sha256(manifest).hexdigest():
        raise ValueError("its digest is of another manifest")
    entries = list(ENTRY.iter_unpack(index.body))
    if len(entries) != int(index.metadata["count"]):
        raise ValueError("its count is not that of its entries")
    for offset, length, portion in entries:
        if orjson.loads(manifest[offset : offset + length])["portion"] != portion:
            raise ValueError(f"the entry of portion {portion} is of another line")
