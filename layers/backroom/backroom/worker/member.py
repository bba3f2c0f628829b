"""The tenants of a shared portion, each reached with credentials of its own (docs/architecture.md, Shared portions)."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar, cast

from backroom.worker.bucket import Bucket
from backroom.worker.endings import WrongSetup
from backroom.worker.outputs import Outputs
from backroom.worker.patience import Patience
from backroom.worker.portion import Item, Portion

if TYPE_CHECKING:
    from obstore.store import S3Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Member:
    """One of the tenants. Its methods may be called from any thread."""

    tenant: str
    bucket: Bucket
    """The tenant's bucket, for reading, with the rights of a session that is tagged with this tenant."""
    prefix: str
    params: Mapping[str, object]
    outputs: Outputs

    def get(self, key: str) -> bytes:
        """An object of the tenant's, by its whole key. Raises FileNotFoundError, NoPermission, Outage."""
        return self.bucket.get(key)

    def put(
        self, item: Item | None, key: str, body: bytes, content_type: str, cache_control: str | None = None
    ) -> bool:
        """Write an output for this tenant, as `work.put` does for the only tenant of another portion."""
        return self.outputs.put(item, key, body, content_type, cache_control)


@dataclass(frozen=True, slots=True)
class NoBucket(Bucket):
    """What a shared portion has in place of a tenant's bucket: whoever uses it is told to name a member."""

    name: str = ""
    store: "S3Store" = field(default_factory=lambda: cast("S3Store", None))
    patience: Patience = field(default_factory=lambda: Patience(lambda _seconds: False))

    def _ask(self, verb: str, key: str, request: Callable[[], T]) -> T:  # noqa: ARG002 - nothing is asked
        raise WrongSetup(
            f"{verb} {key}: a portion that several tenants share has no bucket of its own. Use work.member(TENANT), "
            "and name the tenant to work.put"
        )


Open = Callable[[str, str], Bucket]
"""From a tenant and the name of its bucket to the bucket, with that tenant's credentials.

Raises NoPermission, Outage.
"""


@dataclass(slots=True)
class Members:
    """Opens the members' buckets when they are asked for: each takes a session of its own, which takes STS's time."""

    portion: Portion
    outputs: Outputs
    """What is written is written by the same rule and token whoever it is for."""
    open: Open
    _known: dict[str, Member] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, tenant: str) -> Member:
        """The member of that id. Raises WrongSetup if it is none, NoPermission, Outage."""
        with self._lock:
            known = self._known.get(tenant)
        if known is not None:
            return known
        opened = self._opened(tenant)
        with self._lock:
            return self._known.setdefault(tenant, opened)

    def _opened(self, tenant: str) -> Member:
        home = self.portion.members.get(tenant)
        if home is None:
            raise WrongSetup(
                f"tenant {tenant!r} is no member of portion {self.portion.portion} ({self.portion.tenant}), which has "
                f"{len(self.portion.members)}: take the ids from portion.members"
            )
        # The bytes of all members are counted together, as those of the portion.
        bucket = replace(self.open(tenant, home.bucket), traffic=self.outputs.bucket.traffic)
        return Member(tenant, bucket, home.prefix, home.params, replace(self.outputs, bucket=bucket))
