"""Makers of buckets and tables."""

import json
from typing import Any

from backroom_local.template.fitting import request
from backroom_local.template.resource import Declared, Made, Site
from backroom_local.template.resources.attempt import unless

_THERE = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")
_NOT_OF_CREATION = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")


def bucket(site: Site, declared: Declared) -> Made:
    """Create a bucket with its versioning and its events to EventBridge; nothing expires on the twin."""
    name, client = declared.properties.get("BucketName", site.name(declared.logical_id, 63).lower()), site.client("s3")
    unless(_THERE, client.create_bucket, Bucket=name, CreateBucketConfiguration={"LocationConstraint": site.region})
    versioning = declared.properties.get("VersioningConfiguration")
    if versioning:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning["Status"]})
    notices = declared.properties.get("NotificationConfiguration", {})
    if notices.get("EventBridgeConfiguration"):
        client.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    host = f"{name}.s3.amazonaws.com"
    return Made(name, {"Arn": f"arn:aws:s3:::{name}", "DomainName": host, "RegionalDomainName": host})


def bucket_policy(site: Site, declared: Declared) -> Made:
    """Put a bucket's policy, without its conditional statements unless they are enforced: moto applies them always."""
    name, document = declared.properties["Bucket"], declared.properties["PolicyDocument"]
    statements = [each for each in document["Statement"] if site.enforce_iam or not each.get("Condition")]
    if statements:
        policy = json.dumps({**document, "Statement": statements})
        site.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    return Made(name)


def table(site: Site, declared: Declared) -> Made:
    """Create a table with its indexes and its time to live; one that is there stays as it is."""
    properties = {"TableName": site.name(declared.logical_id, 255), **declared.properties}
    wanted = {name: value for name, value in properties.items() if name not in _NOT_OF_CREATION}
    client, name = site.client("dynamodb"), properties["TableName"]
    unless(("ResourceInUseException",), client.create_table, **_table_request(wanted))
    expiry = properties.get("TimeToLiveSpecification")
    if expiry:
        settings = request("dynamodb", "UpdateTimeToLive", {"TableName": name, "TimeToLiveSpecification": expiry})
        unless(("ValidationException",), client.update_time_to_live, **settings)
    about = client.describe_table(TableName=name)["Table"]
    return Made(name, {"Arn": about["TableArn"], "StreamArn": about.get("LatestStreamArn", "")})


def _table_request(properties: dict[str, Any]) -> dict[str, Any]:
    """Give CreateTable's parameters; where CloudFormation and the API name a thing differently, the API's."""
    if "SSESpecification" in properties:
        specification = dict(properties["SSESpecification"])
        specification["Enabled"] = specification.pop("SSEEnabled", False)
        properties = {**properties, "SSESpecification": specification}
    if "StreamSpecification" in properties:
        properties = {**properties, "StreamSpecification": {"StreamEnabled": True, **properties["StreamSpecification"]}}
    return request("dynamodb", "CreateTable", properties)
