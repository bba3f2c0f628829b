"""boto3 clients that call the twin: one a service and role, made once."""

import threading
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from backroom_local.service_models import boto
from backroom_local.settings import ACCESS_KEY, SECRET_KEY

_CONNECTIONS = 64


@dataclass(slots=True)
class Clients:
    """Makes clients for the twin at `url`; safe to use from any thread."""

    url: str
    region: str
    _made: dict[tuple[str, str, bool], Any] = field(default_factory=dict)
    _session: boto3.session.Session = field(default_factory=boto)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, service: str) -> Any:
        """Give the client of a service; it checks its parameters and tries again, as boto3 does."""
        return self._client(service, self.region, engine=False)

    def lazily(self, service: str) -> Any:
        """Give something that becomes the client of a service when it is first used."""
        return _Later(self, service)

    def engine(self, service: str, region: str, _role_arn: str | None) -> Any:
        """Give the client by which the engine of machines calls a service; it tries once: the machine retries."""
        return self._client(service, region, engine=True)

    def _client(self, service: str, region: str, *, engine: bool) -> Any:
        """Make a client, or give the one that was made."""
        with self._lock:
            key = (service, region, engine)
            if key not in self._made:
                make: Any = self._session.client
                self._made[key] = make(
                    service,
                    region_name=region,
                    endpoint_url=self.url,
                    aws_access_key_id=ACCESS_KEY,
                    aws_secret_access_key=SECRET_KEY,
                    config=_engine_config() if engine else Config(max_pool_connections=_CONNECTIONS),
                )
            return self._made[key]


@dataclass(frozen=True, slots=True)
class _Later:
    """Stands for a client that may never be needed; making one takes 50 ms of CPU."""

    clients: Clients
    service: str

    def __getattr__(self, name: str) -> Any:
        """Give what the client has."""
        return getattr(self.clients.get(self.service), name)


def _engine_config() -> Config:
    """Give the settings of the engine's clients: no retries, no check of parameters, and patience."""
    return Config(
        max_pool_connections=_CONNECTIONS,
        parameter_validation=False,
        retries={"total_max_attempts": 1},
        connect_timeout=60,
        read_timeout=172_800,
    )
