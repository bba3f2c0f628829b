"""The places outside of the engine where moto calls what the twin has its own of: functions, rules, answers with items.

Each is one method of moto's backends; tests/unit/twin/test_gaps.py holds the pinned version to them.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend, lambda_simple_backends
from moto.core.config import default_user_config
from moto.core.serialize import BaseJSONSerializer
from moto.events.models import Rule as MotoRule
from moto.events.models import events_backends
from moto.moto_api import state_manager
from moto.scheduler.models import scheduler_backends
from moto.sqs import models as sqs_models
from moto.sqs.models import SQSBackend, sqs_backends

from backroom_local.rules.dispatch import Rule
from backroom_local.rules.event import Event, plain
from backroom_local.rules.sources import QueueSource
from backroom_local.schedules.ticker import Schedule
from backroom_local.server.functions import Invoke, name_of

_CREATE_MAPPING: Any = LambdaBackend.create_event_source_mapping
_MILLISECONDS: Any = sqs_models.unix_time_millis
_SERIALIZE_STRUCTURE: Any = BaseJSONSerializer._serialize_type_structure


def configure(enforce_iam: bool = False) -> None:
    """Have moto execute machines, and call functions by its simple backend, which `take_functions` replaces.

    With `enforce_iam` it has AWS's own managed policies too, which costs 0.7 s of CPU.
    """
    default_user_config["iam"] = {"load_aws_managed_policies": enforce_iam}
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    default_user_config["lambda"] = {"use_docker": False}
    default_user_config["batch"] = {"use_docker": False}
    # A Glue job's run starts, runs and succeeds, in a second each; moto would have it succeed before it is looked at.
    state_manager.set_transition("glue::job_run", {"progression": "time", "seconds": 1})


def take_functions(invoke: Invoke) -> None:
    """Answer what moto's other services invoke (SNS, S3, streams, logs) by the twin's function host.

    Always asynchronously: moto invokes while it answers a request, which the function may be about to make as well.
    """

    def invoke_by_name(
        _self: Any, function_name: str, _qualifier: Any, body: Any, _headers: Any, _response_headers: Any
    ) -> bytes:
        """Invoke a function as moto's Lambda backend does."""
        content = body.encode() if isinstance(body, str) else body or b"{}"
        return invoke(name_of(function_name), content, "Event").payload

    def invoke_function(self: Any, body: Any, request_headers: Any, response_headers: Any) -> bytes:
        """Invoke a function as moto's own object of it does."""
        return invoke_by_name(None, self.function_name, None, body, request_headers, response_headers)

    LambdaSimpleBackend.invoke = invoke_by_name
    LambdaFunction.invoke = invoke_function


def shorten_items() -> None:
    """Have moto write of a DynamoDB value the one member that it has.

    moto asks each value for all ten that it could have, each under several names: nine tenths of what a query costs.
    """

    def serialize(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        """Serialize a structure as moto does."""
        if shape.name != "AttributeValue" or type(value) is not dict:
            _SERIALIZE_STRUCTURE(self, serialized, value, shape, key)
            return
        given: dict[str, Any] = {}
        for member, content in value.items():
            self._serialize(given, content, shape.members[member], member)
        self._default_serialize(serialized, given, shape, key)

    BaseJSONSerializer._serialize_type_structure = serialize


def take_events(put: Callable[[Event, str], None]) -> None:
    """Hand what is put on a bus to the twin's dispatcher; moto offers it to each rule of the bus."""

    def send(self: Any, original_event: Any, transform_input: bool = True) -> None:  # noqa: ARG001
        """Take an event on, once, though every rule of the bus is offered it."""
        backend = events_backends[self.account_id][self.region_name]
        first: Any = next(iter(backend.describe_event_bus(self.event_bus_name).rules.values()), None)
        if first is self:
            put(plain(original_event), self.event_bus_name)

    MotoRule.send_to_targets = send


def schedules(account: str, region: str) -> Iterator[Schedule]:
    """Give the enabled schedules of all groups."""
    backend = scheduler_backends[account][region]
    for group in list(backend.schedule_groups.values()):
        for schedule in list(group.schedules.values()):
            if schedule.state == "ENABLED":
                yield Schedule(
                    schedule.arn,
                    schedule.schedule_expression,
                    schedule.schedule_expression_timezone,
                    _time(schedule.start_date or schedule.creation_date),
                    _time(schedule.end_date) if schedule.end_date else None,
                    schedule.target,
                )


def _time(seconds: Any) -> datetime:
    """Give a time that moto holds in seconds."""
    return datetime.fromtimestamp(float(seconds), UTC)


def queue_sources(account: str, region: str) -> Iterator[QueueSource]:
    """Give the enabled mappings of queues to functions."""
    backend = lambda_simple_backends[account][region]
    for mapping in list(backend._event_source_mappings.values()):
        if mapping.enabled and ":sqs:" in mapping.event_source_arn:
            name = name_of(mapping.function_arn)
            partial = "ReportBatchItemFailures" in (mapping.function_response_types or [])
            role = backend.get_function(name).role
            window = float(mapping.max_batch_window or 0)
            yield QueueSource(mapping.event_source_arn, name, mapping.batch_size, partial, role, window)


def take_queue_sources() -> None:
    """Cut off moto's own way to feed functions from queues: within SendMessage, and never again when it fails."""

    def create(self: Any, spec: Any) -> Any:
        """Create a mapping that the queue does not know of."""
        mapping = _CREATE_MAPPING(self, spec)
        queue = sqs_backends[self.account_id][self.region_name].queues.get(mapping.event_source_arn.rsplit(":", 1)[1])
        if queue is not None:
            queue.lambda_event_source_mappings = {}
        return mapping

    LambdaBackend.create_event_source_mapping = create


def quicken_queues() -> None:
    """Let moto's queues hold thousands of messages.

    For each message that it receives it counts all others three times, to learn how long the queue keeps messages, and
    for each that it counts it computes the time by calendars, which is ten times slower than by the clock.
    """

    def is_kept(self: Any, queue_name: str, message: Any) -> bool:
        """Say whether a message is younger than its queue keeps messages."""
        kept = self.get_queue(queue_name).message_retention_period
        return bool(kept + message.sent_timestamp / 1000 > time.time())

    def milliseconds(dt: Any = None) -> Any:
        """Give a time, or what it is now, in milliseconds."""
        return time.time() * 1000 if dt is None else _MILLISECONDS(dt)

    SQSBackend.is_message_valid_based_on_retention_period = is_kept
    sqs_models.unix_time_millis = milliseconds


def rules(account: str, region: str, bus: str) -> Iterator[Rule]:
    """Give the enabled rules of a bus that have a pattern; a rule by schedule matches no event."""
    backend = events_backends[account][region]
    for rule in list(backend.describe_event_bus(bus).rules.values()):
        if rule.state != "DISABLED" and rule.event_pattern.dump():
            yield Rule(rule.name, rule.event_pattern.matches_event, tuple(rule.targets), rule.arn)
