"""Pages: nextToken says where the next one begins."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar

from backroom_local.batch.api.errors import ClientError

T = TypeVar("T")


def offset(token: str | None) -> int:
    """Where a page begins. Raises ClientError for a token that is none of ours."""
    if token is None:
        return 0
    if not token.isdigit():
        raise ClientError(f"nextToken {token!r} is not valid")
    return int(token)


def page(items: Sequence[T], token: str | None, size: int) -> tuple[list[T], str | None]:
    """One page of a sequence, and the token of the next one."""
    start = offset(token)
    following = str(start + size) if start + size < len(items) else None
    return list(items[start : start + size]), following


def scan(items: Iterable[tuple[int, T]], size: int) -> tuple[list[T], str | None]:
    """One page of what a filter lets through: (position, item) pairs. The token is the position of the next one."""
    found = list(islice(items, size + 1))
    following = str(found[size][0]) if len(found) > size else None
    return [item for _, item in found[:size]], following
