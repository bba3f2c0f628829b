"""Reads JSON: an object a line (NDJSON), a list of objects, or an object in which a list of objects is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ijson  # type: ignore[import-untyped]
import orjson

from backroom.worker.feed.limits import FeedLimits
from backroom.worker.feed.reasons import BrokenFeed
from backroom.worker.feed.records import Record, Records

_SCALARS = (str, int, float, bool)


def flat(value: Mapping[str, Any], depth: int, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield an object's values as texts, inner ones as `outer.inner`, lists of plain values with commas between."""
    for name, inner in value.items():
        key = f"{prefix}{name}"
        if inner is None:
            yield key, None
        elif isinstance(inner, Mapping) and depth > 0:
            yield from flat(inner, depth - 1, f"{key}.")
        elif isinstance(inner, list) and all(isinstance(one, _SCALARS) for one in inner):
            yield key, ",".join(map(_text, inner))
        else:
            yield key, _text(inner)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else orjson.dumps(value, default=str).decode()


def lines_of_json(path: Path, limits: FeedLimits) -> Records:
    """Yield the objects of NDJSON; a row's number is its line's. Raises BrokenFeed."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(limits.row + 1):
            number += 1
            if len(line) > limits.row:
                raise BrokenFeed(f"line {number:,} has more than {limits.row:,} bytes")
            if line.strip():
                yield number, _record(line, number, limits)


def _record(line: bytes, number: int, limits: FeedLimits) -> Record:
    try:
        found = orjson.loads(line)
    except ValueError as error:
        raise BrokenFeed(f"line {number:,} is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise BrokenFeed(f'line {number:,} is no object: each line must be like {{"sku": ...}}')
    return _columns(found, number, limits)


def _columns(found: Mapping[str, Any], number: int, limits: FeedLimits) -> Record:
    record = dict(flat(found, limits.depth))
    if len(record) > limits.columns:
        raise BrokenFeed(f"row {number:,} has {len(record):,} values; at most {limits.columns:,} are read")
    return record


def list_of_json(path: Path, limits: FeedLimits) -> Records:
    """Yield the objects of the first list of objects; a row's number is its place, from 1. Raises BrokenFeed."""
    with path.open("rb") as file:
        prefix = _prefix_of_list(path, limits)
        try:
            for number, found in enumerate(ijson.items(file, prefix, use_float=True), 1):
                if not isinstance(found, dict):
                    raise BrokenFeed(f"element {number:,} of the list is no object")
                yield number, _columns(found, number, limits)
        except (ijson.JSONError, RecursionError) as error:
            raise BrokenFeed(f"the JSON is damaged or cut off: {error}") from error


def _prefix_of_list(path: Path, limits: FeedLimits) -> str:
    """Find the first list of objects, as ijson names its elements: `item`, `products.item`, ..."""
    with path.open("rb") as file:
        try:
            for prefix, event, _ in ijson.parse(file):
                if prefix.count(".") > limits.depth:
                    raise BrokenFeed(f"the JSON is more than {limits.depth} levels deep")
                if event == "start_map" and prefix.rpartition(".")[2] == "item":
                    return str(prefix)
        except ijson.JSONError as error:
            raise BrokenFeed(f"the JSON is damaged or cut off: {error}") from error
    raise BrokenFeed('the JSON holds no list of objects: products must be like [{"sku": ...}, ...]')
