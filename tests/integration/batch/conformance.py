"""Checks every answer of the simulator, as it goes over the wire, against botocore's model of Batch.

boto3 drops what it does not know and does not miss what is not there, so that it parses is no proof.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from backroom_local.batch.api import service
from botocore.model import Shape

PYTHON: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "double": (int, float),
    "float": (int, float),
}
MAY_BE_MISSING = {"JobDetail.startedAt"}
"""Required by the model; AWS leaves it out until there is one."""


class Conformance:
    """WSGI middleware that keeps what does not fit."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self.misfits: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status: list[str] = []

        def note(line: str, headers: list[tuple[str, str]]) -> Any:
            status.append(line)
            return start_response(line, headers)

        content = b"".join(self._application(environ, note))
        name = service.operation(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if name is not None and status[0].startswith("200"):
            shape = service.model().operation_model(name).output_shape
            self.misfits += misfits(json.loads(content), shape, name) if shape else []
        return [content]


def misfits(value: Any, shape: Any, path: str) -> Iterator[str]:
    """What of a value does not fit its shape."""
    if shape.type_name == "structure":
        yield from _of_structure(value, shape, path)
    elif shape.type_name == "list":
        for one in value:
            yield from misfits(one, shape.member, path)
    elif shape.type_name == "map":
        for one in value.values():
            yield from misfits(one, shape.value, path)
    elif not isinstance(value, PYTHON[shape.type_name]):
        yield f"{path}: {value!r} is no {shape.type_name}"
    else:
        yield from _of_enum(value, shape, path)


def _of_structure(value: Any, shape: Any, path: str) -> Iterator[str]:
    for name, one in value.items():
        if name in shape.members:
            yield from misfits(one, shape.members[name], f"{path}.{name}")
        else:
            yield f"{path}: {shape.name} has no {name}"
    for name in shape.required_members:
        if name not in value and f"{shape.name}.{name}" not in MAY_BE_MISSING:
            yield f"{path}: {shape.name} needs {name}"


def _of_enum(value: Any, shape: Shape, path: str) -> Iterator[str]:
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        yield f"{path}: {value!r} is not one of {allowed}"
