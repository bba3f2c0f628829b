"""Environments, queues and definitions: what AWS Batch asks of who wants instances, or none, and changes of both."""

from typing import Any

import pytest

from scripts.rendering import Rendered, containers, render

SCRATCH = "/tmp"  # noqa: S108 - in the container
EC2 = ("SpotEnvironment", "OnDemandEnvironment")
FARGATE = ("FargateSpotEnvironment", "FargateEnvironment")


@pytest.fixture(scope="module")
def stack() -> Rendered:
    """The stack on Fargate where that is asked for."""
    return render(UntrustedCompute="fargate")


def test_each_environment_is_of_its_kind_and_scales_to_nothing(stack: Rendered) -> None:
    kinds = {name: stack[name]["ComputeResources"]["Type"] for name in EC2 + FARGATE}
    assert list(kinds.values()) == ["SPOT", "EC2", "FARGATE_SPOT", "FARGATE"]
    for name in EC2:
        compute = stack[name]["ComputeResources"]
        assert compute["MinvCpus"] == 0
        assert not {"BidPercentage", "SpotIamFleetRole"} & set(compute), "neither strategy needs them"
    for name in FARGATE:
        assert not {"MinvCpus", "InstanceTypes", "LaunchTemplate", "Tags"} & set(stack[name]["ComputeResources"])


def test_environments_are_updated_in_place(stack: Rendered) -> None:
    """https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html says what forbids it."""
    for environment in stack.of_type("AWS::Batch::ComputeEnvironment").values():
        assert environment["ReplaceComputeEnvironment"] is False
        assert not {"ComputeEnvironmentName", "ServiceRole"} & set(environment)
        compute = environment["ComputeResources"]
        if not compute["Type"].startswith("FARGATE"):
            assert compute["AllocationStrategy"] != "BEST_FIT"
            assert environment["UpdatePolicy"] == {"TerminateJobsOnUpdate": False, "JobExecutionTimeoutMinutes": 60}
            assert compute["UpdateToLatestImageVersion"] is True


@pytest.mark.parametrize("change", [{"RegistryAuthData": '{"registry.example": {"auth": "x"}}'}])
def test_a_change_of_the_user_data_reaches_every_environment_of_instances(
    stack: Rendered, change: dict[str, str]
) -> None:
    other = render(UntrustedCompute="fargate", **change)
    changed = {name for name, made in stack.of_type("AWS::Batch::ComputeEnvironment").items() if other[name] != made}
    instances = {
        name
        for name, made in stack.of_type("AWS::Batch::ComputeEnvironment").items()
        if not made["ComputeResources"]["Type"].startswith("FARGATE")
    }
    assert changed == instances >= set(EC2)


def test_what_lost_its_instance_goes_where_none_is_reclaimed(stack: Rendered) -> None:
    queues = stack.of_type("AWS::Batch::JobQueue")
    order = {
        name: [entry["ComputeEnvironment"].removeprefix("backroom-") for entry in queue["ComputeEnvironmentOrder"]]
        for name, queue in queues.items()
    }
    assert order["SpotQueue"] == [*EC2]
    assert order["OnDemandQueue"] == ["OnDemandEnvironment"]
    assert order["FargateSpotQueue"] == [*FARGATE]
    assert order["FargateQueue"] == ["FargateEnvironment"]
    for first, then in (("SpotQueue", "OnDemandQueue"), ("FargateSpotQueue", "FargateQueue")):
        assert queues[then]["Priority"] > queues[first]["Priority"]


def test_what_can_never_run_holds_up_no_queue(stack: Rendered) -> None:
    for name, queue in stack.of_type("AWS::Batch::JobQueue").items():
        limits = queue["JobStateTimeLimitActions"]
        assert {(limit["Action"], limit["State"]) for limit in limits} == {("CANCEL", "RUNNABLE")}, name
        assert all(600 <= limit["MaxTimeSeconds"] <= 86_400 for limit in limits), "as AWS Batch takes them"
        assert {limit["Reason"].partition(":")[0] for limit in limits} == {"MISCONFIGURATION", "CAPACITY"}


def test_containers_are_not_root_and_cannot_write_their_image(stack: Rendered) -> None:
    for definition in stack.of_type("AWS::Batch::JobDefinition").values():
        for made in containers(definition):
            assert made["User"] == "10001"
            assert made["ReadonlyRootFilesystem"] is True
            assert made["LinuxParameters"]["InitProcessEnabled"] is True
            assert not made.get("Privileged")


def container(stack: Rendered, job: str) -> Any:
    """Give the container of a job's definition."""
    return stack[f"JobDefinition{job}"]["ContainerProperties"]


@pytest.mark.parametrize("job", ["ImageResize", "ProductImport"])
def test_who_opens_what_tenants_send_shares_no_kernel(stack: Rendered, job: str) -> None:
    assert stack[f"JobDefinition{job}"]["PlatformCapabilities"] == ["FARGATE"]
    made = container(stack, job)
    assert "Tmpfs" not in made["LinuxParameters"], "Fargate has none"
    assert made["Volumes"] == [{"Name": "tmp"}]
    assert made["MountPoints"] == [{"ContainerPath": SCRATCH, "SourceVolume": "tmp", "ReadOnly": False}]
    assert 21 <= int(made["EphemeralStorage"]["SizeInGiB"]) <= 200
    assert made["NetworkConfiguration"] == {"AssignPublicIp": "DISABLED"}
    assert made["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    rules = stack[f"JobDefinition{job}"]["RetryStrategy"]["EvaluateOnExit"]
    assert rules[0] == {"Action": "RETRY", "OnStatusReason": "Your Spot Task was interrupted*"}
    assert len(rules) <= 5, "AWS Batch takes five rules"


def test_on_instances_there_is_nothing_of_fargate() -> None:
    stack = render(UntrustedCompute="ec2")
    found = stack.of_type("AWS::Batch::JobDefinition").values()
    for made in (made for one in found if one["PlatformCapabilities"] == ["EC2"] for made in containers(one)):
        assert not {"NetworkConfiguration", "FargatePlatformConfiguration", "EphemeralStorage", "Volumes"} & set(made)
    assert container(stack, "ImageResize")["LinuxParameters"]["Tmpfs"][0]["ContainerPath"] == SCRATCH
    rules = stack["JobDefinitionImageResize"]["RetryStrategy"]["EvaluateOnExit"]
    assert rules[0] == {"Action": "RETRY", "OnStatusReason": "Host EC2*"}


def test_a_private_registry_is_asked_with_its_secret() -> None:
    secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:registry-AbCdEf"
    assert container(render(RegistrySecret=secret), "Sitemap")["RepositoryCredentials"] == {
        "CredentialsParameter": secret
    }
    assert "RepositoryCredentials" not in container(render(), "Sitemap")
