"""The language of policies: wildcards, variables, conditions. Each test is named after a rule of AWS's."""

import string

import pytest
from backroom_local.access.conditions import holds
from backroom_local.access.matching import filled, fits, fits_action, fits_arn, like
from backroom_local.access.policy import Condition, PolicyError, parse
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(string.ascii_letters + string.digits + "/-_.:$?*{}+()[]\\^ä\n", max_size=12)
TENANT = {"aws:principaltag/tenant": ("acme",)}


@given(TEXT, TEXT)
def test_a_star_is_any_text_and_all_other_signs_are_themselves(before: str, after: str) -> None:
    plain = before.translate({ord("*"): None, ord("?"): None})
    assert like(f"{plain}*", plain + after)
    assert like(plain, plain)
    assert like(plain, after) == (plain == after)


@given(TEXT, TEXT)
def test_a_variable_stands_for_its_value_literally(value: str, other: str) -> None:
    context = {"aws:principaltag/tenant": (value,)}
    assert fits("b-${aws:PrincipalTag/tenant}/x", f"b-{value}/x", context)
    assert fits("b-${aws:PrincipalTag/tenant}", f"b-{other}", context) == (value == other)


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", "arn:aws:s3:::b/k", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/k/l", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::B/*", "arn:aws:s3:::b/k", False),
        ("arn:aws:s3:::b/?", "arn:aws:s3:::b/kk", False),
        ("arn:aws:batch:*:*:job/*", "arn:aws:batch:eu-central-1:1:job/7", True),
        ("arn:aws:batch:*:job/*", "arn:aws:batch:eu-central-1:1:job/7", False),
        ("arn:aws:batch:*:1:job-definition/d", "arn:aws:batch:e:1:job-definition/d:3", False),
        ("arn:aws:batch:*:1:job-definition/d:*", "arn:aws:batch:e:1:job-definition/d:3", True),
        ("arn:*", "arn:aws:s3:::b/k", True),
        ("arn:aws:s3:::b-${aws:PrincipalTag/tenant}/*", "arn:aws:s3:::b-acme/k", True),
        ("arn:aws:s3:::b-${aws:PrincipalTag/tenant}/*", "arn:aws:s3:::b-acme-eu/k", False),
        ("arn:aws:s3:::b-${aws:PrincipalTag/other}/*", "arn:aws:s3:::b-/k", False),
        ("arn:aws:s3:::b-${aws:PrincipalTag/other, 'none'}/*", "arn:aws:s3:::b-none/k", True),
        ("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", True),
        ("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/k", False),
    ],
)
def test_a_resource_is_matched_part_by_part(pattern: str, arn: str, expected: bool) -> None:
    assert fits_arn(pattern, arn, TENANT) is expected


def test_the_older_version_of_the_language_has_no_variables() -> None:
    assert not fits("${aws:PrincipalTag/tenant}", "acme", TENANT, variables=False)
    assert filled("${aws:PrincipalTag/tenant}", TENANT) == "acme"
    assert filled("${aws:PrincipalTag/tenant}", TENANT, variables=False) == "${aws:PrincipalTag/tenant}"


def test_actions_do_not_tell_small_letters_from_capital_ones() -> None:
    assert fits_action("S3:get*", "s3:GetObject")
    assert not fits_action("s3:Get*", "s3:PutObject")


REQUEST = {
    "aws:sourceip": ("10.1.2.3",),
    "aws:tagkeys": ("a", "b"),
    "s3:prefix": ("Home/",),
    "s3:max-keys": ("10",),
    "aws:currenttime": ("2026-11-27T20:00:00Z",),
    "aws:securetransport": ("true",),
    "aws:principalarn": ("arn:aws:iam::1:role/r",),
    **TENANT,
}


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "s3:prefix", ["Home/", "x"], True),
        ("StringEquals", "S3:Prefix", ["home/"], False),
        ("StringEqualsIgnoreCase", "s3:prefix", ["home/"], True),
        ("StringEquals", "s3:prefix", ["H*"], False),
        ("StringLike", "s3:prefix", ["H*"], True),
        ("StringLike", "aws:PrincipalTag/tenant", ["?*"], True),
        ("StringNotEquals", "s3:prefix", ["x", "y"], True),
        ("StringNotEquals", "s3:prefix", ["x", "Home/"], False),
        ("StringNotLike", "s3:prefix", ["H*", "x"], False),
        ("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/*"], True),
        ("ArnEquals", "aws:PrincipalArn", ["arn:aws:iam::*:role/*"], True),
        ("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/x"], True),
        ("Bool", "aws:SecureTransport", ["true"], True),
        ("Bool", "aws:SecureTransport", ["false"], False),
        ("NumericLessThanEquals", "s3:max-keys", ["10"], True),
        ("NumericGreaterThan", "s3:max-keys", ["10"], False),
        ("NumericNotEquals", "s3:max-keys", ["10.0"], False),
        ("DateGreaterThan", "aws:CurrentTime", ["2026-01-01T00:00:00Z"], True),
        ("DateLessThan", "aws:CurrentTime", ["2026-01-01T00:00:00Z"], False),
        ("DateLessThan", "aws:CurrentTime", ["no date"], False),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8"], True),
        ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.168.0.1"], False),
        ("StringEquals", "aws:PrincipalTag/tenant", ["${aws:PrincipalTag/tenant}"], True),
        ("StringEquals", "aws:PrincipalTag/tenant", ["${aws:PrincipalTag/none}"], False),
        ("Null", "s3:prefix", ["false"], True),
        ("Null", "s3:delimiter", ["true"], True),
        ("Null", "s3:delimiter", ["false"], False),
        ("StringEquals", "s3:delimiter", ["/"], False),
        ("StringEqualsIfExists", "s3:delimiter", ["/"], True),
        ("StringEqualsIfExists", "s3:prefix", ["/"], False),
        ("StringNotEquals", "s3:delimiter", ["/"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b", "c"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["a"], False),
        ("ForAllValues:StringEquals", "aws:RequestTag/x", ["a"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["b"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["c"], False),
        ("ForAnyValue:StringEquals", "aws:RequestTag/x", ["a"], False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["a"], True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["a"], False),
    ],
)
def test_a_condition_holds(operator: str, key: str, values: list[str], expected: bool) -> None:
    assert holds(Condition(operator, key, tuple(values)), REQUEST) is expected


def test_an_operator_that_iam_has_not_is_named() -> None:
    with pytest.raises(PolicyError, match="StringIs"):
        holds(Condition("StringIs", "s3:prefix", ("x",)), REQUEST)


@pytest.mark.parametrize(
    "text", ['{"Statement": {"Effect": "Permit", "Action": "*"}}', '{"Statement": [{}]}', "no JSON"]
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse(text)
