"""boto3 clients that call the twin: one a service and caller, made once."""

import threading
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from backroom_local.service_models import boto
from backroom_local.settings import ACCESS_KEY, SECRET_KEY

_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Keys:
    """Who calls; by default the twin's own administrator."""

    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    token: str | None = None


OWN = Keys()


def service_keys(principal: str, source: str | None = None) -> Keys:
    """Give the keys of a service of AWS, `events.amazonaws.com` for example, for access/callers.py to recognise.

    `source`: the ARN of what it acts for, if that is known.
    """
    return Keys(f"{ACCESS_KEY}.{principal}", token=source)


@dataclass(slots=True)
class Clients:
    """Makes clients for the twin at `url`; safe to use from any thread."""

    url: str
    region: str
    _made: dict[tuple[str, str, bool, Keys], Any] = field(default_factory=dict)
    _session: boto3.session.Session = field(default_factory=boto)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, service: str, keys: Keys = OWN) -> Any:
        """Give the client of a service; it checks its parameters and tries again, as boto3 does."""
        return self._client(service, self.region, keys, engine=False)

    def lazily(self, service: str, keys: Keys = OWN) -> Any:
        """Give something that becomes the client of a service when it is first used."""
        return _Later(self, service, keys)

    def engine(self, service: str, region: str, _role_arn: str | None, keys: Keys = OWN) -> Any:
        """Give the client by which the engine of machines calls a service; it tries once: the machine retries."""
        return self._client(service, region, keys, engine=True)

    def _client(self, service: str, region: str, keys: Keys, *, engine: bool) -> Any:
        """Make a client, or give the one that was made."""
        with self._lock:
            key = (service, region, engine, keys)
            if key not in self._made:
                make: Any = self._session.client
                self._made[key] = make(
                    service,
                    region_name=region,
                    endpoint_url=self.url,
                    aws_access_key_id=keys.access_key,
                    aws_secret_access_key=keys.secret_key,
                    aws_session_token=keys.token,
                    config=_engine_config() if engine else Config(max_pool_connections=_CONNECTIONS),
                )
            return self._made[key]


@dataclass(frozen=True, slots=True)
class _Later:
    """Stands for a client that may never be needed; making one takes 50 ms of CPU."""

    clients: Clients
    service: str
    keys: Keys

    def __getattr__(self, name: str) -> Any:
        """Give what the client has."""
        return getattr(self.clients.get(self.service, self.keys), name)


def _engine_config() -> Config:
    """Give the settings of the engine's clients: no retries, no check of parameters, and patience."""
    return Config(
        max_pool_connections=_CONNECTIONS,
        parameter_validation=False,
        retries={"total_max_attempts": 1},
        connect_timeout=60,
        read_timeout=172_800,
    )
