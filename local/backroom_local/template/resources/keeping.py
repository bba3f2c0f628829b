"""Makers of what keeps something: log groups, keys, secrets, parameters, images."""

import json
import secrets
import string
from typing import Any

from backroom_local.template.fitting import request
from backroom_local.template.resource import Declared, Made, Site
from backroom_local.template.resources.attempt import unless


def log_group(site: Site, declared: Declared) -> Made:
    """Create a log group and set its retention."""
    name, client = declared.properties.get("LogGroupName", site.name(declared.logical_id, 512)), site.client("logs")
    unless(("ResourceAlreadyExistsException",), client.create_log_group, logGroupName=name)
    days = declared.properties.get("RetentionInDays")
    if days:
        client.put_retention_policy(logGroupName=name, retentionInDays=int(days))
    return Made(name, {"Arn": site.arn("logs", f"log-group:{name}:*")})


def key(site: Site, declared: Declared) -> Made:
    """Create a key; found again by an alias of the twin's own."""
    client, alias_name = site.client("kms"), f"alias/{site.name(declared.logical_id)}"
    found = unless(("NotFoundException",), client.describe_key, KeyId=alias_name)
    if found is None:
        found = client.create_key(Description=declared.properties.get("Description", ""))
        client.create_alias(AliasName=alias_name, TargetKeyId=found["KeyMetadata"]["KeyId"])
    about, policy = found["KeyMetadata"], declared.properties.get("KeyPolicy")
    if policy:
        client.put_key_policy(KeyId=about["KeyId"], PolicyName="default", Policy=json.dumps(policy))
    return Made(about["KeyId"], {"Arn": about["Arn"], "KeyId": about["KeyId"]})


def alias(site: Site, declared: Declared) -> Made:
    """Name a key."""
    name, target = declared.properties["AliasName"], declared.properties["TargetKeyId"]
    unless(("AlreadyExistsException",), site.client("kms").create_alias, AliasName=name, TargetKeyId=target)
    return Made(name)


def secret(site: Site, declared: Declared) -> Made:
    """Create a secret with the text that is given or generated; one that is there keeps its value."""
    properties, client = declared.properties, site.client("secretsmanager")
    name = properties.get("Name", site.name(declared.logical_id, 256))
    found = unless(("ResourceNotFoundException",), client.describe_secret, SecretId=name)
    if found is None:
        text = properties.get("SecretString") or _generated(properties.get("GenerateSecretString"))
        found = client.create_secret(Name=name, SecretString=text)
    return Made(found["ARN"], {"Id": found["ARN"]})


def _generated(wanted: dict[str, Any] | None) -> str:
    """Make the text of a secret."""
    length = int((wanted or {}).get("PasswordLength", 32))
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def parameter(site: Site, declared: Declared) -> Made:
    """Put a parameter of Systems Manager."""
    properties = {"Name": site.name(declared.logical_id, 1024), **declared.properties}
    site.client("ssm").put_parameter(**request("ssm", "PutParameter", {**properties, "Overwrite": True, "Tags": []}))
    return Made(properties["Name"], {"Value": properties["Value"], "Type": properties["Type"]})


def repository(site: Site, declared: Declared) -> Made:
    """Create a repository of images."""
    name, client = (
        declared.properties.get("RepositoryName", site.name(declared.logical_id, 256).lower()),
        site.client("ecr"),
    )
    unless(("RepositoryAlreadyExistsException",), client.create_repository, repositoryName=name)
    about = client.describe_repositories(repositoryNames=[name])["repositories"][0]
    return Made(name, {"Arn": about["repositoryArn"], "RepositoryUri": about["repositoryUri"]})
