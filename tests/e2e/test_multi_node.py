"""A job of three nodes whose tenants share a portion, on a twin that enforces the template's policies."""

from collections.abc import Iterator
from typing import Any

import pytest
from backroom import ledger
from backroom.layout import RunLayout
from backroom.layout import ledger as ledger_key
from backroom.words import Capacity, Cause, Outcome

from tests.e2e.command_line import CommandLine, clean_environment
from tests.e2e.stage import Ended, Stage
from tests.e2e.test_enforce_iam import denials
from tests.e2e.test_machine import eventually

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A twin of this module's own, because it enforces."""
    with Stage.set_up(tmp_path_factory.mktemp("nodes"), enforce_iam=True) as ready:
        yield ready


def singer(stage: Stage, group: str, song: bytes, **more: Any) -> str:
    """Enter a tenant of a group with its song; gives its id."""
    tenant = stage.tenant(**more)
    record = stage.tables.Table(stage.twin.outputs["TenantsTableName"])
    record.update_item(
        Key={"tenant": tenant},
        UpdateExpression="SET #n = :g",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":g": group},
    )
    stage.twin.client("s3").put_object(Bucket=f"backroom-{tenant}", Key=f"{more.get('prefix', '')}song", Body=song)
    return tenant


def sung(stage: Stage, tenant: str, key: str = "sung") -> bytes:
    body: bytes = stage.twin.client("s3").get_object(Bucket=f"backroom-{tenant}", Key=key)["Body"].read()
    return body


def nodes(stage: Stage, job: str) -> list[Any]:
    """What Batch says of a job's nodes."""
    found = stage.twin.client("batch").describe_jobs(jobs=[f"{job}#{number}" for number in range(3)])["jobs"]
    return sorted(found, key=lambda node: int(node["nodeDetails"]["nodeIndex"]))


def await_voices(stage: Stage, run: str) -> None:
    """Wait until the main node of the first portion has heard from all others."""
    place = {"Bucket": stage.twin.outputs["RunsBucketName"], "Prefix": RunLayout("choir", run).handover(0, "here")}
    s3 = stage.twin.client("s3")
    eventually(lambda: "Contents" in s3.list_objects_v2(**place), "not all nodes are there", 120)


def sing_with_a_loss(stage: Stage, scene: str) -> tuple[Ended, str]:
    """Run a choir one of whose voices loses its host as soon as all are there; gives it with the Batch job's id."""
    tenant = singer(stage, scene, b"la")
    run, execution = stage.start("choir", tenants=[tenant], params={"scene": scene})
    await_voices(stage, run)
    (job,) = stage.batch_jobs(run)
    stage.fault(kind="host_failure", job=f"{job['jobId']}#1")
    ended = stage.finish(run, execution, 240)
    assert sung(stage, tenant) == b"LA by 1 of 3"
    return ended, job["jobId"]


@pytest.fixture(scope="module")
def shared(stage: Stage) -> tuple[Ended, tuple[str, str, str]]:
    """A run for two groups, of which one has two tenants."""
    ann, ben = singer(stage, "shop", b"do"), singer(stage, "shop", b"re mi", prefix="eu/")
    cal = singer(stage, "toys", b"fa")
    return stage.run("choir", tenants=[ann, cal], timeout=240), (ann, ben, cal)


def test_each_tenants_song_is_sung_by_another_node_than_the_main_one(
    stage: Stage, shared: tuple[Ended, tuple[str, str, str]]
) -> None:
    ended, (ann, ben, cal) = shared
    assert ended.status == "SUCCEEDED", ended.cause
    assert sung(stage, ann) == b"DO by 1 of 3"
    assert sung(stage, ben, "eu/sung") == b"RE MI by 2 of 3", "a group is worked whole, whoever of it is asked for"
    assert sung(stage, cal) == b"FA by 1 of 3"
    assert denials(stage.twin) == []
    callers = stage.twin.access()
    assert {"s3:GetObject", "s3:PutObject"} <= {call["action"] for call in callers["backroom-tenant"]["calls"]}


def test_a_portion_is_a_job_of_three_nodes_in_a_queue_of_their_own(
    stage: Stage, shared: tuple[Ended, tuple[str, str, str]]
) -> None:
    jobs = stage.batch_jobs(shared[0].run)
    assert [job["jobName"].removeprefix(f"{shared[0].run}-") for job in jobs] == ["w1-0", "w1-1"]
    for job in jobs:
        assert job["jobQueue"].endswith("/backroom-multi_node")
        assert job["nodeProperties"]["numNodes"] == 3
        main, *others = (node["container"]["exitCode"] for node in nodes(stage, job["jobId"]))
        # One that is about to leave by itself may meet the SIGTERM that it gets when the main node has ended.
        assert (main, set(others) <= {0, 143}) == (0, True)


def test_a_group_is_recorded_as_a_tenant_is(stage: Stage, shared: tuple[Ended, tuple[str, str, str]]) -> None:
    ended, tenants = shared
    portions = {one.tenant: one for one in ended.portions}
    assert {name: (one.outcome, one.items.succeeded) for name, one in portions.items()} == {
        "shared-shop": (Outcome.SUCCEEDED, 2),
        "shared-toys": (Outcome.SUCCEEDED, 1),
    }
    (attempt,) = portions["shared-shop"].attempts
    assert (attempt.queue, attempt.capacity, attempt.cause) == ("multi_node", Capacity.ON_DEMAND, Cause.OK)
    assert attempt.cost > 0
    sums = {one.tenant: one.items.succeeded for one in stage.runs.tenants(ended.run)}
    assert sums == {"shared-shop": 2, "shared-toys": 1}
    bucket, key = stage.twin.outputs["RunsBucketName"], ledger_key("choir", "shared-shop")
    lines = stage.twin.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()
    assert [line.split(b'"')[1].decode() for line in lines[1:]] == list(tenants[:2])
    assert ledger.OK.encode() in lines[1]


def test_nothing_new_is_nothing_to_do_and_a_new_member_is(
    stage: Stage, shared: tuple[Ended, tuple[str, str, str]]
) -> None:
    again = stage.run("choir", tenants=[shared[1][0]])
    assert again.record is not None
    assert (again.status, again.record.portions) == ("SUCCEEDED", 0)
    dan = singer(stage, "shop", b"so")
    grown = stage.run("choir", tenants=["shared-shop"], timeout=240)
    assert [one.items.succeeded for one in grown.portions] == [3]
    assert sung(stage, dan).startswith(b"SO by ")


def test_a_main_node_that_misses_another_says_so_and_batch_begins_with_all_of_them_again(stage: Stage) -> None:
    ended, job = sing_with_a_loss(stage, "lose")
    assert ended.status == "SUCCEEDED", ended.cause
    (portion,) = ended.portions
    assert [(one.wave, one.attempt, one.cause) for one in portion.attempts] == [
        (1, 1, Cause.HOST_LOST),
        (1, 2, Cause.OK),
    ]
    assert portion.attempts[0].message == "node 1 has left"
    assert [len(node["attempts"]) for node in nodes(stage, job)] == [2, 2, 2]


def test_a_main_node_that_makes_nothing_of_it_fails_for_the_lost_host_and_is_tried_again(stage: Stage) -> None:
    ended, _ = sing_with_a_loss(stage, "crash")
    assert ended.status == "SUCCEEDED", ended.cause
    (portion,) = ended.portions
    assert [(one.wave, one.cause, one.exit_code) for one in portion.attempts] == [
        (1, Cause.HOST_LOST, 70),
        (2, Cause.OK, None),
    ]
    assert portion.attempts[0].message.startswith("node 1 of 3: Host EC2")
    second = stage.batch_jobs(ended.run)[1]
    assert second["jobQueue"].endswith("/backroom-multi_node"), "no other queue takes such jobs"


def test_an_operator_sees_stops_and_goes_on_with_it_as_with_any_run(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    variables = clean_environment(AWS_ENDPOINT_URL=stage.twin.endpoint_url)
    backroom = CommandLine(variables, tmp_path_factory.mktemp("operator"))
    tenant = singer(stage, "stop", b"la")
    foreseen = backroom.json("plan", "choir", "--tenant", tenant)
    assert [(one["tenant"], one["portions"]) for one in foreseen["tenants"]] == [("shared-stop", 1)]
    run = backroom("run", "choir", "--tenant", tenant, "--param", "scene=lose", "--no-wait").stdout.strip()
    await_voices(stage, run)
    eventually(
        lambda: [row["state"] for row in backroom.json("portions", run, "--live")] == ["running"], "nobody sees it"
    )
    assert backroom("why", run).returncode == 0
    assert backroom("why", "multi_node").returncode == 0

    assert backroom.json("cancel", run)["run"]["counts"] == {"cancelled": 1}
    eventually(lambda: {job["status"] for job in stage.batch_jobs(run)} == {"FAILED"}, "the Batch job goes on")
    resumed = backroom.json("resume", run)
    assert resumed["run"]["counts"] == {"succeeded": 1}
    assert [row["tenant"] for row in resumed["tenants"]] == ["shared-stop"]
    assert sung(stage, tenant) == b"LA by 1 of 3"
    written = backroom("logs", resumed["run"]["run"]).stdout
    assert written.count("node started") == 2
    assert "portion succeeded" in written
    of_portion = backroom("logs", resumed["run"]["run"], "0").stdout
    assert of_portion.splitlines() == written.splitlines(), "the other nodes work for the portion too"
