"""Pages: nextToken says where the next one begins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from backroom_local.batch.api.errors import ClientError
from backroom_local.batch.api.registry import Answer, Request
from backroom_local.batch.names import short

T = TypeVar("T")


def offset(token: str | None) -> int:
    """Where a page begins. Raises ClientError for a token that is none of ours."""
    if token is None:
        return 0
    if not token.isdigit():
        raise ClientError(f"nextToken {token!r} is not valid")
    return int(token)


def chosen(documents: Mapping[str, T], references: Sequence[str] | None) -> list[T]:
    """Those documents that are named by name or ARN and are there; all when nobody is named."""
    names = map(short, references or documents)
    return [documents[name] for name in names if name in documents]


def paged(request: Request, member: str, items: Sequence[T], show: Callable[[T], Any]) -> Answer:
    """An answer with one page of a sequence, at most 100 of it, and the token of the next one."""
    start, size = offset(request.get("nextToken")), min(request.get("maxResults", 100), 100)
    answer: Answer = {member: [show(one) for one in items[start : start + size]]}
    return {**answer, "nextToken": str(start + size)} if start + size < len(items) else answer


def scan(items: Iterable[tuple[int, T]], size: int) -> tuple[list[T], str | None]:
    """One page of what a filter lets through: (position, item) pairs. The token is the position of the next one."""
    found = list(islice(items, size + 1))
    following = str(found[size][0]) if len(found) > size else None
    return [item for _, item in found[:size]], following
