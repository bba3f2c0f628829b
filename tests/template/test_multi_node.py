"""Jobs of several nodes: instances of their own, close by, reached by each other only, and the same container."""

from pathlib import Path
from typing import Any

import pytest
from backroom_local.template.expand import Deployment, expand

from scripts.rendering import ACCOUNT, REGION, Rendered, render, rendered
from tests.job_rows import with_job
from tests.template.conftest import ROOT

GIVEN = {"SecurityGroup": "sg-1", "Subnets": "subnet-1,subnet-2"}
OWN = {"SecurityGroup": "", "Subnets": "", "VpcId": ""}
PARTS = ("MultiNodeEnvironment", "MultiNodeQueue", "MultiNodePlacement", "MultiNodeSecurityGroup", "MultiNodeIngress")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The stack with two jobs that differ by their nodes only."""
    template: Path = tmp_path_factory.mktemp("project") / "template.yaml"
    for name in ("layers", "functions", "statemachine", "samconfig.toml"):
        template.with_name(name).symlink_to(ROOT / name)
    text = with_job((ROOT / "template.yaml").read_text(), "One", "one", {"Compute": "ec2"})
    template.write_text(with_job(text, "Many", "many", {"Nodes": '"3"', "Image": "OneImage", "Compute": "untrusted"}))
    images = {f"{key}Image": f"backroom/one@sha256:{'0' * 64}" for key in ("One", "Many")}
    overrides = {"UntrustedCompute": "fargate", **images}
    return rendered(expand(Deployment(template, "local", ACCOUNT, REGION, overrides)))


@pytest.mark.parametrize("network", [OWN, {**GIVEN, "VpcId": "vpc-1"}], ids=["own", "given"])
def test_nodes_are_close_to_each_other_and_scale_to_nothing(network: dict[str, str]) -> None:
    stack = render(**network)
    environment = stack["MultiNodeEnvironment"]
    compute = environment["ComputeResources"]
    assert (environment["Type"], compute["Type"], compute["MinvCpus"]) == ("MANAGED", "EC2", 0)
    assert stack["MultiNodePlacement"] == {"Strategy": "cluster"}
    assert compute["PlacementGroup"]
    assert len(compute["Subnets"]) == 1, "a cluster placement group is in one zone"
    assert len(set(compute["SecurityGroupIds"])) == 2
    assert len(stack["MultiNodeQueue"]["ComputeEnvironmentOrder"]) == 1
    assert stack["MultiNodeQueue"]["JobStateTimeLimitActions"] == stack["SpotQueue"]["JobStateTimeLimitActions"]


def test_only_nodes_reach_nodes() -> None:
    stack = render(**OWN)
    ingress, egress = stack["MultiNodeIngress"], stack["MultiNodeEgress"]
    assert ingress["SourceSecurityGroupId"] == ingress["GroupId"] == egress["DestinationSecurityGroupId"]
    assert "CidrIp" not in {*ingress, *egress}
    (nowhere,) = stack["MultiNodeSecurityGroup"]["SecurityGroupEgress"]
    assert nowhere["CidrIp"] == "127.0.0.1/32"
    assert "SecurityGroupIngress" not in stack["MultiNodeSecurityGroup"]


def test_without_its_vpc_a_given_network_has_no_place_for_nodes_and_all_else_is_there() -> None:
    stack = render(**GIVEN, VpcId="")
    assert not {*PARTS, "MultiNodeEgress"} & set(stack.resources)
    assert stack["PlanFunction"]["Environment"]["Variables"]["BACKROOM_MULTI_NODE_QUEUE"] == ""
    assert len(stack["BatchStateRule"]["EventPattern"]["detail"]["jobQueue"]) == 4


def test_the_queue_of_nodes_is_submitted_to_and_observed() -> None:
    stack = render(**OWN)
    arn = stack["PlanFunction"]["Environment"]["Variables"]["BACKROOM_MULTI_NODE_QUEUE"]
    assert arn.endswith(":job-queue/backroom-multi_node")
    assert arn in stack["BatchStateRule"]["EventPattern"]["detail"]["jobQueue"]
    statements = stack["RunJobRole"]["Policies"][0]["PolicyDocument"]["Statement"]
    (submit,) = [one for one in statements if "batch:SubmitJob" in one["Action"]]
    assert arn in submit["Resource"]


def container(stack: Rendered, job: str) -> dict[str, Any]:
    definition = stack[f"JobDefinition{job}"]
    if definition["Type"] == "container":
        return {**definition["ContainerProperties"]}
    nodes = definition["NodeProperties"]
    assert (nodes["NumNodes"], nodes["MainNode"]) == ("3", 0)
    (every,) = nodes["NodeRangeProperties"]
    assert every["TargetNodes"] == "0:"
    return {**every["Container"]}


def test_a_node_is_what_a_container_by_itself_is(both: Rendered) -> None:
    one, many = container(both, "One"), container(both, "Many")
    for of_its_own in ("Image", "LogConfiguration", "JobRoleArn", "ExecutionRoleArn"):
        one.pop(of_its_own), many.pop(of_its_own)
    assert one == many
    assert {"User", "ReadonlyRootFilesystem"} <= set(many)


def test_a_job_of_several_nodes_is_a_multinode_definition_and_never_on_fargate(both: Rendered) -> None:
    one, many = both["JobDefinitionOne"], both["JobDefinitionMany"]
    assert (one["Type"], many["Type"]) == ("container", "multinode")
    assert "NodeProperties" not in one
    assert "ContainerProperties" not in many
    for same in ("PlatformCapabilities", "RetryStrategy", "Timeout", "PropagateTags", "ResourceRetentionPolicy"):
        assert one[same] == many[same]
    assert many["PlatformCapabilities"] == ["EC2"]
