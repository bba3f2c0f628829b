"""The planner through its front door: what is planned, what is left out and why, and each of it once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from backroom.errors import (
    InvalidJobRowError,
    InvalidParamsError,
    JobNotDeployedError,
    ManifestCorruptError,
    UnknownJobError,
    UnknownTenantError,
)
from backroom.manifest.index import unpack
from backroom.words import RunStatus
from botocore.exceptions import ClientError

from tests.integration.functions_logic.conftest import DEFINITION, JOB, NOW, RUN, World


def test_new_items_become_portions_whose_index_finds_their_lines_in_a_fair_order(world: World) -> None:
    world.tenant("huge", 9)
    world.tenant("small", 1)
    planned = world.plan(slot="s", execution_arn="arn:e")
    assert (planned["portions"], planned["items"]) == (6, 10)
    assert planned["queues"] == {"spot": "arn:queue", "on_demand": "arn:queue"}
    one_of_all = {"offset": 0, "size": 6, "stage": 0, "queue": "spot", "memory": None, "nodes": 1}
    assert planned["arrays"] == [one_of_all | {"after": [], "last": True}]
    assert planned["stages"] == [{"name": "", "definition": planned["definition"]}]
    manifest = world.read(world.layout.manifest(1))
    entries = unpack(world.read(world.layout.index(1)))
    in_order = [orjson.loads(manifest[offset : offset + length]) for offset, length, _ in entries]
    assert [line["portion"] for line in in_order] == [portion for _, _, portion in entries]
    assert sorted(line["portion"] for line in in_order) == list(range(6))
    assert "small" in [line["tenant"] for line in in_order[:2]]
    ids = [item[0] for line in in_order if line["tenant"] == "huge" for item in line["items"]]
    assert ids == [f"{number:03}.jpg" for number in range(9)]
    run = world.deployment.runs.get(RUN)
    assert (run.status, run.portions, run.items_planned, run.slot) == (RunStatus.RUNNING, 6, 10, "s")
    assert (run.started_at, run.execution_arn) == (NOW + timedelta(minutes=1), "arn:e")


def test_every_exclusion_is_recorded_with_its_reason_and_the_others_are_planned(world: World) -> None:
    world.tenant("acme", 1)
    world.tenant("asleep", 1, enabled=False)
    world.tenant("without", 1, jobs_off=[JOB])
    world.tenants.put_item(Item={"tenant": "broken", "enabled": True})
    world.tenants.put_item(Item={"tenant": "homeless", "enabled": True, "bucket": "nowhere-at-all"})
    world.plan()
    stored = orjson.loads(world.read(world.layout.plan(1)))
    reasons = {tenant["tenant"]: tenant["skipped"] for tenant in stored["tenants"]}
    assert reasons["acme"] is None
    assert "disabled" in reasons["asleep"]
    assert "jobs_off" in reasons["without"]
    assert "bucket: Field required" in reasons["broken"]
    assert "'nowhere-at-all' does not exist" in reasons["homeless"]
    run = world.deployment.runs.get(RUN)
    assert (run.tenants_planned, run.tenants_skipped) == (1, 4)
    assert "4 of 5 tenants left out" in run.message


def test_a_bucket_that_may_not_be_listed_leaves_its_tenant_out(world: World) -> None:
    world.tenant("acme", 1)
    world.tenant("locked", 1)
    with forbidden(world.s3, "locked-images", "AccessDenied", 403):
        planned = world.plan(dry_run=True, run=None)
    skipped = {tenant["tenant"]: tenant["skipped"] for tenant in planned["tenants"]}
    assert skipped["acme"] is None
    assert "'locked-images' may not be listed" in skipped["locked"]


def test_an_outage_of_a_bucket_is_nobodys_exclusion_and_leaves_no_manifest(world: World) -> None:
    world.tenant("acme", 1)
    with (
        forbidden(world.s3, "acme-images", "InvalidRequest", 400),
        pytest.raises(ClientError, match="InvalidRequest"),
    ):
        world.plan()
    with pytest.raises(ClientError, match="NoSuchKey"):
        world.read(world.layout.manifest(1))
    assert world.deployment.runs.get(RUN).status is RunStatus.PLANNING


def test_a_spoilt_ledger_leaves_its_tenant_out_and_says_which(world: World) -> None:
    world.tenant("acme", 1)
    world.tenant("spoilt", 1)
    world.put(f"ledger/{JOB}/spoilt.jsonl", b'{"fingerprint":')
    skipped = {tenant["tenant"]: tenant["skipped"] for tenant in world.plan(dry_run=True, run=None)["tenants"]}
    assert skipped["acme"] is None
    assert f"ledger/{JOB}/spoilt.jsonl" in skipped["spoilt"]


def test_a_dry_run_says_the_same_and_writes_nothing(world: World) -> None:
    world.tenant("acme", 3)
    dry = world.plan(dry_run=True, run=None)
    assert (dry["portions"], dry["items"]) == (2, 3)
    assert "weights" not in dry
    weights = world.plan(dry_run=True, run=None, weights=True)["weights"]["acme"]
    assert sum(count for _, count in weights) == dry["portions"]
    assert dry["message"] == world.plan()["message"]
    other = "image_resize-20261127T040000Z-0a1b"
    world.plan(dry_run=True, run=other)
    assert not world.s3.list_objects_v2(Bucket="backroom-runs", Prefix=f"runs/{JOB}/{other}/").get("Contents")
    assert [run.run for run in world.deployment.runs.every()] == [RUN]


def test_a_repetition_answers_the_same_though_the_world_has_changed(world: World) -> None:
    world.tenant("acme", 3)
    first, manifest = world.plan(), world.read(world.layout.manifest(1))
    world.image("acme", "new.jpg", b"new")
    boto = world.batch.definitions
    boto.register_job_definition(**DEFINITION)
    before = world.deployment.runs.get(RUN)
    assert world.plan() == first
    assert world.read(world.layout.manifest(1)) == manifest
    assert world.deployment.runs.get(RUN) == before


@pytest.mark.parametrize("lost", [["index"], ["index", "plan"]])
def test_a_planner_that_died_after_the_manifest_is_finished_by_the_next(world: World, lost: list[str]) -> None:
    world.tenant("acme", 5)
    world.tenant("solo", 1)
    first, index = world.plan(), world.s3.get_object(Bucket="backroom-runs", Key=world.layout.index(1))
    body, metadata = index["Body"].read(), index["Metadata"]
    for name in lost:
        world.s3.delete_object(Bucket="backroom-runs", Key=getattr(world.layout, name)(1))
    with forbidden(world.s3, "acme-images", "InvalidRequest", 400):
        assert world.plan() == first
    again = world.s3.get_object(Bucket="backroom-runs", Key=world.layout.index(1))
    assert (again["Body"].read(), again["Metadata"]) == (body, metadata)


def test_a_slower_planner_gives_way_to_the_manifest_that_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tenant("acme", 3)
    first = world.plan()
    world.image("acme", "new.jpg", b"new")
    # The slower one looked before the faster one had written anything.
    monkeypatch.setattr("backroom.planning.plan.is_planned", lambda *_: False)
    monkeypatch.setattr("backroom.planning.plan.is_written", lambda *_: False)
    assert world.plan() == first


def test_a_manifest_that_was_cut_off_is_refused_by_name(world: World) -> None:
    world.tenant("acme", 3)
    world.plan()
    manifest = world.read(world.layout.manifest(1))
    world.s3.delete_object(Bucket="backroom-runs", Key=world.layout.index(1))
    world.put(world.layout.manifest(1), manifest[: len(manifest) // 2])
    with pytest.raises(ManifestCorruptError, match=r"manifest\.jsonl"):
        world.plan()


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"job": "image_resise"}, UnknownJobError, "did you mean 'image_resize'"),
        ({"tenants": ["acne"]}, UnknownTenantError, "did you mean acme"),
        ({"params": {"quality": 0}}, InvalidParamsError, "quality"),
    ],
)
def test_bad_input_ends_the_run_by_name_and_the_run_is_there(
    world: World, asked: dict[str, Any], error: type[Exception], words: str
) -> None:
    world.tenant("acme", 1)
    with pytest.raises(error, match=words):
        world.plan(**asked)
    assert world.deployment.runs.get(RUN).status is RunStatus.PLANNING


def test_a_job_without_definition_or_with_a_spoilt_one_is_named(world: World) -> None:
    boto = world.batch.definitions
    spoilt: Any = DEFINITION | {"parameters": {"job": JOB}}
    newest = boto.register_job_definition(**spoilt)["jobDefinitionArn"]
    with pytest.raises(InvalidJobRowError, match=r":2 .*portion_items"):
        world.plan()
    for arn in (newest, newest.removesuffix(":2") + ":1"):
        boto.deregister_job_definition(jobDefinition=arn)
    with pytest.raises(JobNotDeployedError, match=f"backroom-{JOB}"):
        world.plan(run="image_resize-20261127T050000Z-0a1b")


@contextmanager
def forbidden(s3: Any, bucket: str, code: str, status: int) -> Iterator[None]:
    """Let S3 refuse to list a bucket; moto cannot."""

    def refuse(parsed: dict[str, Any], http_response: Any, **_: Any) -> None:
        if bucket in http_response.url:
            http_response.status_code = status
            parsed.clear()
            parsed.update({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}})

    s3.meta.events.register("after-call.s3.ListObjectsV2", refuse)
    try:
        yield
    finally:
        s3.meta.events.unregister("after-call.s3.ListObjectsV2", refuse)
