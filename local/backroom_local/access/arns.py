"""On which resources an operation acts: ARNs made from its parameters, for the services that need nothing more.

The forms are those of the Service Authorization Reference. A parameter that is an ARN already is taken as it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where resources are, and who knows the ARN of what only its service can name."""

    region: str
    account: str
    resolve: Callable[[str, str], str | None] = lambda _service, _name: None
    """(service, name) -> the ARN of a secret or key that has this name or alias; None where there is none."""

    def arn(self, service: str, name: str, form: str = "{}") -> str:
        """Make the ARN of what is named, by its name put into `form`, or by its ARN already."""
        if name.startswith("arn:"):
            return name
        return f"arn:aws:{service}:{self.region}:{self.account}:{form.format(name)}"


Maker = Callable[[Parameters, Place], Iterator[str]]

_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "batch": {
        "jobQueue": "job-queue/{}",
        "jobQueueName": "job-queue/{}",
        "jobDefinition": "job-definition/{}",
        "jobDefinitionName": "job-definition/{}",
        "jobId": "job/{}",
        "computeEnvironment": "compute-environment/{}",
        "computeEnvironmentName": "compute-environment/{}",
        "consumableResource": "consumable-resource/{}",
        "consumableResourceName": "consumable-resource/{}",
        "arn": "{}",
        "resourceArn": "{}",
    },
    "cloudwatch": {"AlarmName": "alarm:{}", "AlarmNames": "alarm:{}", "DashboardName": "dashboard/{}"},
    "ecr": {"repositoryName": "repository/{}"},
    "firehose": {"DeliveryStreamName": "deliverystream/{}"},
    "glue": {"JobName": "job/{}"},
    "kinesis": {"StreamName": "stream/{}", "StreamARN": "{}"},
    "lambda": {"FunctionName": "function:{}", "Resource": "{}"},
    "sns": {"TopicArn": "{}", "TargetArn": "{}", "Name": "{}", "ResourceArn": "{}"},
    "stepfunctions": {
        "stateMachineArn": "{}",
        "executionArn": "{}",
        "activityArn": "{}",
        "mapRunArn": "{}",
        "resourceArn": "{}",
    },
}
"""boto3's name of a service -> parameter, a text or several -> the resource that it names."""


def made(service: str, prefix: str, parameters: Parameters, place: Place) -> Iterator[str]:
    """Give the ARNs that an operation acts on, none for a service or a parameter that the twin knows no form of.

    `service` is boto3's name, `prefix` that of the ARNs.
    """
    if service in _MAKERS:
        yield from _MAKERS[service](parameters, place)
    for name, form in _NAMES.get(service, {}).items():
        value = parameters.get(name, ())
        for each in [value] if isinstance(value, str) else value:
            yield place.arn(prefix, each, form)


def bus(name: str, place: Place) -> str:
    """Give the ARN of an event bus."""
    return place.arn("events", name, "event-bus/{}")


def _rules(parameters: Parameters, place: Place) -> Iterator[str]:
    """Rules of EventBridge, below their bus unless that is the default one."""
    owner, rule = parameters.get("EventBusName", "default"), parameters.get("Rule") or parameters.get("Name")
    if rule:
        yield place.arn("events", f"rule/{rule}" if owner == "default" else f"rule/{owner}/{rule}")


def _schedules(parameters: Parameters, place: Place) -> Iterator[str]:
    """Schedules, below their group."""
    if "Name" in parameters:
        yield place.arn("scheduler", f"schedule/{parameters.get('GroupName', 'default')}/{parameters['Name']}")


def _logs(parameters: Parameters, place: Place) -> Iterator[str]:
    """Log groups, with the `:*` that IAM wants of them, and streams."""
    group, stream = parameters.get("logGroupName"), parameters.get("logStreamName")
    if group:
        yield place.arn("logs", f"log-group:{group}:" + (f"log-stream:{stream}" if stream else "*"))


def _queues(parameters: Parameters, place: Place) -> Iterator[str]:
    """Queues, by the last part of their URL."""
    name = parameters.get("QueueName") or parameters.get("QueueUrl", "").rsplit("/", 1)[-1]
    if name:
        yield place.arn("sqs", name)


def _secrets(parameters: Parameters, place: Place) -> Iterator[str]:
    """Secrets, whose ARNs end with letters that only Secrets Manager knows; it answers itself for what is not there."""
    name = parameters.get("SecretId") or parameters.get("Name")
    if name:
        yield place.resolve("secretsmanager", name) or place.arn("secretsmanager", name, "secret:{}")


def _keys(parameters: Parameters, place: Place) -> Iterator[str]:
    """Keys, by id, ARN or alias."""
    name = parameters.get("KeyId")
    if name:
        yield place.resolve("kms", name) or place.arn("kms", name, "key/{}")


def _parameters(parameters: Parameters, place: Place) -> Iterator[str]:
    """Parameters of Systems Manager, without the slash at their beginning."""
    for name in (parameters.get("Name"), parameters.get("Path"), *parameters.get("Names", ())):
        if name:
            yield place.arn("ssm", name.removeprefix("/"), "parameter/{}")


def _identities(parameters: Parameters, place: Place) -> Iterator[str]:
    """Identities of SES: the sender's address or domain, whichever is verified; templates; sets of configuration."""
    sender = parameters.get("FromEmailAddress") or parameters.get("Source") or parameters.get("EmailIdentity")
    if sender:
        address = sender.rpartition("<")[2].rstrip(">")
        yield place.resolve("ses", address) or place.arn("ses", f"identity/{address}")
    if parameters.get("ConfigurationSetName"):
        yield place.arn("ses", f"configuration-set/{parameters['ConfigurationSetName']}")
    template = parameters.get("Template") or parameters.get("Content", {}).get("Template", {}).get("TemplateName")
    if isinstance(template, str):
        yield place.arn("ses", f"template/{template}")


def _roles(parameters: Parameters, place: Place) -> Iterator[str]:
    """Roles and policies of IAM, which has no region."""
    if "RoleName" in parameters:
        yield f"arn:aws:iam::{place.account}:role/{parameters['RoleName']}"
    elif "PolicyArn" in parameters:
        yield parameters["PolicyArn"]


_MAKERS: Final[Mapping[str, Maker]] = {
    "events": _rules,
    "iam": _roles,
    "kms": _keys,
    "logs": _logs,
    "scheduler": _schedules,
    "secretsmanager": _secrets,
    "ses": _identities,
    "sesv2": _identities,
    "sqs": _queues,
    "ssm": _parameters,
}
