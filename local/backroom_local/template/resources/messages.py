"""Makers of queues and topics."""

import json
from typing import Any

from backroom_local.template.fitting import request
from backroom_local.template.resource import Declared, Made, Site

_NOT_ATTRIBUTES = ("QueueName", "Tags")


def queue(site: Site, declared: Declared) -> Made:
    """Create a queue, or set its attributes."""
    properties = declared.properties
    suffix = ".fifo" if properties.get("FifoQueue") else ""
    name = properties.get("QueueName", site.name(declared.logical_id, 80 - len(suffix)) + suffix)
    attributes = {key: _attribute(value) for key, value in properties.items() if key not in _NOT_ATTRIBUTES}
    client = site.client("sqs")
    found = client.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    url = next((url for url in found if url.rsplit("/", 1)[1] == name), None)
    if url is None:
        url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    elif attributes:
        client.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    return Made(url, {"Arn": site.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def _attribute(value: Any) -> str:
    """Give an attribute of a queue as the text that SQS takes."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def topic(site: Site, declared: Declared) -> Made:
    """Create a topic with the subscriptions that are written at it; one that is there is the same one."""
    name, client = declared.properties.get("TopicName", site.name(declared.logical_id, 256)), site.client("sns")
    arn = client.create_topic(Name=name)["TopicArn"]
    for wanted in declared.properties.get("Subscription", []):
        client.subscribe(TopicArn=arn, Protocol=wanted["Protocol"], Endpoint=wanted["Endpoint"])
    return Made(arn, {"TopicArn": arn, "TopicName": name})


def subscription(site: Site, declared: Declared) -> Made:
    """Subscribe to a topic; the same endpoint again is the same subscription."""
    properties = dict(declared.properties)
    attributes = {
        name: _attribute(properties[name])
        for name in ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
        if name in properties
    }
    wanted = request("sns", "Subscribe", {**properties, "Attributes": attributes, "ReturnSubscriptionArn": True})
    arn = site.client("sns").subscribe(**wanted)["SubscriptionArn"]
    return Made(arn, {"Arn": arn})


def queue_policy(site: Site, declared: Declared) -> Made:
    """Put the policy of queues; it is asked when policies are enforced."""
    text = json.dumps(declared.properties["PolicyDocument"])
    for url in declared.properties["Queues"]:
        site.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    return Made(site.name(declared.logical_id))


def topic_policy(site: Site, declared: Declared) -> Made:
    """Put the policy of topics; it is asked when policies are enforced."""
    text = json.dumps(declared.properties["PolicyDocument"])
    for arn in declared.properties["Topics"]:
        site.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)
    return Made(site.name(declared.logical_id))
