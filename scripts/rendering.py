"""A template as CloudFormation would have it before it creates anything: no function is left, names are made up."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from backroom_local.template.expand import Deployment, Expanded, expand
from backroom_local.template.intrinsics import Scope, holds, resolve
from backroom_local.template.stack import parameters

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT, REGION = "123456789012", "eu-central-1"
_ARNS = {
    "AWS::Batch::ConsumableResource": ("batch", "consumable-resource/{}", "ConsumableResourceName"),
    "AWS::Batch::JobDefinition": ("batch", "job-definition/{}:1", "JobDefinitionName"),
    "AWS::Batch::JobQueue": ("batch", "job-queue/{}", "JobQueueName"),
    "AWS::DynamoDB::Table": ("dynamodb", "table/{}", "TableName"),
    "AWS::Events::Rule": ("events", "rule/{}", "Name"),
    "AWS::KMS::Key": ("kms", "key/{}", "Name"),
    "AWS::Lambda::Function": ("lambda", "function:{}", "FunctionName"),
    "AWS::Logs::LogGroup": ("logs", "log-group:{}:*", "LogGroupName"),
    "AWS::SNS::Topic": ("sns", "{}", "TopicName"),
    "AWS::SQS::Queue": ("sqs", "{}", "QueueName"),
    "AWS::StepFunctions::StateMachine": ("states", "stateMachine:{}", "StateMachineName"),
}
"""Type -> service, form of the ARN, property with the name."""
_REF_IS_ARN = (
    "AWS::Batch::ConsumableResource",
    "AWS::Batch::JobDefinition",
    "AWS::Batch::JobQueue",
    "AWS::SNS::Topic",
    "AWS::StepFunctions::StateMachine",
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The resources whose condition holds, with every function resolved."""

    resources: Mapping[str, Mapping[str, Any]]

    def __getitem__(self, name: str) -> Any:
        """Give the properties of a resource by its logical id."""
        return self.resources[name].get("Properties", {})

    def of_type(self, kind: str) -> dict[str, Any]:
        """Give the properties of every resource of a type, by logical id."""
        return {name: self[name] for name, resource in self.resources.items() if resource["Type"] == kind}


@cache
def render(**overrides: str) -> Rendered:
    """Render template.yaml with the parameters of samconfig.toml's environment `local`, and others in their place.

    The same is given again: nobody is to change it.
    """
    return rendered(expand(Deployment(ROOT / "template.yaml", "local", ACCOUNT, REGION, overrides)))


def rendered(expanded: Expanded) -> Rendered:
    """Render an expanded template."""
    scope = _Names(expanded).scope
    there = {
        name: resource
        for name, resource in expanded.body["Resources"].items()
        if "Condition" not in resource or holds(resource["Condition"], scope)
    }
    return Rendered({name: resolve(resource, scope) for name, resource in there.items()})


def containers(definition: Mapping[str, Any]) -> list[Any]:
    """Give the container of a definition, or those of its nodes."""
    nodes = definition.get("NodeProperties", {}).get("NodeRangeProperties", [])
    return [each["Container"] for each in nodes] or [definition["ContainerProperties"]]


@dataclass(slots=True)
class _Names:
    """What a template refers to."""

    expanded: Expanded
    known: dict[str, Any] = field(init=False)
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        """Take the parameters and the pseudo parameters."""
        body = self.expanded.body
        self.known = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Region": REGION,
            "AWS::StackName": self.expanded.stack,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            **parameters(self.expanded),
        }
        self.scope = Scope(self._reference, self._attribute, body.get("Mappings", {}), body.get("Conditions", {}))

    def _reference(self, name: str) -> Any:
        if name in self.known:
            return self.known[name]
        return self._arn(name) if self._resource(name)["Type"] in _REF_IS_ARN else self._name(name)

    def _attribute(self, name: str, attribute: str) -> Any:
        if attribute == "LatestVersionNumber":
            return self._digest(name)
        return self._arn(name) if attribute == "Arn" else f"{self._name(name)}.{attribute}"

    def _digest(self, name: str) -> str:
        """A version's number goes with what the version is."""
        content = json.dumps(resolve(self._resource(name)["Properties"], self.scope), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def _resource(self, name: str) -> Any:
        return self.expanded.body["Resources"][name]

    def _name(self, name: str) -> str:
        properties, kind = self._resource(name).get("Properties", {}), self._resource(name)["Type"]
        keys = {"AWS::S3::Bucket": "BucketName", "AWS::IAM::Role": "RoleName"}
        key = keys.get(kind) or _ARNS.get(kind, ("", "", ""))[2]
        return str(resolve(properties[key], self.scope)) if key in properties else f"{self.expanded.stack}-{name}"

    def _arn(self, name: str) -> str:
        kind = self._resource(name)["Type"]
        if kind == "AWS::S3::Bucket":
            return f"arn:aws:s3:::{self._name(name)}"
        if kind.startswith("AWS::IAM::"):
            return f"arn:aws:iam::{ACCOUNT}:{kind.rpartition('::')[2].lower()}/{self._name(name)}"
        service, form, _ = _ARNS.get(kind, (kind.split("::")[1].lower(), "{}", ""))
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{form.format(self._name(name))}"
