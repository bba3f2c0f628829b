"""Who may reach what by the resource's own policy, and who may become which role; each statement is needed."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from backroom_local.access.evaluation import Call, Kind
from backroom_local.access.policy import from_document
from backroom_local.access.principals import Principal

from scripts.rendering import ACCOUNT, REGION, Rendered, render
from tests.template.judging import Asked, session

PLAIN = {"aws:securetransport": ("false",)}
TLS = {"aws:securetransport": ("true",)}
RUNS = f"arn:aws:s3:::backroom-runs-{ACCOUNT}-{REGION}"
RUN = f"{RUNS}/runs/image_resize/image_resize-20261127T030000Z-0a1b"
ALL = from_document({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
EVERYTHING = session("RecordFunctionRole")


def at(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def by(service: str, source: str) -> Principal:
    return Principal(service=f"{service}.amazonaws.com", source=source, account=ACCOUNT)


def told(queue: str, rule: str) -> Asked:
    """A rule that tells a queue of an event."""
    source = {"aws:sourcearn": (at("events", f"rule/{rule}"),), "aws:sourceaccount": (ACCOUNT,), **TLS}
    return Asked(by("events", source["aws:sourcearn"][0]), Call("sqs:SendMessage", at("sqs", queue), source))


def raised(topic: str) -> Asked:
    """An alarm of this account that tells a topic."""
    source = at("cloudwatch", "alarm:backroom-plan_errors")
    context = {"aws:sourcearn": (source,), "aws:sourceaccount": (ACCOUNT,), **TLS}
    return Asked(by("cloudwatch", source), Call("sns:Publish", at("sns", topic), context))


def whoever(action: str, resource: str, **more: Any) -> Asked:
    """Somebody whose own policies allow everything."""
    return Asked(EVERYTHING, Call(action, resource, TLS | more), identity=(ALL,))


def in_plain(action: str, resource: str) -> Asked:
    """The same without TLS."""
    return Asked(EVERYTHING, Call(action, resource, PLAIN), identity=(ALL,))


def put(key: str, **more: Any) -> Asked:
    """Somebody who puts an object."""
    return whoever("s3:PutObject", f"{RUN}/{key}", **{"s3:objectcreationoperation": ("true",)} | more)


FRESH = {"s3:if-none-match": ("*",)}


@dataclass(frozen=True)
class Probe:
    """What a statement is for: a call whose answer is another without it."""

    resource: str
    sid: str
    asked: Asked
    allowed: bool


PROBES = (
    Probe("RunsBucketPolicy", "TlsOnly", in_plain("s3:GetObject", f"{RUN}/plan.json"), False),
    Probe("RunsBucketPolicy", "WrittenOnce", put("manifest.jsonl"), False),
    Probe("EventsQueuePolicy", "BatchStates", told("backroom-events", "backroom-batch-states"), True),
    Probe("EventsQueuePolicy", "TlsOnly", in_plain("sqs:ReceiveMessage", at("sqs", "backroom-events")), False),
    Probe("UndeliveredQueuePolicy", "Rules", told("backroom-undelivered", "backroom-reconcile"), True),
    Probe("UndeliveredQueuePolicy", "TlsOnly", in_plain("sqs:SendMessage", at("sqs", "backroom-undelivered")), False),
    Probe("RunsTopicPolicy", "TlsOnly", in_plain("sns:Publish", at("sns", "backroom-runs")), False),
    Probe("AlarmsTopicPolicy", "Alarms", raised("backroom-alarms"), True),
    Probe("AlarmsTopicPolicy", "TlsOnly", in_plain("sns:Publish", at("sns", "backroom-alarms")), False),
)


@pytest.fixture(scope="module")
def stack() -> Rendered:
    return render()


def document(stack: Rendered, resource: str) -> Any:
    return stack[resource]["PolicyDocument"]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe.resource}.{probe.sid}")
def test_each_statement_does_what_it_is_for_and_nothing_else_does(stack: Rendered, probe: Probe) -> None:
    whole = document(stack, probe.resource)
    assert probe.asked.allowed(whole) is probe.allowed
    mutant = deepcopy(whole)
    mutant["Statement"] = [statement for statement in whole["Statement"] if statement["Sid"] != probe.sid]
    assert probe.asked.allowed(mutant) is not probe.allowed


def test_no_statement_is_without_a_probe(stack: Rendered) -> None:
    kinds = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
    found = {
        (name, statement["Sid"])
        for kind in kinds
        for name, policy in stack.of_type(kind).items()
        for statement in policy["PolicyDocument"]["Statement"]
    }
    assert found == {(probe.resource, probe.sid) for probe in PROBES}


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (put("manifest.jsonl", **FRESH), True),
        (put("manifest.idx"), False),
        (put("waves/2/outcomes.jsonl"), False),
        (put("results/0000017.json"), False),
        (put("checkpoints/0000017.json"), True),
        (put("manifest.jsonl", **{"s3:objectcreationoperation": ("false",)}), True),
        (whoever("s3:GetObject", f"{RUN}/manifest.jsonl"), True),
    ],
)
def test_what_is_written_once_stays_and_parts_of_it_may_come(stack: Rendered, asked: Asked, allowed: bool) -> None:
    assert asked.allowed(document(stack, "RunsBucketPolicy")) is allowed


def test_no_other_rule_fills_a_queue(stack: Rendered) -> None:
    for queue, policy in (("backroom-events", "EventsQueuePolicy"), ("backroom-undelivered", "UndeliveredQueuePolicy")):
        assert not told(queue, "somebody-elses").allowed(document(stack, policy))


SERVICES = {
    "lambda": tuple(f"{name}Function" for name in ("Plan", "Record", "Reconcile", "Observe", "Notify")),
    "states": ("RunJobRole",),
    "scheduler": ("SchedulerRole",),
    "ec2": ("InstanceRole",),
    "ecs-tasks": ("PlannerRole", "PlannerExecutionRole", "JobRole", "ExecutionRole"),
}


def becoming(service: str, **context: tuple[str, ...]) -> Asked:
    """A service that becomes a role, for this account unless the context says otherwise."""
    principal = Principal(service=f"{service}.amazonaws.com", account=ACCOUNT)
    call = Call("sts:AssumeRole", "role", {"aws:sourceaccount": (ACCOUNT,), **context})
    return Asked(principal, call, Kind.TRUST)


def test_each_role_is_one_services_and_for_this_account_alone(stack: Rendered) -> None:
    others = dict.fromkeys(SERVICES)
    for name, role in stack.of_type("AWS::IAM::Role").items():
        if name == "TenantRole" or "codedeploy" in str(role["AssumeRolePolicyDocument"]):
            continue
        trust = role["AssumeRolePolicyDocument"]
        may = {service for service in others if becoming(service).allowed(trust)}
        assert may == {service for service, roles in SERVICES.items() if name.startswith(roles)}, name
        if not may & {"lambda", "ec2"}:
            (service,) = may
            assert not becoming(service, **{"aws:sourceaccount": ("210987654321",)}).allowed(trust), name


def as_tenant(name: str, tags: dict[str, str], action: str = "sts:TagSession") -> Asked:
    """A role that becomes the tenants', with these tags."""
    keys = {f"aws:requesttag/{key}": (value,) for key, value in tags.items()}
    call = Call(action, "role", {**keys, **({"aws:tagkeys": tuple(tags)} if tags else {})})
    return Asked(session("", name=name), call, Kind.TRUST, (ALL,))


@pytest.mark.parametrize(
    ("name", "tags", "allowed"),
    [
        ("backroom-job-image_resize", {"tenant": "acme"}, True),
        ("backroom-job-sitemap-index", {"tenant": "acme"}, True),
        ("backroom-job-image_resize", {}, False),
        ("backroom-job-image_resize", {"tenant": ""}, False),
        ("backroom-job-image_resize", {"tenant": "acme", "role": "admin"}, False),
        ("backroom-PlanFunctionRole", {"tenant": "acme"}, False),
        ("backroom-ExecutionRoleSitemap", {"tenant": "acme"}, False),
        ("somebody-else", {"tenant": "acme"}, False),
        ("elsewhere-job-image_resize", {"tenant": "acme"}, False),
    ],
)
def test_only_jobs_become_tenants_and_only_by_name(
    stack: Rendered, name: str, tags: dict[str, str], allowed: bool
) -> None:
    trust = stack["TenantRole"]["AssumeRolePolicyDocument"]
    for action in ("sts:AssumeRole", "sts:TagSession"):
        assert as_tenant(name, tags, action).allowed(trust) is allowed


@pytest.mark.parametrize(
    ("condition", "name", "tags"),
    [
        ("ArnLike", "backroom-PlanFunctionRole", {"tenant": "acme"}),
        ("StringLike", "backroom-job-image_resize", {}),
        ("ForAllValues:StringEquals", "backroom-job-image_resize", {"tenant": "acme", "role": "admin"}),
    ],
)
def test_each_condition_on_who_becomes_a_tenant_is_needed(
    stack: Rendered, condition: str, name: str, tags: dict[str, str]
) -> None:
    trust = deepcopy(stack["TenantRole"]["AssumeRolePolicyDocument"])
    assert not as_tenant(name, tags).allowed(trust)
    del trust["Statement"][0]["Condition"][condition]
    assert as_tenant(name, tags).allowed(trust)
