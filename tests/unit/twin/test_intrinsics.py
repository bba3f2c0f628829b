"""CloudFormation's intrinsic functions, the order of resources, and properties fitted to the API."""

from collections.abc import Mapping
from typing import Any

import pytest
from backroom_local.template import intrinsics
from backroom_local.template.errors import DanglingReferenceError, TemplateError
from backroom_local.template.fitting import request
from backroom_local.template.intrinsics import Scope, holds, references, resolve
from backroom_local.template.order import order
from hypothesis import given
from hypothesis import strategies as st

NAMES = {"AWS::Region": "eu-central-1", "Bucket": "b", "Many": ["x", "y"], "Count": "3", "Kind": "Image"}


def reference(name: str) -> Any:
    """Give what a name stands for."""
    if name not in NAMES:
        raise DanglingReferenceError(name)
    return NAMES[name]


MAPPINGS: Mapping[str, Any] = {"Jobs": {"a": {"Vcpus": 2, "Name": "resize"}}}
CONDITIONS = {"Yes": {"Fn::Equals": ["3", {"Ref": "Count"}]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}}
SCOPE = Scope(reference, lambda resource, name: f"{resource}/{name}", MAPPINGS, CONDITIONS)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Bucket"}, "b"),
        ({"Ref": {"Fn::Sub": "${Kind}"}} | {}, None),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "Bucket/Arn"),
        ({"Fn::GetAtt": "Bucket.A.B"}, "Bucket/A.B"),
        ({"Fn::Sub": "a-${Bucket}-${Bucket.Arn}-${!Kept}"}, "a-b-Bucket/Arn-${Kept}"),
        ({"Fn::Sub": ["${Own}${Bucket}", {"Own": {"Ref": "Count"}}]}, "3b"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Bucket"}]]}, "a-b"),
        ({"Fn::Join": [",", {"Ref": "Many"}]}, "x,y"),
        ({"Fn::Select": [1, {"Fn::Split": ["/", "a/b/c"]}]}, "b"),
        ({"Fn::Select": ["1", {"Ref": "Many"}]}, "y"),
        ({"Fn::If": ["Yes", {"Ref": "Bucket"}, "no"]}, "b"),
        ({"Fn::If": ["No", {"Ref": "Gone"}, "no"]}, "no"),
        ({"Fn::FindInMap": ["Jobs", "a", "Vcpus"]}, 2),
        ({"Fn::Base64": {"Fn::Sub": "${Bucket}"}}, "Yg=="),
        ({"Fn::ToJsonString": {"a": {"Ref": "Many"}}}, '{"a": ["x", "y"]}'),
        ({"Fn::Length": {"Ref": "Many"}}, 2),
        ({"keep": 1, "drop": {"Ref": "AWS::NoValue"}, "list": [{"Ref": "AWS::NoValue"}, 2]}, {"keep": 1, "list": [2]}),
        ({"Fn::GetAZs": ""}, ["eu-central-1a", "eu-central-1b", "eu-central-1c"]),
    ],
)
def test_functions(node: Any, value: Any) -> None:
    if value is None:
        with pytest.raises(DanglingReferenceError, match="Image"):
            resolve(node, SCOPE)
    else:
        assert resolve(node, SCOPE) == value


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("Yes", True),
        ("No", False),
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]}, False),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]}, True),
    ],
)
def test_conditions(condition: Any, value: bool) -> None:
    assert holds(condition, SCOPE) is value


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ({"Ref": "Gone"}, "Gone"),
        ({"Fn::FindInMap": ["Jobs", "z", "Vcpus"]}, "Mappings.Jobs has no z.Vcpus"),
        ({"Fn::Select": [5, ["a"]]}, "no member 5"),
        ({"Fn::If": ["Nope", 1, 2]}, "condition Nope"),
        ({"Fn::ImportValue": "x"}, "make it a parameter"),
    ],
)
def test_what_cannot_be_resolved_is_named(node: Any, why: str) -> None:
    with pytest.raises(TemplateError, match=why):
        resolve(node, SCOPE)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="abcdef"), inner, max_size=3),
    max_leaves=8,
)


@given(PLAIN)
def test_what_has_no_function_stays_as_it_is(node: Any) -> None:
    assert resolve(node, SCOPE) == node
    assert list(references(node)) == []


@given(st.permutations(list("abcdef")), st.data())
def test_every_resource_comes_after_what_it_needs(names: list[str], data: st.DataObject) -> None:
    resources = {}
    for position, name in enumerate(names):
        needs = data.draw(st.lists(st.sampled_from(names[:position]), unique=True)) if position else []
        resources[name] = {"Properties": {"a": [{"Ref": need} for need in needs]}, "DependsOn": needs[:1]}
    shuffled = {name: resources[name] for name in data.draw(st.permutations(names))}
    ordered = order(shuffled)
    assert sorted(ordered) == sorted(names)
    for name in names:
        needs = [node["Ref"] for node in resources[name]["Properties"]["a"]]  # type: ignore[index]
        assert all(ordered.index(need) < ordered.index(name) for need in needs)


def test_references_are_found_everywhere() -> None:
    node = {"a": {"Fn::Sub": ["${X}${Y.Arn}${!N}", {"X": {"Ref": "Z"}}]}, "b": [{"Fn::GetAtt": ["W", "Arn"]}]}
    assert set(references(node)) == {"X", "Y", "Z", "W"}


def test_properties_take_the_apis_names_and_types() -> None:
    given_properties = {
        "JobDefinitionName": "j",
        "Type": "container",
        "PropagateTags": "true",
        "ContainerProperties": {"Image": "i", "Environment": [{"Name": "A", "Value": 1}], "Vcpus": "2"},
        "Tags": {"k": "v"},
        "ResourceRetentionPolicy": {"SkipDeregisterOnUpdate": True},
    }
    assert request("batch", "RegisterJobDefinition", given_properties) == {
        "jobDefinitionName": "j",
        "type": "container",
        "propagateTags": True,
        "containerProperties": {"image": "i", "environment": [{"name": "A", "value": "1"}], "vcpus": 2},
        "tags": {"k": "v"},
    }
    tags = [{"Key": "a", "Value": "b"}]
    assert request("batch", "CreateJobQueue", {"Tags": tags, "Priority": "3"}) == {"tags": {"a": "b"}, "priority": 3}
    assert intrinsics.NO_VALUE is not None
