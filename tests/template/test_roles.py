"""What roles may: no tenant and no job reaches another, all that the code calls is allowed, and nothing beside it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, product

import pytest
from backroom_local.access.evaluation import Call
from backroom_local.access.policy import Effect, Policy, Scope, Statement

from scripts.rendering import Rendered, containers, render
from tests.template.calls import OF_JOBS, recorded
from tests.template.judging import Access, Place, access
from tests.template.unrecorded import UNRECORDED

PREFIX = "shop-"
RUNS = "backroom-runs-123456789012-eu-central-1"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret"
TENANTS = (
    *("t-1", "t-11", "t-1-1", "t", "1", "a", "ab", "acme", "acme-eu", "acme-eu-1", "eu", "shop", "shop1", "shop-1"),
    *("bergblick", "kontor", "solo", "solo-", "backroom", "backroom-acme", "runs", "tenant", "job", "sitemaps", "x"),
)
KEYS = ("images/1.jpg", "sitemaps/0001.xml.gz", "t-11/catalogue.sqlite")
OWN = {"images/1.jpg": {"GetObject", "PutObject"}, "t-11/catalogue.sqlite": {"GetObject", "PutObject"}}
OWN |= {"sitemaps/0001.xml.gz": {"GetObject", "PutObject", "DeleteObject"}}
ON_OBJECTS = ("GetObject", "PutObject", "DeleteObject", "PutObjectAcl", "GetObjectVersion")
ON_BUCKETS = ("ListBucket", "DeleteBucket", "PutBucketPolicy", "ListBucketVersions")


@pytest.fixture(scope="module")
def stack() -> Rendered:
    """The stack with everything that brings statements of its own, and buckets of tenants that are called otherwise."""
    options = {"EncryptionKey": "stack", "DatabaseSecret": f"{SECRET}:dsn", "RegistrySecret": f"{SECRET}:registry"}
    return render(SecurityGroup="", Egress="nat", TenantBucketPrefix=PREFIX, **options)


@pytest.fixture(scope="module")
def roles(stack: Rendered) -> Access:
    """The policies of its roles."""
    return access(stack)


def reached(roles: Access) -> Iterator[tuple[str, str, str, bool, bool]]:
    """Yield tenant, resource, action, whether it may, and whether it shall, for all tenants with all."""
    for tenant, other in product(TENANTS, TENANTS):
        bucket, own = f"arn:aws:s3:::{PREFIX}{other}", tenant == other
        asked = [(bucket, action, own and action == "ListBucket") for action in ON_BUCKETS]
        asked += [(f"{bucket}/{key}", action, own and action in OWN[key]) for key, action in product(KEYS, ON_OBJECTS)]
        for resource, action, shall in asked:
            call = Call(f"s3:{action}", resource)
            yield tenant, resource, action, roles.allows("TenantRole", call, {"tenant": tenant}), shall


def test_no_tenant_reaches_what_is_anothers(roles: Access) -> None:
    found = list(reached(roles))
    assert len(found) >= 10_000
    assert [each for each in found if each[3] != each[4]] == [], "tenant, resource, action, is allowed, shall be"


def runs_reached(roles: Access) -> list[str]:
    """Give what a tenant may do with the runs, whose id makes its bucket's name that of the runs' bucket."""
    tenant = {"tenant": RUNS.removeprefix("backroom-")}
    on = {"GetObject": f"{RUNS}/runs/x", "PutObject": f"{RUNS}/runs/x", "ListBucket": RUNS}
    asked = [Call(f"s3:{action}", f"arn:aws:s3:::{resource}") for action, resource in on.items()]
    return [call.action for call in asked if roles.allows("TenantRole", call, tenant)]


def test_a_tenant_whose_bucket_would_be_that_of_the_runs_has_none() -> None:
    roles = access(render(TenantBucketPrefix="backroom-"))
    assert runs_reached(roles) == []
    denials = [place for place in roles.statements() if place not in {allowed for allowed, _ in allowing(roles)}]
    (refusal,) = denials
    assert (refusal.role, refusal.sid) == ("TenantRole", "NeverTheRuns")
    assert runs_reached(roles.without(refusal)) == ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]


def test_without_a_tenant_a_session_reaches_nothing(roles: Access) -> None:
    for key in KEYS:
        assert not roles.allows("TenantRole", Call("s3:GetObject", f"arn:aws:s3:::{PREFIX}acme/{key}"))


def jobs(stack: Rendered) -> dict[str, str]:
    """Give the name of the job of each role of a job's containers."""
    made = stack.of_type("AWS::IAM::Role")
    named = {role: made[role]["RoleName"] for role in made if role.startswith(OF_JOBS)}
    return {role: name.removeprefix("backroom-job-").partition("-")[0] for role, name in named.items()}


def test_containers_read_runs_of_their_own_job_and_write_only_how_it_went(stack: Rendered, roles: Access) -> None:
    written = ("results/0000017.json", "attempts/0000017/1.json", "checkpoints/0000017.json", "handover/0000017.json")
    kept = ("manifest.jsonl", "manifest.idx", "waves/2/manifest.idx", "plan.json", "outcomes.jsonl")
    for (role, job), other in product(jobs(stack).items(), set(jobs(stack).values())):
        run = f"arn:aws:s3:::{RUNS}/runs/{other}/{other}-20261127T030000Z-0a1b"
        for key in written + kept:
            assert roles.allows(role, Call("s3:GetObject", f"{run}/{key}")) is (job == other), (role, key)
            may_write = job == other and key in written
            assert roles.allows(role, Call("s3:PutObject", f"{run}/{key}")) is may_write, (role, key)
            assert not roles.allows(role, Call("s3:DeleteObject", f"{run}/{key}"))
        assert not roles.allows(role, Call("s3:GetObject", f"arn:aws:s3:::{PREFIX}acme/{KEYS[0]}"))


def needed(roles: Access, stack: Rendered) -> Iterator[tuple[str, Call, dict[str, str]]]:
    """Yield role, call and tags of the session of all that is called: recorded, or what only AWS sees."""
    for role, action, resource in chain(_recorded(), _wanted(), starting(stack)):
        for one in _like(role, roles):
            job = jobs(stack).get(one, "")
            called = resource.replace("/JOB/JOB-", f"/{job}/{job}-").replace(":::backroom-acme", f":::{PREFIX}acme")
            yield one, Call(action, called, _context(action)), {"tenant": "acme"}


def _recorded() -> Iterator[tuple[str, str, str]]:
    for role, actions in recorded().items():
        for action, resources in actions.items():
            yield from ((role, action, resource) for resource in resources)


def _wanted() -> Iterator[tuple[str, str, str]]:
    for wanted in UNRECORDED:
        yield from ((wanted.role, action, wanted.resource) for action in wanted.actions)


def starting(stack: Rendered) -> Iterator[tuple[str, str, str]]:
    """Yield what ECS calls as an execution role before a container is there: as its definition says."""
    for definition in stack.of_type("AWS::Batch::JobDefinition").values():
        for made in containers(definition):
            role = made["ExecutionRoleArn"].rpartition("/backroom-")[2]
            yield role, "ecr:GetAuthorizationToken", "*"
            for action in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"):
                yield role, f"ecr:{action}", f"arn:aws:ecr:eu-central-1:210987654321:repository/{made['Image']}"
            log = made["LogConfiguration"]["Options"]["awslogs-group"]
            group = f"arn:aws:logs:eu-central-1:123456789012:log-group:{log}"
            yield from (
                (role, f"logs:{action}", f"{group}:log-stream:x") for action in ("CreateLogStream", "PutLogEvents")
            )
            secrets = [secret["ValueFrom"] for secret in made.get("Secrets", [])]
            for secret in (*secrets, made["RepositoryCredentials"]["CredentialsParameter"]):
                yield role, "secretsmanager:GetSecretValue", secret


def _like(role: str, roles: Access) -> list[str]:
    """Give the roles that one stands for."""
    return [one for one in roles.policies if one.startswith(OF_JOBS)] if role == OF_JOBS else [role]


def _context(action: str) -> dict[str, tuple[str, ...]]:
    """Give the condition keys that a call brings."""
    return {"kms:viaservice": ("s3.eu-central-1.amazonaws.com",)} if action.startswith("kms:") else {}


def test_all_that_the_code_calls_is_allowed(stack: Rendered, roles: Access) -> None:
    calls = list(needed(roles, stack))
    assert len(calls) > 100, "something was recorded"
    denied = [(role, call.action, call.resource) for role, call, tags in calls if not roles.allows(role, call, tags)]
    assert denied == []


def allowing(roles: Access) -> Iterator[tuple[Place, Statement]]:
    """Yield the statements that allow something."""
    for place in roles.statements():
        statement = roles.policies[place.role][place.policy].statements[place.number]
        if statement.effect is Effect.ALLOW:
            yield place, statement


def test_no_action_is_allowed_that_nobody_uses(stack: Rendered, roles: Access) -> None:
    calls = list(needed(roles, stack))
    unused = [
        (place.role, place.sid, pattern)
        for place, statement in allowing(roles)
        for pattern in statement.actions.patterns
        if not used(place.role, replace(statement, actions=Scope((pattern,))), calls)
    ]
    assert unused == [], "record them (calls.py), say in unrecorded.py why they are wanted, or take them away"


def used(role: str, statement: Statement, calls: list[tuple[str, Call, dict[str, str]]]) -> bool:
    """Say whether a statement by itself allows one of a role's calls."""
    alone = Access({role: (Policy((statement,)),)})
    return any(alone.allows(role, call, tags) for who, call, tags in calls if who == role)


def test_whichever_statement_is_taken_away_is_missed(stack: Rendered, roles: Access) -> None:
    calls = list(needed(roles, stack))
    for place, _ in allowing(roles):
        mutant = roles.without(place)
        own = ((call, tags) for role, call, tags in calls if role == place.role)
        assert any(not mutant.allows(place.role, call, tags) for call, tags in own), f"nobody misses {place}"


def test_every_role_is_within_the_boundary_that_is_asked_for() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    for name, role in render(PermissionsBoundary=boundary).of_type("AWS::IAM::Role").items():
        assert role.get("PermissionsBoundary") == boundary, name
    assert not any("PermissionsBoundary" in role for role in render().of_type("AWS::IAM::Role").values())
