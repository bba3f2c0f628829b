"""Portions that several tenants share, and the nodes that have no portion."""

from urllib.parse import parse_qs

import orjson

from tests.integration.worker.cloud import KEYS, ROOT, RUN, SIGTERM, Cloud, ended, portion
from tests.integration.worker.front import front

JOB = ROOT / "tests/integration/worker/members_job.py"
ROLE = "arn:aws:iam::123456789012:role/backroom-tenant"


def plan(cloud: Cloud, *tenants: str, also: str = "") -> None:
    """A portion of those tenants, and perhaps an item of one that is no member."""
    for tenant in tenants:
        cloud.make_bucket(f"backroom-{tenant}")
        cloud.put(f"backroom-{tenant}", f"{tenant}/in", tenant.encode())
    members = {one: {"bucket": f"backroom-{one}", "prefix": f"{one}/", "params": {"end": "!"}} for one in tenants}
    items = [[tenant, '"etag"', 1] for tenant in (*tenants, *([also] if also else []))]
    cloud.plan([portion(7, "shared-all", items, bucket="", members=members)])


def test_each_members_objects_are_reached_as_that_member_only(cloud: Cloud) -> None:
    plan(cloud, "a", "b")

    with front(cloud.url, lambda _: None) as door:
        done = cloud.run(JOB, AWS_ENDPOINT_URL=door.url, BACKROOM_TENANT_ROLE_ARN=ROLE)

    assert done.code == 0, done
    assert [cloud.get(f"backroom-{one}", f"{one}/out") for one in "ab"] == [b"a!", b"b!"]
    result = cloud.read(RUN.result(7))
    assert (result["tenant"], result["items"]["succeeded"], result["bytes"]) == (
        "shared-all",
        2,
        {"read": 2, "written": 4},
    )
    forms = [parse_qs(request.body.decode()) for request in door.requests if request.method == "POST"]
    assert sorted(form["Tags.member.1.Value"][0] for form in forms) == ["a", "b"]
    objects = [request for request in door.requests if not request.path.startswith(("/backroom-runs", "/?"))]
    assert len(objects) > 3
    own = f"Credential={KEYS['AWS_ACCESS_KEY_ID']}/"
    assert not any(own in request.authorization for request in objects if request.method != "POST")


def test_who_is_no_member_is_not_reached(cloud: Cloud) -> None:
    plan(cloud, "a", also="z")
    done = cloud.run(JOB)
    assert done.code == 78
    assert "tenant 'z' is no member of portion 7 (shared-all)" in done.messages("ERROR")[-1]


def test_a_node_that_is_not_the_main_one_leaves_the_portion_alone_and_when_it_is_asked_to(cloud: Cloud) -> None:
    variables = {
        "AWS_BATCH_JOB_NODE_INDEX": "1",
        "AWS_BATCH_JOB_NUM_NODES": "2",
        "AWS_BATCH_JOB_MAIN_NODE_INDEX": "0",
        "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS": "127.0.0.1",
    }
    process = cloud.start(JOB, **variables)
    assert process.stdout is not None
    line = orjson.loads(process.stdout.readline())
    assert (line["message"], line["run"], line["node"]) == ("node started", RUN.run, 1)
    process.send_signal(SIGTERM)
    assert ended(process).code == 0
    assert cloud.keys("backroom-runs") == []
