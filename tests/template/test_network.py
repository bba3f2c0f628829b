"""The stack's own network: made when none is given, without a way in, and with a way out only where it is asked for."""

import ipaddress

import pytest

from scripts.rendering import Rendered, render

NETWORK = "AWS::EC2::"


def kinds(stack: Rendered) -> set[str]:
    """Give the types of the resources of the network, without the launch template's."""
    found = {resource["Type"] for resource in stack.resources.values() if resource["Type"].startswith(NETWORK)}
    return {kind.removeprefix(NETWORK) for kind in found} - {"LaunchTemplate", "PlacementGroup"}


@pytest.fixture(scope="module")
def closed() -> Rendered:
    """The stack with its own network, as it is by default."""
    return render(SecurityGroup="", Subnets="")


@pytest.fixture(scope="module")
def opened() -> Rendered:
    """The stack with its own network and a NAT gateway."""
    return render(SecurityGroup="", Subnets="", Egress="nat")


def test_a_network_that_is_given_is_taken() -> None:
    stack = render(SecurityGroup="sg-1", Subnets="subnet-1,subnet-2")
    assert "VPC" not in kinds(stack)
    for name, environment in stack.of_type("AWS::Batch::ComputeEnvironment").items():
        zones = ["subnet-1", "subnet-2"][: 1 if name == "MultiNodeEnvironment" else 2]
        assert environment["ComputeResources"]["Subnets"] == zones
        assert "sg-1" in environment["ComputeResources"]["SecurityGroupIds"]


def test_without_nat_there_is_no_way_to_the_internet(closed: Rendered) -> None:
    assert not {"InternetGateway", "NatGateway", "Route", "EIP"} & kinds(closed)
    endpoints = closed.of_type("AWS::EC2::VPCEndpoint").values()
    services = {endpoint["ServiceName"].removeprefix("com.amazonaws.eu-central-1.") for endpoint in endpoints}
    wanted = {"s3", "dynamodb", "batch", "ecr.api", "ecr.dkr", "logs", "sts", "secretsmanager"}
    # An instance cannot join its cluster without these (ECS developer guide, "Interface VPC endpoints").
    assert services == wanted | {"ecs", "ecs-agent", "ecs-telemetry"}


def test_with_nat_only_the_gateways_without_a_charge_are_there(opened: Rendered) -> None:
    assert {endpoint["VpcEndpointType"] for endpoint in opened.of_type("AWS::EC2::VPCEndpoint").values()} == {"Gateway"}
    route = opened["NatRoute"]
    assert (route["RouteTableId"], route["DestinationCidrBlock"]) == ("backroom-RouteTable", "0.0.0.0/0")


def test_jobs_run_in_private_subnets_that_do_not_overlap(opened: Rendered) -> None:
    subnets = opened.of_type("AWS::EC2::Subnet")
    networks = [ipaddress.ip_network(subnet["CidrBlock"]) for subnet in subnets.values()]
    assert all(not one.overlaps(other) for one in networks for other in networks if one is not other)
    zones = {subnets[name]["AvailabilityZone"] for name in ("SubnetA", "SubnetB")}
    assert len(zones) == 2
    private = {opened[f"Route{zone}"]["SubnetId"]: opened[f"Route{zone}"]["RouteTableId"] for zone in "AB"}
    assert set(private.values()) == {"backroom-RouteTable"}
    for environment in opened.of_type("AWS::Batch::ComputeEnvironment").values():
        assert set(environment["ComputeResources"]["Subnets"]) <= set(private)


def test_nothing_comes_in(closed: Rendered, opened: Rendered) -> None:
    for stack in (closed, opened):
        assert "SecurityGroupIngress" not in stack["JobsSecurityGroup"]
    (rule,) = closed["EndpointsSecurityGroup"]["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["SourceSecurityGroupId"]) == (443, "backroom-JobsSecurityGroup.GroupId")
    ports = [rule["FromPort"] for rule in closed["JobsSecurityGroup"]["SecurityGroupEgress"]]
    assert ports == [443], "no feeds, no database"


def test_no_gateway_leads_to_a_bucket_or_table_of_another_account(closed: Rendered) -> None:
    for name in ("S3Endpoint", "DynamoDbEndpoint"):
        for statement in closed[name]["PolicyDocument"]["Statement"]:
            if statement["Sid"] == "LayersOfImages":
                assert statement["Action"] == "s3:GetObject"
                assert statement["Resource"] == "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*"
            else:
                assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
