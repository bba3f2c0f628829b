"""Lambda on the twin: functions by name, invoked."""

import logging
import secrets
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from botocore.exceptions import ClientError

from backroom_local.execution.logs import LogStore, LogWriter
from backroom_local.execution.role_sessions import RoleSessions
from backroom_local.execution.source import stamp
from backroom_local.execution.supervisor import Supervisor
from backroom_local.functions.environment import Surroundings, compose
from backroom_local.functions.invocation import Invocation, failure
from backroom_local.functions.pool import Pool
from backroom_local.functions.worker import Request, Worker
from backroom_local.template.resource import FunctionSource

RETRY_DELAYS: Final = (60.0, 120.0)
"""Seconds before the second and the third try of an asynchronous invocation that failed.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Registered:
    function: FunctionSource
    pool: Pool


class FunctionHost:
    """Runs functions; safe from any thread."""

    def __init__(
        self,
        supervisor: Supervisor,
        logs: LogStore,
        around: Surroundings,
        arn_prefix: str,
        roles: RoleSessions | None = None,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        """`arn_prefix`: `arn:aws:lambda:REGION:ACCOUNT:function`. Without `roles`, functions have the ambient keys."""
        self._supervisor, self._logs, self._around = supervisor, logs, around
        self._arn_prefix, self._roles, self._retry_delays = arn_prefix, roles, retry_delays
        self._functions: dict[str, _Registered] = {}
        self._lock = threading.Lock()
        self._events = ThreadPoolExecutor(8, thread_name_prefix="event")
        self._closing = threading.Event()

    def register(self, function: FunctionSource) -> None:
        """Run `function` from now on under its name; what runs of an earlier one ends when it is done."""
        folders = (function.source, *function.layers, *self._around.python_path)
        pool = Pool(partial(self._start, function), partial(stamp, folders))
        with self._lock:
            earlier = self._functions.pop(function.name, None)
            self._functions[function.name] = _Registered(function, pool)
        if earlier:
            earlier.pool.close()

    def remove(self, name: str) -> None:
        """Forget a function. Raises KeyError for one that is not registered."""
        with self._lock:
            self._functions.pop(name).pool.close()

    def invoke(self, name: str, payload: bytes, invocation_type: str = "RequestResponse") -> Invocation:
        """Invoke a function. Raises KeyError for one that is not registered.

        `RequestResponse` waits for the answer, `Event` does not and tries again twice, `DryRun` does nothing.
        """
        registered = self._functions[name]
        if invocation_type == "DryRun":
            return Invocation(204)
        if invocation_type == "Event":
            self._events.submit(self._attempt, registered, str(uuid.uuid4()), payload, self._retry_delays)
            return Invocation(202)
        return self._call(registered, str(uuid.uuid4()), payload)

    def close(self) -> None:
        """End all processes of functions; the supervisor is whose it is."""
        self._closing.set()
        self._events.shutdown(wait=False, cancel_futures=True)
        for name in tuple(self._functions):
            self.remove(name)

    def _attempt(self, registered: _Registered, request_id: str, payload: bytes, delays: tuple[float, ...]) -> None:
        """One try of an asynchronous invocation; a failed one is tried again, with the same request id."""
        done = self._call(registered, request_id, payload)
        if not done.function_error or self._closing.is_set():
            return
        if not delays:
            _log.warning("%s failed for the last time: %s", registered.function.name, done.payload.decode())
            return
        again = threading.Timer(delays[0], self._again, (registered, request_id, payload, delays[1:]))
        again.daemon = True
        again.start()

    def _again(self, *invocation: object) -> None:
        if not self._closing.is_set():
            self._events.submit(self._attempt, *invocation)  # type: ignore[arg-type]

    def _call(self, registered: _Registered, request_id: str, payload: bytes) -> Invocation:
        function = registered.function
        arn = f"{self._arn_prefix}:{function.name}"
        try:
            with registered.pool.lend() as worker:
                return worker.invoke(Request(request_id, arn, payload, float(function.timeout)))
        except (OSError, ClientError) as error:
            return failure("Runtime.InvalidEntrypoint", f"{function.name} cannot be started: {error}")

    def _start(self, function: FunctionSource) -> Worker:
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{secrets.token_hex(16)}"
        role = self._roles.credentials(function.role_arn) if self._roles else None
        environment = compose(function, self._around, stream, role)
        return Worker(self._supervisor, function, environment, LogWriter(self._logs, function.log_group, stream))
