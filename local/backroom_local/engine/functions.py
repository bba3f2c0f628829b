"""The functions that Step Functions adds to JSONata, and `$eval`, which it takes away.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, "JSONata functions provided by Step Functions".
"""

import hashlib
import json
import random as randomness
import uuid as identifiers
from collections.abc import Sequence
from typing import Any

from jsonata import Jsonata

_MOST_RANGE = 1000
_DIGESTS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")


def partition(array: Sequence[Any], size: int) -> list[list[Any]]:
    """Cut an array into arrays of at most `size` members."""
    if int(size) < 1:
        raise ValueError(f"$partition: the size is {size}; it must be a positive integer")
    return [list(array[start : start + int(size)]) for start in range(0, len(array), int(size))]


def numbers(first: int, last: int, step: int) -> list[int]:
    """Give `first`, `first + step`, ... up to and including `last`; at most 1,000 numbers."""
    if int(step) == 0:
        raise ValueError("$range: the step is 0")
    found = range(int(first), int(last) + (1 if step > 0 else -1), int(step))
    if len(found) > _MOST_RANGE:
        raise ValueError(f"$range: {len(found)} numbers; Step Functions gives at most {_MOST_RANGE}")
    return list(found)


def random(seed: float | None = None) -> float:
    """Give a number of [0, 1); the same one for the same seed."""
    source = randomness.Random(seed) if seed is not None else randomness  # noqa: S311 - JSONata's $random is no secret
    return source.random()


def uuid() -> str:
    """Give a version 4 UUID."""
    return str(identifiers.uuid4())


def parse(text: str) -> Any:
    """Read a JSON text; raises ValueError if it is none."""
    return json.loads(text)


def digest(content: str, algorithm: str) -> str:
    """Give the hex digest of a text; raises ValueError for an algorithm that is none of `_DIGESTS`."""
    if algorithm not in _DIGESTS:
        raise ValueError(f"$hash: {algorithm!r} is none of {', '.join(_DIGESTS)}")
    return hashlib.new(algorithm.replace("-", ""), content.encode(), usedforsecurity=False).hexdigest()


BINDINGS: dict[str, Any] = {
    "partition": Jsonata.JLambda(partition),
    "range": Jsonata.JLambda(numbers),
    "random": Jsonata.JLambda(random),
    "uuid": Jsonata.JLambda(uuid),
    "parse": Jsonata.JLambda(parse),
    "hash": Jsonata.JLambda(digest),
    "eval": None,
}
"""Name -> function, as jsonata-python binds them."""
