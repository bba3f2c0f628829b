"""What is remembered of the last feed in the tenant's bucket: by it one that has not changed is passed over."""

from dataclasses import asdict, dataclass

import orjson

from backroom.worker import Work


@dataclass(frozen=True, slots=True)
class State:
    """The last feed that came to its end."""

    url: str
    etag: str
    digest: str
    fingerprint: str
    """Of the parameters."""
    schema: int
    """Of the reader: another one would read the same feed otherwise."""


def read_state(work: Work, name: str, schema: int, url: str) -> State | None:
    """Read it, NAME behind the prefix; None if there is none by which the feed of this URL would be read the same way.

    Raises NoPermission, Outage.
    """
    try:
        state = State(**orjson.loads(work.tenant.get(_key(work, name))))
    except (FileNotFoundError, TypeError, ValueError):
        return None
    same = (state.url, state.fingerprint, state.schema) == (url, work.portion.fingerprint, schema)
    return state if same else None


def write_state(work: Work, name: str, state: State) -> None:
    """Write it; raises what `work.put` raises."""
    work.put(None, _key(work, name), orjson.dumps(asdict(state)), "application/json")


def _key(work: Work, name: str) -> str:
    return f"{work.portion.prefix}{name}"
