"""The targets that rules and schedules call: by the service in their ARN, one small function each."""

import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backroom_local.server.functions import Invoke, name_of


class UnknownTargetError(Exception):
    """A target of a service that the twin does not deliver to."""


@dataclass(frozen=True, slots=True)
class Reach:
    """By what targets are called."""

    client: Callable[[str], Any]
    invoke: Invoke
    as_other: Callable[[str, str | None, str | None], "Reach"] | None = None
    """(service, ARN of a role or None, ARN of what it acts for) -> its reach; None where no policies are enforced."""

    def acting(self, principal: str, target: Mapping[str, Any], source: str | None = None) -> "Reach":
        """Give the reach of a service that delivers for `source` to a target, as the role that the target names.

        The policies of log groups are not asked, which a service without a role would need.
        """
        role = target.get("RoleArn")
        if self.as_other is None or (not role and target["Arn"].split(":")[2] == "logs"):
            return self
        return self.as_other(principal, role, source)


_LOG = logging.getLogger(__name__)
_TRIES = 3
Deliver = Callable[[Reach, str, str, Mapping[str, Any]], None]
"""(reach, ARN, text of the input, target) -> None; raises what the service answered."""


def deliver(reach: Reach, arn: str, received: str, target: Mapping[str, Any]) -> None:
    """Call a target with what it receives; raises UnknownTargetError, or what the service answered."""
    service = arn.split(":")[2]
    if service not in _TARGETS:
        raise UnknownTargetError(f"{arn}: rules and schedules deliver to {', '.join(_TARGETS)} only")
    _TARGETS[service](reach, arn, received, target)


def deliver_or_bury(
    reach: Reach, arn: str, received: str, target: Mapping[str, Any], *, name: str, burial: Reach | None = None
) -> None:
    """Call a target, again when it fails; at last its dead-letter queue gets what it should have received.

    `name` is who delivers, for the log; `burial` reaches the queue if it is not done as the target is called.
    EventBridge tries for a day; here the target is in the same process.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return deliver(reach, arn, received, target)
        except Exception as error:
            if attempt == _TRIES:
                _LOG.warning("%s: %s: %s", name, arn, error)
    dead = target.get("DeadLetterConfig", {}).get("Arn")
    if dead:
        deliver(burial or reach, dead, received, {})
    return None


def _function(reach: Reach, arn: str, received: str, _target: Mapping[str, Any]) -> None:
    """Invoke a function, asynchronously."""
    reach.invoke(name_of(arn), received.encode(), "Event")


def _machine(reach: Reach, arn: str, received: str, _target: Mapping[str, Any]) -> None:
    """Start an execution."""
    reach.client("stepfunctions").start_execution(stateMachineArn=arn, input=received, name=str(uuid.uuid4()))


def _queue(reach: Reach, arn: str, received: str, target: Mapping[str, Any]) -> None:
    """Send a message to a queue."""
    client = reach.client("sqs")
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    more = {"MessageGroupId": group} if group else {}
    client.send_message(QueueUrl=queue_url(client, arn), MessageBody=received, **more)


def queue_url(client: Any, arn: str) -> str:
    """Give the URL of a queue, without asking for it, which would need a permission of its own."""
    account, name = arn.split(":")[4:6]
    return f"{client.meta.endpoint_url}/{account}/{name}"


def _topic(reach: Reach, arn: str, received: str, _target: Mapping[str, Any]) -> None:
    """Publish to a topic."""
    reach.client("sns").publish(TopicArn=arn, Message=received)


def _log(reach: Reach, arn: str, received: str, _target: Mapping[str, Any]) -> None:
    """Write into a log group, a stream an event, as EventBridge does."""
    client, group, stream = reach.client("logs"), arn.split(":")[6], str(uuid.uuid4())
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    client.put_log_events(
        logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": _milliseconds(), "message": received}]
    )


def _milliseconds() -> int:
    """Give the wall clock in milliseconds, which CloudWatch Logs checks against its own."""
    return int(time.time() * 1000)


def _bus(reach: Reach, arn: str, received: str, _target: Mapping[str, Any]) -> None:
    """Put an event on another bus."""
    event = json.loads(received)
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "EventBusName": arn.rsplit("/", 1)[1],
    }
    reach.client("events").put_events(Entries=[entry])


def _batch(reach: Reach, arn: str, _received: str, target: Mapping[str, Any]) -> None:
    """Submit a Batch job."""
    wanted = target["BatchParameters"]
    size = wanted.get("ArrayProperties", {}).get("Size")
    more = {"arrayProperties": {"size": size}} if size else {}
    reach.client("batch").submit_job(
        jobName=wanted["JobName"], jobQueue=arn, jobDefinition=wanted["JobDefinition"], **more
    )


_TARGETS: Final[Mapping[str, Deliver]] = {
    "lambda": _function,
    "states": _machine,
    "sqs": _queue,
    "sns": _topic,
    "logs": _log,
    "events": _bus,
    "batch": _batch,
}
