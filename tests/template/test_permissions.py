"""Who may do what: no role is broad, no tenant reaches another, and nobody reads the runs without TLS."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.template.conftest import Resources, of_type, text

# Actions that know no resources (Service Authorization Reference), so that `*` is all that can be said.
WITHOUT_RESOURCES = (
    "batch:Describe*",
    "batch:List*",
    "ecr:GetAuthorizationToken",
    "scheduler:ListSchedules",
    "xray:Put*",
    "xray:GetSampling*",
    "logs:*LogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:Describe*",
)


def statements(resources: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every statement of every role, with the role's logical id."""
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        attached = (resources[arn["Ref"]]["Properties"] for arn in role.get("ManagedPolicyArns", []) if "Ref" in arn)
        for policy in (*role.get("Policies", []), *attached):
            yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])


def listed(value: Any) -> list[str]:
    """Give texts of one value or of several."""
    return [text(entry) for entry in (value if isinstance(value, list) else [value])]


def test_no_role_is_broad(resources: Resources) -> None:
    for role, statement in statements(resources):
        for action in listed(statement["Action"]) if statement["Effect"] == "Allow" else []:
            assert not action.endswith("*"), f"{role} may {action}"
            if "*" in listed(statement["Resource"]):
                assert any(fnmatchcase(action, known) for known in WITHOUT_RESOURCES), f"{role} may {action} on all"


def tenant_patterns(resources: Resources, tenant: str) -> list[str]:
    """Give what the tenant role may reach in a session with this tag, in the stack `backroom`."""
    return [
        text_.replace("${!aws:PrincipalTag/tenant}", tenant).replace("${TenantBucketPrefix}", "backroom-")
        for role, statement in statements(resources)
        if role == "TenantRole" and statement["Effect"] == "Allow"
        for text_ in listed(statement["Resource"])
    ]


@pytest.mark.parametrize(("tenant", "other"), [("t-1", "t-11"), ("t-11", "t-1"), ("a", "b"), ("acme", "acme-eu")])
def test_tenant_reaches_its_own_bucket_only(resources: Resources, tenant: str, other: str) -> None:
    def reaches(bucket: str) -> bool:
        names = (f"arn:${{AWS::Partition}}:s3:::{bucket}", f"arn:${{AWS::Partition}}:s3:::{bucket}/images/1.jpg")
        return any(fnmatchcase(name, pattern) for name in names for pattern in tenant_patterns(resources, tenant))

    assert reaches(f"backroom-{tenant}")
    assert not reaches(f"backroom-{other}")


def test_nothing_but_old_sitemaps_is_ever_deleted(resources: Resources) -> None:
    deletes = [(role, s) for role, s in statements(resources) if any("s3:Delete" in a for a in listed(s["Action"]))]
    ((role, statement),) = deletes
    assert role == "TenantRole"
    (pattern,) = (p.replace("${!aws:PrincipalTag/tenant}", "t") for p in listed(statement["Resource"]))
    bucket = "arn:${AWS::Partition}:s3:::${TenantBucketPrefix}t"
    for key, may in {
        "sitemaps/1.gz": True,
        "shop/sitemaps/1.gz": True,
        "sitemap.xml": False,
        "images/1": False,
    }.items():
        assert fnmatchcase(f"{bucket}/{key}", pattern) is may


def test_tenant_never_reaches_the_runs(resources: Resources) -> None:
    denied = [s for role, s in statements(resources) if role == "TenantRole" and s["Effect"] == "Deny"]
    assert [(s["Action"], listed(s["Resource"])) for s in denied] == [
        ("s3:*", ["${RunsBucket.Arn}", "${RunsBucket.Arn}/*"])
    ]


def test_only_containers_become_tenants_and_only_by_name(resources: Resources) -> None:
    (trust,) = resources["TenantRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    names = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::StackName}-job-*"
    assert text(trust["Condition"]["ArnLike"]["aws:PrincipalArn"]) == names
    assert trust["Condition"]["StringLike"] == {"aws:RequestTag/tenant": "?*"}


def test_a_planners_container_may_exactly_what_the_function_may(resources: Resources) -> None:
    by_role = {
        role: [s["Sid"] for one, s in statements(resources) if one == role]
        for role in ("PlanFunctionRole", "PlannerRole")
    }
    assert by_role["PlannerRole"] == by_role["PlanFunctionRole"] != []
    assert resources["PlannerDefinition"]["Properties"]["ContainerProperties"]["JobRoleArn"] == {
        "Fn::GetAtt": ["PlannerRole", "Arn"]
    }
    assert resources["PlannerRole"]["Properties"]["ManagedPolicyArns"] == [{"Ref": "PlanPolicy"}]


def test_bucket_is_private_and_what_is_written_once_stays(resources: Resources) -> None:
    bucket = resources["RunsBucket"]["Properties"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    by_sid = {s["Sid"]: s for s in resources["RunsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]}
    assert by_sid["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    once = by_sid["WrittenOnce"]
    assert once["Condition"]["Null"] == {"s3:if-none-match": "true"}
    run = "${RunsBucket.Arn}/runs/image_resize/image_resize-20261127T030000Z-0a1b"
    for key in ("manifest.jsonl", "waves/2/manifest.idx", "results/0000017.json", "outcomes.jsonl"):
        assert any(fnmatchcase(f"{run}/{key}", pattern) for pattern in listed(once["Resource"]))
    for key in ("checkpoints/0000017.json", "plan.json"):
        assert not any(fnmatchcase(f"{run}/{key}", pattern) for pattern in listed(once["Resource"]))
