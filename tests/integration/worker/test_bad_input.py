"""What a container is given may be wrong in every way: one clear line, the right code, and nothing done."""

import struct

import orjson
import pytest

from tests.integration.worker.cloud import ROOT, RUN, RUNS, Cloud, portion

PROBE = ROOT / "tests/integration/worker/probe_job.py"
LINE = orjson.dumps(portion(7, "t", []), option=orjson.OPT_APPEND_NEWLINE)
GOOD = {"count": "1", "schema": "2"}


def write(cloud: Cloud, manifest: bytes | None, index: bytes | None, metadata: dict[str, str]) -> None:
    """A manifest and an index, each as it is or not at all."""
    if manifest is not None:
        cloud.s3.put_object(Bucket=RUNS, Key=RUN.manifest(1), Body=manifest)
    if index is not None:
        cloud.s3.put_object(Bucket=RUNS, Key=RUN.index(1), Body=index, Metadata=metadata)


def entry(offset: int, length: int, number: int = 7) -> bytes:
    """An entry of the index."""
    return struct.pack("<QII", offset, length, number)


@pytest.mark.parametrize(
    ("manifest", "index", "metadata", "code", "message"),
    [
        (LINE, None, GOOD, 65, "manifest.idx is missing: the planner did not finish"),
        (LINE, entry(0, len(LINE)), {"count": "1", "schema": "3"}, 65, "is of schema 3, this worker reads 2"),
        (LINE, entry(0, len(LINE)), {}, 65, "is of schema None"),
        (LINE, entry(0, len(LINE))[:15], GOOD, 65, "has 15 bytes, its metadata say 1 entries"),
        (LINE, entry(0, len(LINE)), {"count": "2", "schema": "2"}, 65, "has 16 bytes, its metadata say 2 entries"),
        (LINE, b"", {"count": "0", "schema": "2"}, 78, "has no entry 0"),
        (None, entry(0, len(LINE)), GOOD, 65, "the manifest is missing although its index is there"),
        (LINE[:-9], entry(0, len(LINE)), GOOD, 65, "only"),
        (LINE, entry(1 << 40, 10), GOOD, 65, "has no byte 1099511627776"),
        (LINE, entry(0, 40), GOOD, 65, "no portion (JSONDecodeError"),
        (b'{"portion":7}\n', entry(0, 14), GOOD, 65, "no portion (KeyError: 'items')"),
        (LINE.replace(b"[]", b"[3]"), entry(0, len(LINE) + 1), GOOD, 65, "no portion (TypeError"),
        (LINE, entry(0, 0), GOOD, 65, "entry 0 is of no portion"),
        (LINE, entry(0, len(LINE), 8), GOOD, 65, "the index says portion 8, the line 7"),
    ],
)
def test_a_broken_manifest_is_named_with_its_place(
    cloud: Cloud, manifest: bytes | None, index: bytes | None, metadata: dict[str, str], code: int, message: str
) -> None:
    write(cloud, manifest, index, metadata)

    ended = cloud.run(PROBE, "1")

    assert (ended.code, ended.errors) == (code, "")
    (error,) = ended.messages("ERROR")
    assert message in error
    assert f"s3://{RUNS}/" in error


def test_an_entry_beyond_the_index_is_wrong_set_up(cloud: Cloud) -> None:
    write(cloud, LINE, entry(0, len(LINE)), GOOD)

    ended = cloud.run(PROBE, "1", BACKROOM_OFFSET="1")

    assert ended.code == 78
    assert "has no entry 1: BACKROOM_OFFSET" in ended.messages("ERROR")[0]


def test_a_child_without_its_index_is_wrong_set_up(cloud: Cloud) -> None:
    ended = cloud.run(PROBE, "1", BACKROOM_SIZE="2")

    assert ended.code == 78
    assert "AWS_BATCH_JOB_ARRAY_INDEX is not set" in ended.messages("ERROR")[0]


def test_a_missing_runs_bucket_is_told_from_a_missing_index(cloud: Cloud) -> None:
    ended = cloud.run(PROBE, "1", BACKROOM_BUCKET="backroom-nowhere")

    assert ended.code == 78
    assert "there is no bucket backroom-nowhere" in ended.messages("ERROR")[0]


def test_keys_that_the_s3_client_would_mistake_are_failures_of_their_items(cloud: Cloud) -> None:
    cloud.make_bucket("backroom-t")
    ids = ["../other", "a//b", "line\nbreak", "fine"]
    cloud.plan([portion(7, "t", [[id_, '"etag"', 1] for id_ in ids])])

    ended = cloud.run(PROBE, "2", BACKROOM_ITEM_TOLERANCE="0.75")

    assert ended.code == 0, ended.lines
    failures = cloud.read(RUN.result(7))["failures"]
    assert [failure["error"] for failure in failures] == ["UnusableKey"] * 3
    assert cloud.keys("backroom-t") == ["out/fine"]
