"""Makers of IAM's resources."""

import json
from typing import Any

from backroom_local.template.resource import Declared, Made, Site
from backroom_local.template.resources.attempt import unless

_THERE = ("EntityAlreadyExists", "EntityAlreadyExistsException")
_UNKNOWN = ("NoSuchEntity",)


def role(site: Site, declared: Declared) -> Made:
    """Create a role, or update its trust; AWS's own policies are attached only where moto has them."""
    properties, client = declared.properties, site.client("iam")
    name = properties.get("RoleName", site.name(declared.logical_id))
    trust = json.dumps(properties["AssumeRolePolicyDocument"])
    wanted = {"RoleName": name, "AssumeRolePolicyDocument": trust, "Path": properties.get("Path", "/")}
    boundary = properties.get("PermissionsBoundary")
    if unless(_THERE, client.create_role, **wanted) is None:
        client.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    if boundary:
        client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    for policy in properties.get("Policies", []):
        _put(client, name, policy["PolicyName"], policy["PolicyDocument"])
    for arn in properties.get("ManagedPolicyArns", []):
        unless(_UNKNOWN, client.attach_role_policy, RoleName=name, PolicyArn=arn)
    about = client.get_role(RoleName=name)["Role"]
    return Made(name, {"Arn": about["Arn"], "RoleId": about["RoleId"]})


def _put(client: Any, role_name: str, name: str, document: Any) -> None:
    """Put an inline policy of a role; moto insists on the version that IAM takes for granted."""
    text = json.dumps({"Version": "2012-10-17", **document})
    client.put_role_policy(RoleName=role_name, PolicyName=name, PolicyDocument=text)


def policy(site: Site, declared: Declared) -> Made:
    """Put an inline policy into the roles that it names."""
    properties, client = declared.properties, site.client("iam")
    for name in properties.get("Roles", []):
        _put(client, name, properties["PolicyName"], properties["PolicyDocument"])
    return Made(properties["PolicyName"])


def managed_policy(site: Site, declared: Declared) -> Made:
    """Create a managed policy, or a new version of it, and attach it to the roles that it names."""
    properties, client = declared.properties, site.client("iam")
    name = properties.get("ManagedPolicyName", site.name(declared.logical_id, 128))
    document, arn = (
        json.dumps({"Version": "2012-10-17", **properties["PolicyDocument"]}),
        f"arn:aws:iam::{site.account}:policy/{name}",
    )
    if unless(_THERE, client.create_policy, PolicyName=name, PolicyDocument=document) is None:
        client.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    for role_name in properties.get("Roles", []):
        client.attach_role_policy(RoleName=role_name, PolicyArn=arn)
    return Made(arn, {"PolicyArn": arn})


def instance_profile(site: Site, declared: Declared) -> Made:
    """Create an instance profile with its role."""
    properties, client = declared.properties, site.client("iam")
    name = properties.get("InstanceProfileName", site.name(declared.logical_id, 128))
    if unless(_THERE, client.create_instance_profile, InstanceProfileName=name) is not None:
        for role_name in properties.get("Roles", []):
            client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role_name)
    return Made(name, {"Arn": client.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]})
