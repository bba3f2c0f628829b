"""Queues: where work waits and for what, what it runs on, and what is shared."""

from collections.abc import Sequence
from dataclasses import dataclass

from backroom_console.connection import Connection
from backroom_console.phrases import first
from backroom_console.reader import Reader
from backroom_console.reasons.asking import Asking
from backroom_console.reasons.batch import read_queue, read_resource
from backroom_console.reasons.finding import Finding, Reason
from backroom_console.reasons.queues import Environment, Queue, Resource
from backroom_console.web.marks import Segment, Tone, share
from backroom_console.web.page import Asked, Page
from backroom_console.web.queue_load import Front, Load, read_front, read_load

_FRONT = 5
"""Batch jobs at the front of a queue that are named."""
_HOLDERS = 5
_TONES = {
    Reason.IDLE: Tone.CALM,
    Reason.WORKING: Tone.BUSY,
    Reason.WAITING_FOR_CAPACITY: Tone.WARN,
    Reason.WAITING_FOR_RESOURCE: Tone.WARN,
}


@dataclass(frozen=True, slots=True)
class EnvironmentCard:
    """An environment with how much of it is in use."""

    environment: Environment

    @property
    def bar(self) -> list[Segment]:
        """Draw how many of its vCPUs it has or has asked for."""
        return share(self.environment.desired or 0, self.environment.most)


@dataclass(frozen=True, slots=True)
class ShareCard:
    """A share of a queue's fair-share policy, with how much of what is in use it has."""

    name: str
    vcpus: float
    total: float

    @property
    def bar(self) -> list[Segment]:
        """Draw it against what all have."""
        return share(self.vcpus, self.total)


@dataclass(frozen=True, slots=True)
class QueueCard:
    """A queue."""

    short: str
    queue: Queue
    finding: Finding
    environments: Sequence[EnvironmentCard]
    front: Sequence[Front]
    loads: Sequence[Load]

    @property
    def running(self) -> int:
        """Containers that run."""
        return sum(load.running for load in self.loads)

    @property
    def waiting(self) -> int:
        """Containers that wait."""
        return sum(load.waiting for load in self.loads)

    @property
    def shares(self) -> list[ShareCard] | None:
        """List its shares, who has most first; None where it has no fair-share policy."""
        usage = self.queue.usage
        if usage is None or usage.shares is None:
            return None
        return [ShareCard(name, vcpus, usage.vcpus) for name, vcpus in usage.shares]

    @property
    def tone(self) -> Tone:
        """Say how well it is."""
        return _TONES.get(self.finding.reason, Tone.BAD)


@dataclass(frozen=True, slots=True)
class ResourceCard:
    """A consumable resource, and who holds it."""

    resource: Resource

    @property
    def used(self) -> int:
        """How much of it is held."""
        return self.resource.total - self.resource.available

    @property
    def bar(self) -> list[Segment]:
        """Draw what is held of it."""
        return share(self.used, self.resource.total)

    @property
    def holders(self) -> str:
        """Name who holds some of it."""
        return first(self.resource.holders, _HOLDERS)


@dataclass(frozen=True, slots=True)
class QueuesView:
    """What the page shows."""

    queues: Sequence[QueueCard]
    resources: Sequence[ResourceCard]


def build(reader: Reader, asked: Asked) -> Page:
    """Build the page; raises WrongStackError where a queue of the outputs is gone."""
    view = asked.site.queues.get("", lambda: _read(reader))
    return Page("queues/page.html", view, parts={"list": "queues/list.html"})


def _read(reader: Reader) -> QueuesView:
    connection = reader.connection
    cards = [_card(reader, arn) for arn in connection.outputs.queues]
    return QueuesView(cards, [ResourceCard(read_resource(connection, name)) for name in _resources(connection)])


def _card(reader: Reader, arn: str) -> QueueCard:
    connection, queue = reader.connection, read_queue(reader.connection, arn)
    environments = [EnvironmentCard(one) for one in queue.environments]
    front, load = read_front(connection, queue.front[:_FRONT]), read_load(connection, arn)
    short = queue.name.removeprefix(f"{connection.outputs.stack}-")
    return QueueCard(short, queue, Asking(reader).of_read_queue(arn, queue), environments, front, load)


def _resources(connection: Connection) -> list[str]:
    """Name the stack's consumable resources."""
    filters = [{"name": "CONSUMABLE_RESOURCE_NAME", "values": [f"{connection.outputs.stack}-*"]}]
    pages = connection.batch.get_paginator("list_consumable_resources").paginate(filters=filters)
    return sorted(one["consumableResourceName"] for page in pages for one in page["consumableResources"])
