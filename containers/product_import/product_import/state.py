"""What is remembered of the last import in the tenant's bucket: by it a feed that has not changed is passed over."""

from dataclasses import asdict, dataclass

import orjson
from backroom.worker import Work

FILE = "imports/state.json"
SCHEMA = 1
"""Raised when the same feed would be read otherwise than before: everything is imported anew then."""


@dataclass(frozen=True, slots=True)
class State:
    """The last import that came to its end."""

    url: str
    etag: str
    digest: str
    fingerprint: str
    """Of the parameters."""
    schema: int = SCHEMA

    def holds(self, url: str, fingerprint: str) -> bool:
        """Say whether another import of this feed would be done the same way."""
        return (self.url, self.fingerprint, self.schema) == (url, fingerprint, SCHEMA)


def read_state(work: Work) -> State | None:
    """Read it; None before the first import. Raises NoPermission, Outage."""
    try:
        return State(**orjson.loads(work.tenant.get(_key(work))))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def write_state(work: Work, state: State) -> None:
    """Write it; raises what `work.put` raises."""
    work.put(None, _key(work), orjson.dumps(asdict(state)), "application/json")


def _key(work: Work) -> str:
    return f"{work.portion.prefix}{FILE}"
