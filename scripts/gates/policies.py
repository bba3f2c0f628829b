"""Asks cloudsplaining what the policies of rendered templates allow, and ends with 1 if it is too much."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cloudsplaining.scan.policy_document import PolicyDocument

RISKS = (
    "all_allowed_unrestricted_actions",
    "allows_privilege_escalation",
    "allows_data_exfiltration_actions",
    "permissions_management_without_constraints",
    "service_wildcard",
)
"""Of what cloudsplaining finds all but credentials: ECR's GetAuthorizationToken knows no narrower resource."""


def documents(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every policy of the roles and managed policies of a template, with the resource's name."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            yield name, properties["PolicyDocument"]
        elif resource["Type"] == "AWS::IAM::Role":
            yield from ((name, policy["PolicyDocument"]) for policy in properties.get("Policies", []))


def findings(template: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each risk of each policy."""
    for name, document in documents(template):
        policy = PolicyDocument(document)
        for risk in RISKS:
            if found := getattr(policy, risk):
                yield f"{name}: {risk.replace('_', ' ')}: {found}"


def main() -> int:
    """Print what is found in the templates that the command line names."""
    found = [line for path in sys.argv[1:] for line in findings(json.loads(Path(path).read_text()))]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
