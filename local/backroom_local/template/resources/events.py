"""Makers of EventBridge's resources."""

import json

from backroom_local.template.fitting import request
from backroom_local.template.resource import Declared, Made, Site
from backroom_local.template.resources.attempt import unless


def bus(site: Site, declared: Declared) -> Made:
    """Create an event bus."""
    name, client = declared.properties["Name"], site.client("events")
    unless(("ResourceAlreadyExistsException",), client.create_event_bus, Name=name)
    return Made(name, {"Arn": site.arn("events", f"event-bus/{name}"), "Name": name})


def rule(site: Site, declared: Declared) -> Made:
    """Put a rule with its targets, in place of those that it had."""
    properties = {"Name": site.name(declared.logical_id), "State": "ENABLED", **declared.properties}
    if isinstance(properties.get("EventPattern"), dict):
        properties["EventPattern"] = json.dumps(properties["EventPattern"])
    client, name = site.client("events"), properties["Name"]
    arn = client.put_rule(**request("events", "PutRule", properties))["RuleArn"]
    place = {"Rule": name, "EventBusName": properties.get("EventBusName", "default")}
    stale = [target["Id"] for target in client.list_targets_by_rule(**place)["Targets"]]
    if stale:
        client.remove_targets(**place, Ids=stale)
    if properties.get("Targets"):
        client.put_targets(**request("events", "PutTargets", {**place, "Targets": properties["Targets"]}))
    return Made(name, {"Arn": arn})


def schedule_group(site: Site, declared: Declared) -> Made:
    """Create a group of schedules."""
    name = declared.properties.get("Name", site.name(declared.logical_id))
    unless(("ConflictException",), site.client("scheduler").create_schedule_group, Name=name)
    return Made(name, {"Arn": site.arn("scheduler", f"schedule-group/{name}")})


def schedule(site: Site, declared: Declared) -> Made:
    """Create a schedule, or update it."""
    properties = {"Name": site.name(declared.logical_id), "GroupName": "default", **declared.properties}
    client, name, group = site.client("scheduler"), properties["Name"], properties["GroupName"]
    wanted = request("scheduler", "CreateSchedule", properties)
    if unless(("ResourceNotFoundException",), client.get_schedule, Name=name, GroupName=group) is None:
        client.create_schedule(**wanted)
    else:
        client.update_schedule(**wanted)
    return Made(name, {"Arn": site.arn("scheduler", f"schedule/{group}/{name}")})
