"""The stack: a template applied to the twin, resource by resource, and again after an edit."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from backroom_local.template import intrinsics
from backroom_local.template.errors import DanglingReferenceError, ResourceFailedError, UnknownTypeError
from backroom_local.template.expand import Expanded
from backroom_local.template.order import order
from backroom_local.template.resource import Declared, Made, Site
from backroom_local.template.resources import MAKERS

_ALWAYS = ("AWS::Lambda::Function", "AWS::Lambda::LayerVersion", "AWS::StepFunctions::StateMachine")
"""Types whose files may have changed though their properties have not."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A resource as it was last made, and the digest of what it was made from."""

    made: Made
    digest: str
    type: str


@dataclass(slots=True)
class Stack:
    """What of a template exists on the twin."""

    site: Site
    resources: dict[str, Applied] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def apply(self, expanded: Expanded, progress: Callable[[str], None] = lambda _name: None) -> list[str]:
        """Create or update what the template says, in order; gives the logical ids of what was made or changed.

        Raises TemplateError (by name) for what cannot be; what was made before stays. A resource no longer in the
        template stays too, but is no longer known.
        """
        scope = self._scope(expanded)
        wanted = {
            name: resource
            for name, resource in expanded.body["Resources"].items()
            if "Condition" not in resource or intrinsics.holds(resource["Condition"], scope)
        }
        _check_types(wanted)
        changed = []
        for name in order(wanted):
            progress(name)
            if self._make(name, wanted[name], scope):
                changed.append(name)
        for name in self.resources.keys() - wanted.keys():
            del self.resources[name]
        self.outputs = _outputs(expanded, scope)
        return changed

    def _make(self, name: str, resource: dict[str, Any], scope: intrinsics.Scope) -> bool:
        """Make a resource unless it is there as it shall be; says whether it was made."""
        try:
            properties = intrinsics.resolve(resource.get("Properties", {}), scope)
        except DanglingReferenceError as error:
            raise DanglingReferenceError(f"Resources.{name}: {error}") from error
        digest = _digest(properties)
        before = self.resources.get(name)
        if before is not None and before.digest == digest and resource["Type"] not in _ALWAYS:
            return False
        try:
            made = MAKERS[resource["Type"]](self.site, Declared(name, resource["Type"], properties))
        except (ClientError, BotoCoreError, KeyError, ValueError) as error:
            raise ResourceFailedError(f"Resources.{name} ({resource['Type']}): {_reason(error)}") from error
        self.resources[name] = Applied(made, digest, resource["Type"])
        return before is None or before.digest != digest

    def _scope(self, expanded: Expanded) -> intrinsics.Scope:
        """Give what the template may refer to: parameters, pseudo parameters, and the resources made so far."""
        site = self.site
        known = {
            "AWS::AccountId": site.account,
            "AWS::Region": site.region,
            "AWS::StackName": site.stack,
            "AWS::StackId": site.arn("cloudformation", f"stack/{site.stack}/local"),
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NotificationARNs": [],
            **parameters(expanded),
        }

        def reference(name: str) -> Any:
            """Give what Ref gives."""
            return known[name] if name in known else self._made(name).ref

        def attribute(name: str, attribute: str) -> Any:
            """Give what Fn::GetAtt gives."""
            made = self._made(name)
            if attribute not in made.attributes:
                raise DanglingReferenceError(f"{name} has no attribute {attribute} on the twin")
            return made.attributes[attribute]

        body = expanded.body
        return intrinsics.Scope(reference, attribute, body.get("Mappings", {}), body.get("Conditions", {}))

    def _made(self, name: str) -> Made:
        """Find a resource that was made."""
        if name not in self.resources:
            raise DanglingReferenceError(f"{name} is neither a parameter nor a resource that is created")
        return self.resources[name].made


def _check_types(resources: dict[str, Any]) -> None:
    """Raise UnknownTypeError for the first resource that nothing makes."""
    for name, resource in resources.items():
        if resource["Type"] not in MAKERS:
            raise UnknownTypeError(
                f"Resources.{name}: the twin makes no {resource['Type']}; "
                "give it a maker in backroom_local/template/resources, or a reason in inert.py"
            )


def parameters(expanded: Expanded) -> dict[str, Any]:
    """Give the parameters' values: those of a list type as lists."""
    declared = expanded.body.get("Parameters", {})
    return {
        name: value.split(",") if "List" in declared.get(name, {}).get("Type", "") else value
        for name, value in expanded.parameters.items()
    }


def _outputs(expanded: Expanded, scope: intrinsics.Scope) -> dict[str, str]:
    """Resolve the outputs whose condition holds."""
    return {
        name: str(intrinsics.resolve(output["Value"], scope))
        for name, output in expanded.body.get("Outputs", {}).items()
        if "Condition" not in output or intrinsics.holds(output["Condition"], scope)
    }


def _digest(properties: Any) -> str:
    """Give a digest of a resource's properties."""
    return hashlib.sha256(json.dumps(properties, sort_keys=True, default=str).encode()).hexdigest()


def _reason(error: Exception) -> str:
    """Say why a service refused."""
    return f"has no property {error.args[0]}" if isinstance(error, KeyError) else str(error)
