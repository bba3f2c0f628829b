"""Batch's events for EventBridge, and the thread that hands them over, so that a slow listener holds up nothing.

User guide, "AWS Batch EventBridge events": `Batch Job State Change` (children too) and `Batch Job Queue Blocked`.
"""

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from backroom_local.batch.account import Account
from backroom_local.batch.core.effects import Blocked, Changed, Effect
from backroom_local.batch.describing import job_detail

log = logging.getLogger(__name__)
Publish = Callable[[dict[str, Any]], None]

STATE_CHANGE = "Batch Job State Change"
QUEUE_BLOCKED = "Batch Job Queue Blocked"


def event(account: Account, effect: Changed | Blocked, event_id: str) -> dict[str, Any]:
    """A complete event. The detail is JobDetail, in the state that the event tells of."""
    blocked = isinstance(effect, Blocked)
    detail = job_detail(account, effect.job)
    resources = [detail["jobArn"], *([detail["jobQueue"]] if blocked else [])]
    if isinstance(effect, Changed):
        detail["status"] = effect.status.value
    return {
        "version": "0",
        "id": event_id,
        "detail-type": QUEUE_BLOCKED if blocked else STATE_CHANGE,
        "source": "aws.batch",
        "account": account.names.account,
        "time": datetime.fromtimestamp(effect.at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": account.names.region,
        "resources": resources,
        "detail": detail,
    }


class Teller:
    """Publishes events in their order, from a thread of its own."""

    def __init__(self, account: Account, publish: Publish) -> None:
        self._account = account
        self._publish = publish
        self._queue: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="batch-events", daemon=True)
        self._thread.start()

    def record(self, effects: list[Effect]) -> None:
        """Make the events of these effects; they are published soon."""
        for effect in effects:
            if isinstance(effect, Changed | Blocked):
                self._queue.put(event(self._account, effect, str(uuid.uuid4())))

    def close(self) -> None:
        """Publish what is waiting, then end."""
        self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while (told := self._queue.get()) is not None:
            try:
                self._publish(told)
            except Exception:
                log.exception("a Batch event could not be published: %s", told["detail"].get("jobId"))
