"""S3 and STS fail, refuse and forget to answer: what passes is waited out, what does not is said clearly."""

import random
from urllib.parse import parse_qs

import orjson
import pytest

from tests.integration.worker.cloud import KEYS, ROOT, RUN, Cloud, portion
from tests.integration.worker.front import Answer, Request, front

PROBE = ROOT / "tests/integration/worker/probe_job.py"
ROLE = "arn:aws:iam::123456789012:role/backroom-tenant"
REFUSED = Answer(403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")


def plan(cloud: Cloud, count: int) -> list[str]:
    """A portion of that many items; their ids."""
    cloud.make_bucket("backroom-t")
    ids = [f"item-{number:03}" for number in range(count)]
    cloud.plan([portion(7, "t", [[id_, '"etag"', 1] for id_ in ids])])
    return ids


def test_forty_percent_of_all_requests_fail_and_nothing_is_lost(cloud: Cloud) -> None:
    ids, dice = plan(cloud, 60), random.Random(20261127)  # noqa: S311 - a seed, so that a failure can be repeated

    def rule(_request: Request) -> Answer | None:
        return Answer(503, b"<Error><Code>SlowDown</Code></Error>") if dice.random() < 0.4 else None

    with front(cloud.url, rule) as door:
        ended = cloud.run(PROBE, "8", AWS_ENDPOINT_URL=door.url)

    assert ended.code == 0, ended.lines
    assert cloud.keys("backroom-t") == [f"out/{id_}" for id_ in ids]
    assert cloud.read(RUN.result(7))["items"]["succeeded"] == 60
    assert len(door.requests) > 90


def test_a_result_whose_answer_was_lost_is_recognized_as_ones_own(cloud: Cloud) -> None:
    plan(cloud, 1)

    def rule(request: Request) -> Answer | None:
        first = request.method == "PUT" and "/results/" in request.path and not written
        if first:
            written.append(request.path)
            cloud.s3.put_object(Bucket="backroom-runs", Key=RUN.result(7), Body=request.body)
        return Answer(500) if first else None

    written: list[str] = []
    with front(cloud.url, rule) as door:
        ended = cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url)

    assert ended.code == 0
    assert ended.messages("INFO")[-1] == "portion succeeded"


def test_a_claim_and_a_seal_whose_answers_were_lost_are_recognized_as_ones_own(cloud: Cloud) -> None:
    plan(cloud, 2)
    key = RUN.checkpoint(7)

    def rule(request: Request) -> Answer | None:
        if request.method != "PUT" or not request.path.endswith(key):
            return None
        puts.append(request.body)
        if len(puts) not in (1, 4):
            return None
        cloud.s3.put_object(Bucket="backroom-runs", Key=key, Body=request.body)
        return Answer(500)

    puts: list[bytes] = []
    with front(cloud.url, rule) as door:
        ended = cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url)

    # Claim, lost; its repetition, refused; claim on what was found; seal, lost; its repetition, refused and found.
    assert [orjson.loads(body)["state"] for body in puts] == ["open"] * 3 + ["sealed"] * 2
    assert (ended.code, ended.messages("INFO")[-1]) == (0, "portion succeeded")
    assert cloud.read(RUN.result(7)) == cloud.read(key)["result"]


def test_the_tenants_objects_are_reached_as_the_tenant_only(cloud: Cloud) -> None:
    plan(cloud, 3)

    with front(cloud.url, lambda _: None) as door:
        ended = cloud.run(PROBE, "2", AWS_ENDPOINT_URL=door.url, BACKROOM_TENANT_ROLE_ARN=ROLE)

    assert ended.code == 0, ended.lines
    (assumed,) = [request for request in door.requests if request.method == "POST"]
    form = {name: values[0] for name, values in parse_qs(assumed.body.decode()).items()}
    assert (form["Action"], form["RoleArn"]) == ("AssumeRole", ROLE)
    assert (form["Tags.member.1.Key"], form["Tags.member.1.Value"]) == ("tenant", "t")
    assert form["RoleSessionName"].endswith("-0001-7")
    own = f"Credential={KEYS['AWS_ACCESS_KEY_ID']}/"
    assert own in assumed.authorization
    assert all(own in request.authorization for request in door.requests if request.path.startswith("/backroom-runs"))
    tenants = [request for request in door.requests if request.path.startswith("/backroom-t/")]
    assert len(tenants) == 3
    assert not any(own in request.authorization for request in tenants)


def test_a_role_that_may_not_be_assumed_is_not_allowed(cloud: Cloud) -> None:
    plan(cloud, 1)
    refusal = Answer(
        403, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>"
    )

    with front(cloud.url, lambda request: refusal if request.method == "POST" else None) as door:
        ended = cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url, BACKROOM_TENANT_ROLE_ARN=ROLE)

    assert ended.code == 77
    assert f"{ROLE} cannot be assumed for tenant t: not you" in ended.messages("ERROR")[0]


def test_a_busy_sts_is_waited_for(cloud: Cloud) -> None:
    plan(cloud, 1)
    busy = iter([Answer(400, b"<Code>Throttling</Code>"), Answer(503)])

    with front(cloud.url, lambda request: next(busy, None) if request.method == "POST" else None) as door:
        ended = cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url, BACKROOM_TENANT_ROLE_ARN=ROLE)

    assert ended.code == 0, ended.lines


@pytest.mark.parametrize(
    ("refused", "said"), [("/backroom-t/", "s3://backroom-t/out/item-000"), ("manifest.idx", "manifest.idx")]
)
def test_a_missing_right_is_not_allowed_and_names_the_object(cloud: Cloud, refused: str, said: str) -> None:
    plan(cloud, 10)

    with front(cloud.url, lambda request: REFUSED if refused in request.path else None) as door:
        ended = cloud.run(PROBE, "1", AWS_ENDPOINT_URL=door.url, BACKROOM_ITEM_TOLERANCE="0")

    assert ended.code == 77
    assert f"{said} is refused" in ended.messages("ERROR")[0]


def test_credentials_come_from_the_containers_endpoint(cloud: Cloud) -> None:
    plan(cloud, 1)
    answer = {
        "AccessKeyId": "ASIAFROMENDPOINT",
        "SecretAccessKey": "s",
        "Token": "t",
        "Expiration": "2099-01-01T00:00:00Z",
    }

    def rule(request: Request) -> Answer | None:
        return Answer(200, orjson.dumps(answer)) if request.path == "/credentials" else None

    with front(cloud.url, rule) as door:
        ended = cloud.run(
            PROBE,
            "1",
            AWS_ENDPOINT_URL=door.url,
            AWS_ACCESS_KEY_ID="",
            AWS_SECRET_ACCESS_KEY="",
            AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{door.url}/credentials",
            AWS_CONTAINER_AUTHORIZATION_TOKEN="let-me-in",
        )

    assert ended.code == 0, ended.lines
    asked = [request for request in door.requests if request.path == "/credentials"]
    assert {request.authorization for request in asked} == {"let-me-in"}
    others = [request for request in door.requests if request.path != "/credentials"]
    assert others
    assert all("ASIAFROMENDPOINT" in request.authorization for request in others)
