"""AWS's logic of evaluation, a test a rule, and the laws that hold for all policies.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from dataclasses import replace
from typing import Any

import pytest
from backroom_local.access.evaluation import (
    Applicable,
    Call,
    Decision,
    Judge,
    Kind,
    ResourcePolicies,
    UnknownKeyError,
)
from backroom_local.access.keys import known
from backroom_local.access.policy import Effect, Policy, from_document
from backroom_local.access.principals import Principal
from hypothesis import given
from hypothesis import strategies as st

ACCOUNT = "123456789012"
ROLE, OTHER = f"arn:aws:iam::{ACCOUNT}:role/r", f"arn:aws:iam::{ACCOUNT}:role/other"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/me"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ME = Principal(SESSION, ROLE, account=ACCOUNT)
EVENTS = Principal(service="events.amazonaws.com")
READ = Call("s3:GetObject", "arn:aws:s3:::b/k")


def policy(effect: str = "Allow", action: str = "s3:GetObject", resource: str = "*", **more: Any) -> Policy:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return from_document({"Version": "2012-10-17", "Statement": [statement]})


def of_resource(principal: Any, effect: str = "Allow", **more: Any) -> Policy:
    return policy(effect, Principal=principal, **more)


def decide(policies: Applicable, principal: Principal = ME, call: Call = READ) -> Decision:
    return Judge(principal, known(principal)).decide(call, policies)


ALLOWING, DENYING, SILENT = policy(), policy("Deny"), policy(action="s3:PutObject")


def test_what_nobody_allows_is_denied() -> None:
    assert decide(Applicable()) == Decision(False, Kind.IDENTITY)
    assert decide(Applicable(identity=(SILENT,))) == Decision(False, Kind.IDENTITY)


def test_a_policy_of_the_identity_allows() -> None:
    assert decide(Applicable(identity=(SILENT, ALLOWING))).allowed


@pytest.mark.parametrize(
    ("policies", "kind"),
    [
        (Applicable(identity=(ALLOWING, DENYING)), Kind.IDENTITY),
        (Applicable(identity=(ALLOWING,), boundary=DENYING), Kind.BOUNDARY),
        (Applicable(identity=(ALLOWING,), session=DENYING), Kind.SESSION),
        (Applicable(identity=(ALLOWING,), resource=of_resource("*", "Deny")), Kind.RESOURCE),
    ],
)
def test_an_explicit_deny_in_any_policy_wins(policies: Applicable, kind: Kind) -> None:
    decision = decide(policies)
    assert (decision.allowed, decision.kind) == (False, kind)
    assert decision.statement is not None


def test_a_permissions_boundary_limits_and_gives_nothing() -> None:
    assert decide(Applicable(identity=(ALLOWING,), boundary=SILENT)) == Decision(False, Kind.BOUNDARY)
    assert not decide(Applicable(boundary=ALLOWING)).allowed
    assert decide(Applicable(identity=(ALLOWING,), boundary=ALLOWING)).allowed


def test_a_session_policy_limits_and_gives_nothing() -> None:
    assert decide(Applicable(identity=(ALLOWING,), session=SILENT)) == Decision(False, Kind.SESSION)
    assert not decide(Applicable(session=ALLOWING)).allowed
    assert decide(Applicable(identity=(ALLOWING,), session=ALLOWING)).allowed


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ROLE}, {"AWS": [OTHER, SESSION]}])
def test_a_policy_of_the_resource_allows_whom_it_names(principal: Any) -> None:
    assert decide(Applicable(resource=of_resource(principal))).allowed


@pytest.mark.parametrize("principal", [{"AWS": OTHER}, {"Service": "ecs-tasks.amazonaws.com"}, {"AWS": "1"}])
def test_a_policy_of_the_resource_allows_nobody_else(principal: Any) -> None:
    assert not decide(Applicable(resource=of_resource(principal))).allowed


@pytest.mark.parametrize("principal", [{"AWS": ROOT}, {"AWS": ACCOUNT}])
def test_to_name_the_account_leaves_it_to_the_policies_of_the_identity(principal: Any) -> None:
    assert not decide(Applicable(resource=of_resource(principal))).allowed
    assert decide(Applicable(resource=of_resource(principal), identity=(ALLOWING,))).allowed


def test_a_boundary_limits_what_a_resource_allows_the_role_but_not_what_it_allows_the_session() -> None:
    named = Applicable(resource=of_resource({"AWS": ROLE}), boundary=SILENT, session=SILENT)
    assert decide(named) == Decision(False, Kind.BOUNDARY)
    assert decide(replace(named, resource=of_resource({"AWS": SESSION}))).allowed


def test_a_key_or_a_trust_must_allow_or_leave_it_to_the_account() -> None:
    needed = Applicable(identity=(ALLOWING,), counts=ResourcePolicies.NEEDED, resource_kind=Kind.TRUST)
    assert decide(replace(needed, resource=of_resource({"AWS": OTHER}))) == Decision(False, Kind.TRUST)
    assert decide(replace(needed, resource=of_resource({"AWS": ROOT}))).allowed
    assert decide(replace(needed, identity=(), resource=of_resource({"AWS": ROLE}))).allowed
    assert not decide(replace(needed, identity=(), resource=of_resource({"AWS": ROOT}))).allowed


def test_not_principal_spares_only_whom_it_names() -> None:
    denying = from_document(
        {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": [ROLE]}}}
    )
    allowed = Applicable(identity=(ALLOWING,), resource=denying)
    assert decide(allowed).allowed
    assert not decide(allowed, replace(ME, arn="x", role_arn=OTHER)).allowed


def test_not_action_and_not_resource_are_all_but_these() -> None:
    all_but = from_document(
        {"Statement": {"Effect": "Allow", "NotAction": "s3:Put*", "NotResource": "arn:aws:s3:::b/secret/*"}}
    )
    assert decide(Applicable(identity=(all_but,))).allowed
    assert not decide(Applicable(identity=(all_but,)), call=replace(READ, action="s3:PutObject")).allowed
    assert not decide(Applicable(identity=(all_but,)), call=replace(READ, resource="arn:aws:s3:::b/secret/k")).allowed


def test_a_service_is_allowed_by_the_resource_only() -> None:
    source = {"ArnEquals": {"aws:SourceArn": "arn:aws:events:e:1:rule/r"}}
    granting = Applicable(resource=of_resource({"Service": "events.amazonaws.com"}, Condition=source))
    right = replace(READ, context={"aws:sourcearn": ("arn:aws:events:e:1:rule/r",)})
    wrong = replace(READ, context={"aws:sourcearn": ("arn:aws:events:e:1:rule/x",)})
    assert decide(granting, EVENTS, right).allowed
    assert decide(granting, EVENTS, wrong) == Decision(False, Kind.RESOURCE)


def test_all_conditions_of_a_statement_must_hold() -> None:
    both = policy(Condition={"StringEquals": {"s3:prefix": "a"}, "Bool": {"aws:SecureTransport": "true"}})
    keys = {"s3:prefix": ("a",), "aws:securetransport": ("true",)}
    assert decide(Applicable(identity=(both,)), call=replace(READ, context=keys)).allowed
    assert not decide(Applicable(identity=(both,)), call=replace(READ, context={**keys, "s3:prefix": ("b",)})).allowed


def test_a_key_that_the_twin_does_not_know_is_named_and_not_taken_as_absent() -> None:
    tagged = policy(Condition={"ForAllValues:StringEquals": {"aws:ResourceTag/team": "a"}})
    with pytest.raises(UnknownKeyError, match="aws:ResourceTag/team"):
        decide(Applicable(identity=(tagged,)))
    assert decide(Applicable(identity=(tagged, SILENT)), call=replace(READ, action="s3:PutObject")).allowed


ACTIONS, RESOURCES = ("s3:GetObject", "s3:PutObject", "s3:*", "*"), ("arn:aws:s3:::b/k", "arn:aws:s3:::b/*", "*")
STATEMENTS = st.builds(
    lambda effect, action, resource, prefix: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": {"StringEquals": {"s3:prefix": prefix}}} if prefix else {}),
    },
    st.sampled_from([*Effect]),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    st.sampled_from(["", "a", "b"]),
)
PRINCIPALS = st.sampled_from(["*", {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": ROOT}, {"AWS": OTHER}])
POLICIES = st.lists(STATEMENTS, max_size=3).map(lambda given: from_document({"Statement": given}))
OF_RESOURCES = st.lists(st.tuples(STATEMENTS, PRINCIPALS), max_size=3).map(
    lambda given: from_document({"Statement": [{**statement, "Principal": named} for statement, named in given]})
)
APPLICABLE = st.builds(
    Applicable,
    identity=st.lists(POLICIES, max_size=3).map(tuple),
    boundary=st.none() | POLICIES,
    session=st.none() | POLICIES,
    resource=st.none() | OF_RESOURCES,
    counts=st.sampled_from(ResourcePolicies),
)
CALLS = st.builds(
    Call,
    st.sampled_from(["s3:GetObject", "s3:PutObject"]),
    st.sampled_from(["arn:aws:s3:::b/k", "arn:aws:s3:::b/l"]),
    st.sampled_from([{}, {"s3:prefix": ("a",)}]),
)


def with_identity(policies: Applicable, *more: Policy) -> Applicable:
    return replace(policies, identity=(*policies.identity, *more))


@given(APPLICABLE, CALLS)
def test_law_a_deny_that_is_about_the_call_denies_it(policies: Applicable, call: Call) -> None:
    denying = policy("Deny", call.action, call.resource)
    assert not decide(with_identity(policies, denying), call=call).allowed


@given(APPLICABLE, CALLS, STATEMENTS.filter(lambda statement: statement["Effect"] == "Allow"))
def test_law_another_allow_never_denies(policies: Applicable, call: Call, statement: dict[str, Any]) -> None:
    more = with_identity(policies, from_document({"Statement": statement}))
    assert decide(more, call=call).allowed >= decide(policies, call=call).allowed


@given(APPLICABLE, CALLS, POLICIES)
def test_law_a_limit_never_allows(policies: Applicable, call: Call, limit: Policy) -> None:
    free = replace(policies, boundary=None, session=None)
    for limited in (replace(free, boundary=limit), replace(free, session=limit)):
        assert decide(limited, call=call).allowed <= decide(free, call=call).allowed


@given(APPLICABLE, CALLS)
def test_law_the_order_of_policies_does_not_matter(policies: Applicable, call: Call) -> None:
    backwards = replace(policies, identity=policies.identity[::-1])
    assert decide(backwards, call=call).allowed == decide(policies, call=call).allowed


@given(APPLICABLE, CALLS)
def test_law_without_any_allow_nothing_is_allowed(policies: Applicable, call: Call) -> None:
    def denials(given: Policy | None) -> Policy | None:
        return given and Policy(tuple(s for s in given.statements if s.effect is Effect.DENY))

    silent = replace(policies, identity=tuple(filter(None, map(denials, policies.identity))))
    assert not decide(replace(silent, resource=denials(policies.resource)), call=call).allowed
