"""Lambda's event source mappings of queues: messages are fetched in batches, and deleted when they are dealt with.

docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from backroom_local.rules.targets import Reach, queue_url

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 0.2
_AT_ONCE = 10
"""Messages that one request of SQS takes or gives at most."""
_WORKERS = 8


@dataclass(frozen=True, slots=True)
class QueueSource:
    """A mapping that is enabled."""

    queue_arn: str
    function: str
    batch: int
    partial: bool
    """Whether the function says itself which messages failed (ReportBatchItemFailures)."""
    role_arn: str
    """The function's role, by which its queue is read."""
    window: float
    """Seconds that a batch is waited for to become full."""


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
        poller = {"Arn": source.queue_arn, "RoleArn": source.role_arn}
        sqs = self._reach.acting("lambda.amazonaws.com", poller).client("sqs")
        url = queue_url(sqs, source.queue_arn)
        messages = self._gather(sqs, url, source)
        if not messages:
            return False
        event = {"Records": [_record(message, source.queue_arn) for message in messages]}
        done = self._reach.invoke(source.function, json.dumps(event).encode(), "RequestResponse")
        failed = (
            _failed(done.payload, source) if not done.function_error else {message["MessageId"] for message in messages}
        )
        _delete(sqs, url, [message for message in messages if message["MessageId"] not in failed])
        return True

    def _gather(self, sqs: Any, url: str, source: QueueSource) -> list[Mapping[str, Any]]:
        """Fetch a batch: what is there, and with a window what comes until it is over or the batch is full."""
        messages, over = _receive(sqs, url, source.batch), time.monotonic() + source.window
        while messages and len(messages) < source.batch and time.monotonic() < over:
            more = _receive(sqs, url, source.batch - len(messages))
            if not more and self._closed.wait(_TICK_SECONDS):
                break
            messages += more
        return messages


def _receive(sqs: Any, url: str, most: int) -> list[Mapping[str, Any]]:
    """Receive what one request can give."""
    found: list[Mapping[str, Any]] = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=min(_AT_ONCE, most),
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    ).get("Messages", [])
    return found


def _delete(sqs: Any, url: str, messages: list[Mapping[str, Any]]) -> None:
    """Delete messages, as many at a time as one request takes."""
    for start in range(0, len(messages), _AT_ONCE):
        some = messages[start : start + _AT_ONCE]
        entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(some)]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)


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
