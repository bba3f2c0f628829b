"""Lambda's event source mappings of queues: messages are fetched in batches, and deleted when they are dealt with.

docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from backroom_local.rules.targets import Reach

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 0.2
_AT_ONCE = 10
_WORKERS = 8


@dataclass(frozen=True, slots=True)
class QueueSource:
    """A mapping that is enabled."""

    queue_arn: str
    function: str
    batch: int
    partial: bool
    """Whether the function says itself which messages failed (ReportBatchItemFailures)."""


class QueueSources:
    """Feeds functions from queues, one batch of a mapping at a time."""

    def __init__(self, sources: Callable[[], Iterable[QueueSource]], reach: Reach) -> None:
        """Take the mappings, asked for anew at each tick."""
        self._sources, self._reach = sources, reach
        self._busy: set[QueueSource] = set()
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="source")
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="twin-sources", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Fetch no more."""
        self._closed.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        """Look until closed."""
        while not self._closed.wait(_TICK_SECONDS):
            for source in self._sources():
                if source not in self._busy and not self._closed.is_set():
                    self._busy.add(source)
                    self._workers.submit(self._feed, source)

    def _feed(self, source: QueueSource) -> None:
        """Let a function have what its queue holds."""
        try:
            while not self._closed.is_set() and self._feed_batch(source):
                pass
        except Exception as error:
            _LOG.warning("%s to %s: %s", source.queue_arn, source.function, error)
        finally:
            self._busy.discard(source)

    def _feed_batch(self, source: QueueSource) -> bool:
        """Fetch one batch and invoke the function; says whether there was one."""
        sqs = self._reach.client("sqs")
        url = sqs.get_queue_url(QueueName=source.queue_arn.rsplit(":", 1)[1])["QueueUrl"]
        messages = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(_AT_ONCE, source.batch),
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not messages:
            return False
        event = {"Records": [_record(message, source.queue_arn) for message in messages]}
        done = self._reach.invoke(source.function, json.dumps(event).encode(), "RequestResponse")
        failed = (
            _failed(done.payload, source) if not done.function_error else {message["MessageId"] for message in messages}
        )
        for message in messages:
            if message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return True


def _record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """Give a message as Lambda gives it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {key[0].lower() + key[1:]: part for key, part in value.items()}
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": hashlib.md5(message["Body"].encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _failed(payload: bytes, source: QueueSource) -> set[str]:
    """Give the ids of the messages that the function reports as failed."""
    answer = json.loads(payload or b"null") if source.partial else None
    failures = answer.get("batchItemFailures", []) if isinstance(answer, dict) else []
    return {failure["itemIdentifier"] for failure in failures}
