"""Clients of those for whom the twin acts when policies are enforced: machines, schedules, rules, pollers of queues."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backroom_local.clients import Clients, Keys, service_keys
from backroom_local.execution.role_sessions import RoleSessions
from backroom_local.functions.invocation import Invocation
from backroom_local.rules.targets import Reach


@dataclass(frozen=True, slots=True)
class Acting:
    """Acts as roles that services of AWS assume, or as the services themselves; safe from any thread."""

    clients: Clients
    _roles: dict[Keys, RoleSessions] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def engine(self, service: str, region: str, role_arn: str | None) -> Any:
        """Give the client by which the engine of machines calls a service as a machine's role.

        Raises ClientError when Step Functions may not assume the role.
        """
        return self.clients.engine(service, region, role_arn, self._keys("states.amazonaws.com", role_arn))

    def reach(self, principal: str, role_arn: str | None, source: str | None = None) -> Reach:
        """Give the reach of a service that acts for `source` as a role, or as itself where it is given none."""

        def client(service: str) -> Any:
            """Give the client of a service. Raises ClientError when the role cannot be assumed."""
            return self.clients.get(service, self._keys(principal, role_arn, source))

        return Reach(client, _invoke_by(client))

    def _keys(self, principal: str, role_arn: str | None, source: str | None = None) -> Keys:
        """Give the keys of a role's session, or of the service itself."""
        service = service_keys(principal, source)
        if not role_arn:
            return service
        with self._lock:
            if service not in self._roles:
                self._roles[service] = RoleSessions(self.clients.lazily("sts", service))
        given = self._roles[service].credentials(role_arn)
        return Keys(given.access_key_id, given.secret_access_key, given.token)


def _invoke_by(client: Callable[[str], Any]) -> Callable[[str, bytes, str], Invocation]:
    """Give what invokes functions over their API, where policies are asked."""

    def invoke(name: str, payload: bytes, kind: str) -> Invocation:
        """Invoke a function. Raises ClientError."""
        done = client("lambda").invoke(FunctionName=name, Payload=payload, InvocationType=kind)
        return Invocation(done["StatusCode"], done["Payload"].read(), done.get("FunctionError"))

    return invoke
